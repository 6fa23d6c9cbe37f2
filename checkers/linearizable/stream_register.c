/* SPDX-License-Identifier: MIT */
/*
 * Watching a register whose values are written once. As in register-zones: a
 * value's calls must be next to each other, so two values of which each has a
 * call that was over before one of the other's began cannot both be right.
 * A cas counts as a read and a write, and two that found the same value are
 * wrong. A value is forgotten when another has certainly replaced it and
 * nobody is left who could still have seen it: whoever shows it after that is
 * wrong, as if it had never been written.
 */
#include <stdlib.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/stream.h"
#include "harness/core/arena.h"

/* Few, for keys that are no longer used keep what they hold. */
#define FORGET_EVERY 8

struct watched {
	struct value value;
	uint64_t first_return; /* of its calls; STREAM_NEVER */
	uint64_t last_invoke;
	bool is_replaced; /* a cas found it */
};

struct watched_register {
	struct watched *items;
	size_t count;
	size_t capacity;
	size_t forget_at; /* so many are looked through for old ones */
};

static struct watched *add(struct watched_register *state, struct value value,
			   uint64_t first_return, uint64_t invoke)
{
	state->items = array_reserve(state->items, &state->capacity,
				     state->count + 1, sizeof(*state->items));
	state->items[state->count] = (struct watched){ value, first_return,
						       invoke, false };
	return &state->items[state->count++];
}

static void *register_new(const struct stream *stream, struct value rest)
{
	struct watched_register *state = heap_zeroed(1, sizeof(*state));

	state->forget_at = FORGET_EVERY;
	(void)stream;
	add(state, rest, 0, 0);
	return state;
}

static void register_free(void *memory)
{
	struct watched_register *state = memory;

	free(state->items);
	free(state);
}

static struct watched *find(struct watched_register *state,
			    struct value value)
{
	for (size_t i = state->count; i-- > 0;) {
		if (value_equal(state->items[i].value, value))
			return &state->items[i];
	}
	return NULL;
}

static bool register_invoke(struct stream *stream, struct stream_key *key,
			    const struct stream_call *call,
			    struct error *reason)
{
	struct watched_register *state = key->state;

	(void)stream;
	(void)reason;
	if (call->action.verb == VERB_READ)
		return true;
	if (find(state, call->action.arg))
		key->is_lost = true; /* written twice */
	else
		add(state, call->action.arg, STREAM_NEVER, call->invoke);
	return true;
}

/* Leaves out what nobody can rightly see any more, nor could `call`, which
 * completes just now. */
static void forget(struct stream *stream, struct watched_register *state,
		   const struct stream_call *call)
{
	uint64_t open = stream_oldest(stream);
	uint64_t oldest = open < call->invoke ? open : call->invoke;
	uint64_t newest = 0; /* the last invocation of what is certainly in */
	size_t kept = 0;

	for (size_t i = 0; i < state->count; i++) {
		if (state->items[i].first_return < oldest &&
		    state->items[i].last_invoke > newest)
			newest = state->items[i].last_invoke;
	}
	for (size_t i = 0; i < state->count; i++) {
		const struct watched *item = &state->items[i];

		if (item->first_return >= newest ||
		    item->last_invoke >= newest)
			state->items[kept++] = *item;
	}
	state->count = kept;
	state->forget_at = kept * 2 + FORGET_EVERY;
}

/* With no call open, what was certainly in before the last that was is gone,
 * and so is what a cas found. One value that is left says it all: nobody can
 * have seen it change, and all others are wrong from now on. */
static bool register_is_at_rest(void *memory, struct value *rest)
{
	const struct watched_register *state = memory;
	uint64_t newest = 0;
	size_t possible = 0;

	for (size_t i = 0; i < state->count; i++) {
		if (state->items[i].first_return == STREAM_NEVER)
			return false; /* indeterminate */
		if (state->items[i].last_invoke > newest)
			newest = state->items[i].last_invoke;
	}
	for (size_t i = 0; i < state->count; i++) {
		const struct watched *item = &state->items[i];

		if (item->is_replaced || (item->first_return < newest &&
					  item->last_invoke < newest))
			continue;
		possible++;
		*rest = item->value;
	}
	return possible == 1;
}

static void register_move(void *memory, struct values *to,
			  const struct values *from)
{
	struct watched_register *state = memory;

	for (size_t i = 0; i < state->count; i++)
		state->items[i].value =
			value_copy(to, from, state->items[i].value);
}

/* A call about the value is over. */
static bool touch(struct stream *stream, struct watched_register *state,
		  const struct stream_call *call, struct watched *item,
		  struct error *reason)
{
	if (item->first_return > stream->now)
		item->first_return = stream->now;
	if (item->last_invoke < call->invoke)
		item->last_invoke = call->invoke;
	for (size_t i = 0; i < state->count; i++) {
		const struct watched *other = &state->items[i];

		if (other != item && other->first_return < item->last_invoke &&
		    item->first_return < other->last_invoke)
			return stream_accuse(stream, call,
				      "shows a value that another one has "
				      "replaced for good", reason);
	}
	return true;
}

static bool see(struct stream *stream, struct watched_register *state,
		const struct stream_call *call, struct value value,
		struct error *reason)
{
	struct watched *item = find(state, value);

	if (!item)
		return stream_accuse(stream, call,
			      "shows a value that was never written, or was "
			      "replaced long ago", reason);
	return touch(stream, state, call, item, reason);
}

/* A write that failed was not: somebody who saw it is wrong. */
static bool take_back(struct stream *stream, struct watched_register *state,
		      const struct stream_call *call, struct error *reason)
{
	struct watched *item = find(state, call->action.arg);
	bool was_seen;

	if (call->action.verb == VERB_READ || !item)
		return true;
	was_seen = item->first_return != STREAM_NEVER;
	*item = state->items[--state->count];
	return !was_seen ||
	       stream_accuse(stream, call, "failed, though its value was seen",
		      reason);
}

static bool register_complete(struct stream *stream, struct stream_key *key,
			      const struct stream_call *call,
			      enum op_type type, struct error *reason)
{
	struct watched_register *state = key->state;
	struct watched *item;

	if (state->count > state->forget_at)
		forget(stream, state, call);
	if (type == OP_FAIL)
		return take_back(stream, state, call, reason);
	if (type != OP_OK)
		return true;
	if (call->action.verb == VERB_READ)
		return see(stream, state, call, call->action.result, reason);
	if (call->action.verb == VERB_CAS) {
		if (!see(stream, state, call, call->action.expected, reason))
			return false;
		item = find(state, call->action.expected);
		if (item && item->is_replaced)
			return stream_accuse(stream, call,
				      "found a value that another cas had "
				      "replaced", reason);
		if (item)
			item->is_replaced = true;
	}
	item = find(state, call->action.arg);
	return !item || touch(stream, state, call, item, reason);
}

const struct stream_object stream_register = {
	.verbs = VERB_BIT(VERB_READ) | VERB_BIT(VERB_WRITE) |
		 VERB_BIT(VERB_CAS),
	.new_state = register_new,
	.free_state = register_free,
	.is_at_rest = register_is_at_rest,
	.move_values = register_move,
	.invoke = register_invoke,
	.complete = register_complete,
};
