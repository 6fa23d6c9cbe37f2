/* SPDX-License-Identifier: MIT */
/*
 * Accounts whose total never changes: every read of all accounts must show
 * the same total, and no account less than nothing. Reads are transactions
 * that read each account, or (as in Jepsen's histories) operations `read`
 * whose result maps accounts to balances. That proves that reads see whole
 * transfers; it does not tell stale reads from fresh ones.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "harness/checker.h"

/* So many reads of each kind are told: the first ones. */
#define TOLD_MAX 4

enum fault_kind { WRONG_TOTAL, NEGATIVE_VALUE, NIL_BALANCE, UNEXPECTED_KEY };

#define FAULT_KINDS 4

static const char *const fault_names[FAULT_KINDS] = {
	[WRONG_TOTAL] = "wrong-total",
	[NEGATIVE_VALUE] = "negative-value",
	[NIL_BALANCE] = "nil-balance",
	[UNEXPECTED_KEY] = "unexpected-key",
};

struct bank {
	const struct check *check;
	struct verdict *verdict;
	int64_t accounts; /* 0: not known */
	int64_t total;
	bool allows_negative;
	uint64_t reads;
	uint64_t partial; /* reads of some accounts only */
	uint64_t odd;	  /* reads of balances that are no integers */
	uint64_t counts[FAULT_KINDS];
	uint32_t last_good; /* an operation, or HISTORY_NONE */
	int64_t worst; /* the total furthest from what it should be */
};

/* What one read shows. */
struct look {
	size_t accounts;
	int64_t total;
	int64_t least;
	bool has_nil;
	bool has_odd;
	bool has_stranger;
};

