/* SPDX-License-Identifier: MIT */
#include "tests/support/brute.h"

#include <assert.h>

#include "tests/support/history_builder.h"

struct trial {
	const struct brute *brute;
	struct brute_op ops[BRUTE_OPS_MAX];
	uint32_t invoke[BRUTE_OPS_MAX];
	uint32_t complete[BRUTE_OPS_MAX];
	int64_t lists[BRUTE_OPS_MAX][BRUTE_CELLS];
	int count;
};

static int64_t plain(const struct history *history, struct value value)
{
	int64_t number;

	if (value_kind(history->values, value) == VALUE_BOOL)
		return value_as_bool(value);
	if (value_get_int(history->values, value, &number))
		return number;
	return NIL;
}

static void add_op(struct trial *trial, const struct history *history,
		   const struct op *op)
{
	const struct action *action = op_actions(history, op);
	struct brute_op *to = &trial->ops[trial->count];
	bool refused = op->outcome == OUTCOME_FAIL &&
		       action->verb == VERB_CAS &&
		       trial->brute->failed_cas_asserts;

	if (!op_is_client(op) || (op->outcome == OUTCOME_FAIL && !refused))
		return;
	assert(trial->count < BRUTE_OPS_MAX);
	*to = (struct brute_op){
		.verb = (enum verb)action->verb,
		.arg = plain(history, action->arg),
		.expected = plain(history, action->expected),
		.result = plain(history, action->result),
		.process = op->process,
		.is_open = op->outcome == OUTCOME_INDETERMINATE,
		.is_refused = refused,
	};
	if (value_kind(history->values, action->result) == VALUE_LIST) {
		struct value items[BRUTE_CELLS];

		to->list = trial->lists[trial->count];
		to->list_length = (int)value_list_length(history->values,
							 action->result);
		value_list_elements(history->values, action->result, items);
		for (int i = 0; i < to->list_length; i++)
			trial->lists[trial->count][i] =
				plain(history, items[i]);
	}
	trial->invoke[trial->count] = op->invoke;
	trial->complete[trial->count] = to->is_open ? UINT32_MAX :
						      op->complete;
	trial->count++;
}

/* May it be next: did nothing that is left complete before it began? */
static bool may_be_next(const struct trial *trial, uint32_t done, int next)
{
	for (int i = 0; i < trial->count; i++) {
		if (!(done >> i & 1) &&
		    trial->complete[i] < trial->invoke[next])
			return false;
	}
	return true;
}

/* Recursion as deep as there are operations: at most 16. */
static bool try_rest(const struct trial *trial, uint32_t done,
		     const struct brute_state *state)
{
	bool is_over = true;

	for (int i = 0; i < trial->count; i++)
		is_over &= (done >> i & 1) || trial->ops[i].is_open;
	if (is_over)
		return true;
	for (int i = 0; i < trial->count; i++) {
		if ((done >> i & 1) || !may_be_next(trial, done, i))
			continue;
		for (int choice = 0;; choice++) {
			struct brute_state after = *state;

			if (!trial->brute->spec(&after, &trial->ops[i],
						choice))
				break;
			if (try_rest(trial, done | 1u << i, &after))
				return true;
		}
	}
	return false;
}

bool brute_force(const struct brute *brute, const struct history *history)
{
	struct trial trial = { .brute = brute };
	struct brute_state state = { .cells = { brute->initial } };

	for (size_t i = 0; i < history->op_count; i++)
		add_op(&trial, history, &history->ops[i]);
	return try_rest(&trial, 0, &state);
}
