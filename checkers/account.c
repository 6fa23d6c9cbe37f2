/* SPDX-License-Identifier: MIT */
#include "checkers/account.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_TEXT_MAX 60

static const struct history *history_of(const struct account *account)
{
	return account->check->history;
}

/* Whether one more of that name is to be told. */
static bool count_name(struct account *account, const char *name)
{
	size_t i = 0;

	while (i < account->name_count &&
	       strcmp(account->names[i].name, name) != 0)
		i++;
	assert(i < ACCOUNT_NAMES_MAX);
	if (i == account->name_count)
		account->names[account->name_count++].name = name;
	return account->names[i].count++ < ACCOUNT_TOLD_MAX;
}

struct anomaly *account_charge(struct account *account, const char *name,
			       const char *format, ...)
{
	struct arena *arena = account->check->arena;
	struct anomaly *anomaly;
	const char *text;
	va_list args;

	if (!count_name(account, name))
		return NULL;
	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	if (account->has_keys)
		text = arena_printf(arena, "key %s: %s",
				    account_value(account, account->key), text);
	anomaly =
		verdict_add_anomaly(account->verdict, arena, name, "%s", text);
	if (account->has_keys)
		figure_add_text(&anomaly->figures, arena, "key",
				account_value(account, account->key));
	return anomaly;
}

void account_show(const struct account *account, struct anomaly *anomaly,
		  uint32_t op, const char *format, ...)
{
	struct arena *arena = account->check->arena;
	const char *role;
	va_list args;

	if (!anomaly || op == HISTORY_NONE)
		return;
	va_start(args, format);
	role = arena_vprintf(arena, format, args);
	va_end(args);
	anomaly_add_evidence(anomaly, arena, op, "%s", role);
}

const char *account_value(const struct account *account, struct value value)
{
	const struct values *values = history_of(account)->values;
	struct arena *arena = account->check->arena;
	const char *text;

	if (value_kind(values, value) == VALUE_LIST &&
	    value_list_length(values, value) > VALUE_TEXT_MAX / 3)
		return arena_printf(arena, "[%zu elements]",
				    value_list_length(values, value));
	text = value_text(values, value, arena);
	if (strlen(text) <= VALUE_TEXT_MAX)
		return text;
	return arena_printf(arena, "%.*s...", VALUE_TEXT_MAX - 3, text);
}

const char *account_place(const struct account *account, uint32_t op)
{
	const struct history *history = history_of(account);

	return arena_printf(account->check->arena, "at %" PRIu64,
			    history_index(history, history->ops[op].invoke));
}

static const char *action_text(const struct account *account,
			       const struct op *op, const struct action *action)
{
	const struct history *history = history_of(account);
	struct arena *arena = account->check->arena;
	const char *text = history_f_name(history, action->verb);

	if (!value_is_nil(action->arg))
		text = arena_printf(arena, "%s %s", text,
				    account_value(account, action->arg));
	if (op->outcome == OUTCOME_OK && (!value_is_nil(action->result) ||
					  verb_reads((enum verb)action->verb)))
		text = arena_printf(arena, "%s -> %s", text,
				    account_value(account, action->result));
	return text;
}

static const char *moment_text(const struct account *account, uint32_t position,
			       int64_t time_ns)
{
	uint64_t index = history_index(history_of(account), position);

	if (time_ns < 0)
		return arena_printf(account->check->arena, "%" PRIu64, index);
	return arena_printf(account->check->arena, "%" PRIu64 " (%.3f s)",
			    index, (double)time_ns / 1e9);
}

static const char *end_text(const struct account *account, const struct op *op)
{
	static const char *const outcomes[] = {
		[OUTCOME_INDETERMINATE] = "in doubt from",
		[OUTCOME_OK] = "ok at",
		[OUTCOME_FAIL] = "failed at",
	};

	if (op->complete == HISTORY_NONE)
		return "never answered";
	return arena_printf(
		account->check->arena, "%s %s", outcomes[op->outcome],
		moment_text(account, op->complete, op->complete_ns));
}

