/* SPDX-License-Identifier: MIT */
/*
 * Accounts whose total never changes. A transfer takes from one account and
 * gives to another in one transaction, by compare-and-set of both balances as
 * they were seen last; a read looks at all accounts at once. A read that shows
 * another total, or money below zero, saw half of a transfer, or one undone.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"

#define ACCOUNTS_MAX 64

struct bank {
	struct rng rng;
	size_t accounts;
	int64_t total;
	int64_t transfer_max;
	double reads;			/* share of operations */
	int64_t balances[ACCOUNTS_MAX]; /* as far as is known */
	struct action actions[ACCOUNTS_MAX];
};

static void begin_txn(struct bank *bank, struct gen_op *op, size_t count)
{
	op->f = VERB_TXN;
	op->is_transaction = true;
	op->actions = bank->actions;
	op->action_count = count;
}

/* What is in the account at first: all as equal as can be. */
static int64_t first_balance(const struct bank *bank, size_t account)
{
	int64_t accounts = (int64_t)bank->accounts;

	return bank->total / accounts +
	       ((int64_t)account < bank->total % accounts);
}

static bool open_accounts(void *state, const struct gen_context *context,
			  struct gen_op *op)
{
	struct bank *bank = state;

	for (size_t i = 0; i < bank->accounts; i++)
		bank->actions[i] = (struct action){
			.verb = VERB_WRITE,
			.object = OBJECT_REGISTER,
			.key = value_int(context->values, (int64_t)i),
			.arg = value_int(context->values,
					 first_balance(bank, i)),
		};
	begin_txn(bank, op, bank->accounts);
	return true;
}

static bool read_all(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct bank *bank = state;

	for (size_t i = 0; i < bank->accounts; i++)
		bank->actions[i] = (struct action){
			.verb = VERB_READ,
			.object = OBJECT_REGISTER,
			.key = value_int(context->values, (int64_t)i),
		};
	begin_txn(bank, op, bank->accounts);
	return true;
}

static struct action change(const struct bank *bank,
			    const struct gen_context *context, size_t account,
			    int64_t amount)
{
	int64_t balance = bank->balances[account];

	return (struct action){
		.verb = VERB_CAS,
		.object = OBJECT_REGISTER,
		.key = value_int(context->values, (int64_t)account),
		.expected = value_int(context->values, balance),
		.arg = value_int(context->values, balance + amount),
	};
}

static bool transfer(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct bank *bank = state;
	size_t from = (size_t)rng_below(&bank->rng, bank->accounts);
	size_t to = (size_t)rng_below(&bank->rng, bank->accounts - 1);
	int64_t most = bank->transfer_max;
	int64_t amount;

	to += to >= from;
	if (bank->balances[from] < most)
		most = bank->balances[from];
	if (most <= 0) /* nothing there; perhaps a read knows better */
		return read_all(state, context, op);
	amount = 1 + (int64_t)rng_below(&bank->rng, (uint64_t)most);
	bank->actions[0] = change(bank, context, from, -amount);
	bank->actions[1] = change(bank, context, to, amount);
	begin_txn(bank, op, 2);
	return true;
}

static bool next_op(void *state, const struct gen_context *context,
		    struct gen_op *op)
{
	struct bank *bank = state;

	if (rng_chance(&bank->rng, bank->reads))
		return read_all(state, context, op);
	return transfer(state, context, op);
}

static void hear(void *state, const struct gen_context *context,
		 const struct gen_event *event)
{
	struct bank *bank = state;

	if (event->type != OP_OK)
		return;
	for (size_t i = 0; i < event->action_count; i++) {
		const struct action *action = &event->actions[i];
		int64_t account;
		int64_t balance;

		if (value_get_int(context->values, action->key, &account) &&
		    (uint64_t)account < bank->accounts &&
		    value_get_int(context->values,
				  action->verb == VERB_READ ? action->result
							    : action->arg,
				  &balance))
			bank->balances[account] = balance;
	}
}

static int check_options(const struct workload_setup *setup, struct error *err)
{
	if (bounds_int(setup, "accounts", 2, ACCOUNTS_MAX, err) ||
	    bounds_int(setup, "total", 1, BOUNDS_MOST, err) ||
	    bounds_int(setup, "max-transfer", 1, BOUNDS_MOST, err) ||
	    bounds_share(setup, "reads", err))
		return -1;
	return 0;
}

static bool is_first(const void *state, size_t thread)
{
	(void)state;
	return thread == 0;
}

static struct generator *bank_main(const struct workload_setup *setup,
				   struct error *err)
{
	const struct options *options = setup->options;
	struct arena *arena = setup->arena;
	struct bank *bank = arena_alloc(arena, sizeof(*bank));
	struct generator *phases[2];

	if (check_options(setup, err))
		return NULL;
	rng_init(&bank->rng, setup->seed, "bank", 0);
	bank->accounts = (size_t)options_int(options, "accounts");
	bank->total = options_int(options, "total");
	bank->transfer_max = options_int(options, "max-transfer");
	bank->reads = options_real(options, "reads");
	phases[0] = generator_function(arena, open_accounts, bank);
	/* One at a time, until it is certain. */
	phases[0] = gen_on_threads(arena, is_first, NULL,
				   gen_until_ok(arena, phases[0]));
	phases[1] = generator_function(arena, next_op, bank);
	*setup->memory = bank;
	return gen_hear(arena, hear, bank, gen_phases(arena, phases, 2));
}

static struct generator *make_closing(void *state, struct arena *arena,
				      uint64_t number)
{
	(void)number;
	return gen_once(arena, generator_function(arena, read_all, state));
}

static struct generator *bank_final(const struct workload_setup *setup,
				    struct error *err)
{
	struct bank *bank = *setup->memory;

	(void)err;
	if (!bank)
		return gen_sequence(setup->arena, NULL, 0);
	return gen_each_thread(setup->arena, &bank->rng, make_closing, bank);
}

static const struct need *bank_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_REGISTER,
		  1u << VERB_READ | 1u << VERB_WRITE | 1u << VERB_CAS, true },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}

static const char *const *bank_checker_options(
	const struct workload_setup *setup)
{
	const char **pairs = arena_array(setup->arena, 5, sizeof(*pairs));

	pairs[0] = "bank.accounts";
	pairs[1] = options_text(setup->options, "accounts");
	pairs[2] = "bank.total";
	pairs[3] = options_text(setup->options, "total");
	return pairs;
}

static const struct option bank_options[] = {
	{ "accounts", OPTION_INT, "8", "how many accounts: 2 to 64", NULL },
	{ "total", OPTION_INT, "100", "what is in all of them together", NULL },
	{ "max-transfer", OPTION_INT, "5", "the greatest transfer", NULL },
	{ "reads", OPTION_REAL, "50%", "share of reads; the rest transfers",
	  NULL },
	{ .name = NULL },
};

static const char *const bank_checkers[] = { "bank", NULL };

const struct workload workload_bank = {
	.name = "bank",
	.summary = "transfers between accounts and reads of all of them",
	.options = bank_options,
	.checkers = bank_checkers,
	.needs = bank_needs,
	.main_phase = bank_main,
	.final_phase = bank_final,
	.checker_options = bank_checker_options,
};