/* Keys of a map are texts in JSON: "7" is the account 7. */
static bool account_number(const struct values *values, struct value account,
			   int64_t *number)
{
	const char *text;
	char *end;

	if (value_get_int(values, account, number))
		return true;
	if (value_kind(values, account) != VALUE_STRING)
		return false;
	text = value_as_string(values, account, NULL);
	*number = strtoll(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end;
}

static void look_at(const struct bank *bank, struct look *look,
		    struct value account, struct value balance)
{
	const struct values *values = bank->check->history->values;
	int64_t number;

	look->accounts++;
	if (bank->accounts > 0 && (!account_number(values, account, &number) ||
				   number < 0 || number >= bank->accounts))
		look->has_stranger = true;
	if (value_is_nil(balance)) {
		look->has_nil = true;
	} else if (!value_get_int(values, balance, &number) ||
		   __builtin_add_overflow(look->total, number, &look->total)) {
		look->has_odd = true;
	} else if (number < look->least) {
		look->least = number;
	}
}

/* Fills in what a read shows; false if the operation is none. */
static bool look_at_op(const struct bank *bank, const struct op *op,
		       struct look *look)
{
	const struct history *history = bank->check->history;
	const struct values *values = history->values;
	const struct action *actions = op_actions(history, op);

	*look = (struct look){ 0 };
	for (uint16_t i = 0; i < op->action_count; i++) {
		if (actions[i].verb != VERB_READ)
			return false;
	}
	if (op->action_count == 1 &&
	    value_kind(values, actions[0].result) == VALUE_MAP) {
		size_t count = value_map_length(values, actions[0].result);
		struct value *keys = arena_array(bank->check->arena,
						 2 * count + 1, sizeof(*keys));

		value_map_entries(values, actions[0].result, keys,
				  keys + count);
		for (size_t i = 0; i < count; i++)
			look_at(bank, look, keys[i], keys[count + i]);
		return true;
	}
	for (uint16_t i = 0; i < op->action_count; i++)
		look_at(bank, look, actions[i].key, actions[i].result);
	return op->action_count > 0;
}

static void accuse(struct bank *bank, uint32_t number, enum fault_kind kind,
		   const char *text)
{
	struct arena *arena = bank->check->arena;
	struct anomaly *anomaly;

	if (bank->counts[kind]++ >= TOLD_MAX)
		return;
	anomaly = verdict_add_anomaly(bank->verdict, arena, fault_names[kind],
				      "%s", text);
	anomaly_add_evidence(anomaly, arena, number, "%s", text);
	if (bank->last_good != HISTORY_NONE)
		anomaly_add_evidence(anomaly, arena, bank->last_good,
				     "the last read before it that is right");
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static void judge_look(struct bank *bank, uint32_t number,
		       const struct look *look)
{
	struct arena *arena = bank->check->arena;

	if (look->has_stranger)
		accuse(bank, number, UNEXPECTED_KEY,
		       "a read showed an account that does not exist");
	if (look->has_nil) {
		accuse(bank, number, NIL_BALANCE,
		       "a read showed an account without a balance");
		return;
	}
	if (look->has_odd) {
		bank->odd++;
		return;
	}
	if (look->total != bank->total) {
		if (distance(look->total, bank->total) >
		    distance(bank->worst, bank->total))
			bank->worst = look->total;
		accuse(bank, number, WRONG_TOTAL,
		       arena_printf(arena,
				    "a read showed %" PRId64
				    " in all accounts together instead of"
				    " %" PRId64,
				    look->total, bank->total));
	}
	if (look->least < 0 && !bank->allows_negative)
		accuse(bank, number, NEGATIVE_VALUE,
		       arena_printf(arena,
				    "a read showed an account with %" PRId64,
				    look->least));
	if (look->total == bank->total && look->least >= 0)
		bank->last_good = number;
}

static void conclude(struct bank *bank)
{
	struct arena *arena = bank->check->arena;
	struct figure *figures = &bank->verdict->figures;
	struct figure *group;

	figure_add_int(figures, arena, "reads", (int64_t)bank->reads);
	figure_add_int(figures, arena, "partial_reads",
		       (int64_t)bank->partial);
	figure_add_int(figures, arena, "total", bank->total);
	group = figure_add_group(figures, arena, "anomalies");
	for (size_t i = 0; i < FAULT_KINDS; i++) {
		if (bank->counts[i] > 0)
			figure_add_int(group, arena, fault_names[i],
				       (int64_t)bank->counts[i]);
	}
	if (bank->counts[WRONG_TOTAL] > 0)
		figure_add_int(figures, arena, "worst_total", bank->worst);
	if (bank->verdict->kind == VERDICT_INVALID)
		return;
	if (bank->reads == 0)
		verdict_set(bank->verdict, arena, VERDICT_UNKNOWN,
			    "no read of all accounts succeeded");
	else if (bank->odd > 0)
		verdict_set(bank->verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu64 " reads show balances that are no"
			    " integers of 64 bits",
			    bank->odd);
	else
		verdict_set(bank->verdict, arena, VERDICT_VALID,
			    "%" PRIu64 " reads show %" PRId64
			    " in all accounts together",
			    bank->reads, bank->total);
}

static int bank_check(const struct check *check, struct verdict *verdict,
		      struct error *err)
{
	const struct history *history = check->history;
	struct bank bank = {
		.check = check,
		.verdict = verdict,
		.accounts = options_int(check->options, "accounts"),
		.total = options_int(check->options, "total"),
		.allows_negative =
			options_bool(check->options, "negative-balances"),
		.last_good = HISTORY_NONE,
		.worst = options_int(check->options, "total"),
	};

	(void)err;
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct look look;

		if (!op_is_client(op) || op->outcome != OUTCOME_OK ||
		    !look_at_op(&bank, op, &look))
			continue;
		if (bank.accounts > 0 &&
		    look.accounts < (size_t)bank.accounts) {
			bank.partial++;
			continue;
		}
		bank.reads++;
		judge_look(&bank, i, &look);
	}
	conclude(&bank);
	return 0;
}

static const struct option bank_options[] = {
	{ "accounts", OPTION_INT, "8",
	  "how many accounts, from 0 on; 0: whatever is read", NULL },
	{ "total", OPTION_INT, "100", "what is in all of them together",
	  NULL },
	{ "negative-balances", OPTION_BOOL, "false",
	  "accounts may be overdrawn", NULL },
	{ 0 },
};

const struct checker checker_bank = {
	.name = "bank",
	.summary = "every read of all accounts shows the same total",
	.options = bank_options,
	.check = bank_check,
};
