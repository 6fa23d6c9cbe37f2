/* SPDX-License-Identifier: MIT */
/* Calls: the operations on one object, as models and monitors see them. */
#ifndef ORDEAL_LINEARIZABLE_CALL_H
#define ORDEAL_LINEARIZABLE_CALL_H

#include "harness/core/history.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In place of a completion: it may take effect at any later time, or never. */
#define CALL_OPEN UINT32_MAX

/*
 * One operation on one object. Positions are those of entries in the history,
 * so no two are equal; a call precedes another iff its `complete` < the
 * other's `invoke`. `verb`, `arg`, `expected` and `result` are those of the
 * operation's first action, with the verbs of foreign names translated; a
 * model of transactions finds the others in the history through `op`.
 */
struct call {
	uint32_t op; /* number in history.ops */
	uint32_t invoke;
	uint32_t complete; /* CALL_OPEN: indeterminate */
	uint16_t verb; /* enum verb */
	uint8_t is_refused; /* a cas that found another value than expected */
	uint8_t is_split; /* one of several calls made of one operation */
	struct value arg;
	struct value expected;
	struct value result; /* nil while open */
};

static inline bool call_is_open(const struct call *call)
{
	return call->complete == CALL_OPEN;
}

/* The calls of one part (a key, or all keys), in order of invocation. */
struct calls {
	struct call *items; /* owned, unless lent */
	size_t count;
	size_t capacity;
	size_t open_count;
	bool is_lent; /* the items are another's, and none are added */
};

/* The verb as models know it: histories of key-value stores say get and put. */
uint16_t call_translate(const struct history *history, uint16_t verb);

/* What the operation `op` means, a drain as a whole; false if that is nothing:
 * it failed, unless `keep_refused` and it is a cas. */
static inline bool call_from(const struct history *history, uint32_t op,
			     bool keep_refused, struct call *made)
{
	static const struct action none;
	const struct op *from = &history->ops[op];
	const struct action *action =
		from->action_count ? op_actions(history, from) : &none;
	bool is_open = from->outcome == OUTCOME_INDETERMINATE;
	bool is_failed = from->outcome == OUTCOME_FAIL;
	uint16_t verb = from->action_count ? action->verb : from->f;
	struct value result = is_open ? value_nil() : action->result;
	bool is_refused;

	if (verb >= VERB_COUNT)
		verb = call_translate(history, verb);
	is_refused = verb == VERB_CAS && from->action_count == 1 &&
		     (is_failed || value_equal(result, value_bool(false)));
	made->op = op;
	made->invoke = from->invoke;
	made->complete = is_open ? CALL_OPEN : from->complete;
	made->verb = verb;
	made->is_refused = is_refused;
	made->is_split = 0;
	made->arg = action->arg;
	made->expected = action->expected;
	made->result = result;
	return is_refused ? keep_refused : !is_failed;
}

/*
 * Appends what the operation `op` means: nothing if it failed, unless
 * `keep_refused` and it is a cas; one call for each element of a drain (an
 * indeterminate drain has `drain_open` of them).
 */
void calls_add(struct calls *calls, const struct history *history, uint32_t op,
	       bool keep_refused, size_t drain_open);

void calls_release(struct calls *calls);

/* True when an operation cannot be understood without all of its actions. */
bool call_is_transaction(const struct history *history,
			 const struct call *call);

#endif