static const char *line(const struct account *account,
			const struct evidence *evidence)
{
	const struct history *history = history_of(account);
	const struct op *op = &history->ops[evidence->op];
	struct arena *arena = account->check->arena;
	const char *words = "";

	for (uint16_t i = 0; i < op->action_count && i < 4; i++)
		words = arena_printf(
			arena, "%s%s%s", words, i ? "; " : "",
			action_text(account, op, op_actions(history, op) + i));
	return arena_printf(arena, "  %s: process %" PRId32 ": %s; %s   <-- %s",
			    moment_text(account, op->invoke, op->invoke_ns),
			    op->process, words, end_text(account, op),
			    evidence->role);
}

/* Operations are numbered in the order in which they began. */
static int compare_evidence(const void *a, const void *b)
{
	const struct evidence *x = a;
	const struct evidence *y = b;

	return (x->op > y->op) - (x->op < y->op);
}

void account_tell(const struct account *account, struct anomaly *anomaly,
		  const char *opening)
{
	struct arena *arena = account->check->arena;
	struct evidence *sorted;

	if (!anomaly)
		return;
	anomaly->story = opening;
	if (anomaly->evidence_count == 0)
		return;
	sorted = arena_copy(arena, anomaly->evidence,
			    anomaly->evidence_count * sizeof(*sorted));
	qsort(sorted, anomaly->evidence_count, sizeof(*sorted),
	      compare_evidence);
	for (size_t i = 0; i < anomaly->evidence_count; i++)
		anomaly->story = arena_printf(arena, "%s\n%s", anomaly->story,
					      line(account, &sorted[i]));
}

void account_note_odd(struct account *account, uint32_t op)
{
	if (account->odd++ == 0)
		account->odd_op = op;
}

/* What may be no more than late comes last. */
static void put_stale_last(struct account *account)
{
	struct verdict *verdict = account->verdict;
	struct anomaly *stale = NULL;
	struct anomaly **stale_end = &stale;
	struct anomaly **end = &verdict->anomalies;

	for (struct anomaly *a = verdict->anomalies; a; a = a->next) {
		struct anomaly ***tail =
			strcmp(a->name, "stale-read") == 0 ? &stale_end : &end;

		**tail = a;
		*tail = &a->next;
		verdict->last_anomaly = a;
	}
	*stale_end = NULL;
	*end = stale;
	while (verdict->last_anomaly->next)
		verdict->last_anomaly = verdict->last_anomaly->next;
	assert(verdict->anomalies);
	verdict_set(verdict, account->check->arena, VERDICT_INVALID, "%s",
		    verdict->anomalies->text);
}

/* The name of an action that nobody here knows, or NULL. */
static const char *strange_name(const struct history *history,
				const struct op *op)
{
	const struct action *actions = op_actions(history, op);

	for (uint16_t i = 0; i < op->action_count; i++) {
		if (actions[i].verb >= VERB_COUNT)
			return history_f_name(history, actions[i].verb);
	}
	return NULL;
}

bool account_has_stranger(struct account *account)
{
	const struct history *history = history_of(account);
	const char *reason;

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const char *name = strange_name(history, op);

		if (!name || !op_is_client(op) || op->outcome == OUTCOME_FAIL)
			continue;
		reason = arena_printf(account->check->arena,
				      "what '%s' (%s) does is not known to"
				      " this checker",
				      name, account_place(account, i));
		account_close(account, VERDICT_UNKNOWN, reason);
		return true;
	}
	return false;
}

void account_close(struct account *account, enum verdict_kind kind,
		   const char *reason)
{
	struct verdict *verdict = account->verdict;
	struct arena *arena = account->check->arena;
	struct figure *group =
		figure_add_group(&verdict->figures, arena, "anomalies");

	for (size_t i = 0; i < account->name_count; i++)
		figure_add_int(group, arena, account->names[i].name,
			       (int64_t)account->names[i].count);
	if (verdict->kind == VERDICT_INVALID)
		put_stale_last(account);
	else if (account->odd > 0)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu64 " operations have a value that this "
			    "checker cannot read, the first %s",
			    account->odd,
			    account_place(account, account->odd_op));
	else
		verdict_set(verdict, arena, kind, "%s", reason);
}

void account_list(const struct account *account, struct figure *list,
		  struct value value)
{
	size_t count = 0;

	for (const struct figure *f = list->first; f; f = f->next)
		count++;
	if (count < ACCOUNT_LISTED_MAX)
		figure_add_text(list, account->check->arena, NULL,
				account_value(account, value));
}
