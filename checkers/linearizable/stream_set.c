/* SPDX-License-Identifier: MIT */
/*
 * Watching a set. An element is in for certain when its addition returned, or
 * a call that found it; who begins after that must find it, until somebody
 * begins to remove it. It is out for certain when it was removed and nobody
 * else was at it; then it is forgotten, as soon as nobody is left who began
 * before.
 */
#include "checkers/linearizable/stream_set.h"

#include <stdlib.h>

#include "checkers/linearizable/models.h"
#include "harness/core/arena.h"

#define FORGET_EVERY 64

static void *set_new(const struct stream *stream, struct value rest)
{
	struct watched_set *state = heap_zeroed(1, sizeof(*state));

	(void)stream;
	(void)rest;
	state->forget_at = FORGET_EVERY;
	return state;
}

static void set_free(void *memory)
{
	struct watched_set *state = memory;

	value_map_release(&state->numbers);
	free(state->elements);
	free(state->blocks);
	free(state->order);
	free(state);
}

static bool set_is_at_rest(void *memory, struct value *rest)
{
	const struct watched_set *state = memory;

	(void)rest;
	return state->present == 0;
}

static void set_move(void *memory, struct values *to,
		     const struct values *from)
{
	struct watched_set *state = memory;

	value_map_move(&state->numbers, to, from);
	for (size_t i = 0; i < state->count; i++)
		state->elements[i].value =
			value_copy(to, from, state->elements[i].value);
}

/* As nobody has ever seen it. */
static void renew(struct watched_element *element, struct value value)
{
	*element = (struct watched_element){
		.value = value,
		.block = STREAM_NO_BLOCK,
		.in = STREAM_NEVER,
		.out = STREAM_NEVER,
	};
}

/* Nobody who may still complete can find it, or change it. */
static bool is_gone(const struct watched_element *element, uint64_t oldest)
{
	return (element->adds == 0 && element->open == 0) ||
	       element->out < oldest;
}

static void forget(const struct stream *stream, struct watched_set *state)
{
	uint64_t oldest = stream_oldest(stream);
	size_t kept = 0;

	if (state->count < state->forget_at)
		return;
	value_map_release(&state->numbers);
	for (size_t i = 0; i < state->count; i++) {
		struct watched_element *element = &state->elements[i];

		if (is_gone(element, oldest)) {
			state->present -= element->out == STREAM_NEVER;
			continue;
		}
		state->elements[kept] = *element;
		value_map_put(&state->numbers, element->value,
			      (uint32_t)kept++);
	}
	state->count = kept;
	state->forget_at = kept * 2 + FORGET_EVERY;
}

static struct watched_element *put(const struct stream *stream,
				   struct watched_set *state,
				   struct value value)
{
	struct watched_element *element = stream_set_find(state, value);

	if (element && element->out != STREAM_NEVER) {
		if (element->out < stream_oldest(stream))
			renew(element, value);
		element->out = STREAM_NEVER;
		state->present++;
	}
	if (element)
		return element;
	forget(stream, state);
	state->elements = array_reserve(state->elements, &state->capacity,
					state->count + 1,
					sizeof(*state->elements));
	value_map_put(&state->numbers, value, (uint32_t)state->count);
	element = &state->elements[state->count++];
	renew(element, value);
	state->present++;
	return element;
}

static bool set_invoke(struct stream *stream, struct stream_key *key,
		       const struct stream_call *call, struct error *reason)
{
	struct watched_set *state = key->state;
	struct watched_element *element;

	(void)reason;
	if (call->action.verb == VERB_CONTAINS ||
	    call->action.verb == VERB_READ)
		return true;
	element = put(stream, state, call->action.arg);
	element->open++;
	if (call->action.verb == VERB_ADD) {
		if (element->adds++ == 0)
			element->began = call->invoke;
		return true;
	}
	element->is_removed = true;
	element->in = STREAM_NEVER;
	stream_set_leave_block(state, element);
	return true;
}

static bool set_contains(struct stream *stream, struct watched_set *state,
			 const struct stream_call *call, struct error *reason)
{
	struct watched_element *element =
		stream_set_find(state, call->action.arg);

	if (value_equal(call->action.result, value_bool(true))) {
		if (!stream_set_may_find(stream, element, call, reason))
			return false;
		stream_set_put_in(stream, element);
		return true;
	}
	return !value_equal(call->action.result, value_bool(false)) ||
	       !element || element->in >= call->invoke ||
	       stream_accuse(stream, call,
			     "missed what was added and not removed", reason);
}

/* An addition or a removal returned. */
static bool set_change(struct stream *stream, struct watched_set *state,
		       const struct stream_call *call, enum op_type type,
		       struct error *reason)
{
	struct watched_element *element =
		stream_set_find(state, call->action.arg);

	if (!element || type == OP_INFO)
		return true;
	element->open--;
	if (type == OP_FAIL) {
		if (call->action.verb != VERB_ADD)
			return true;
		element->adds--;
		return element->adds || element->in == STREAM_NEVER ||
		       stream_accuse(stream, call,
				     "failed, though its element was found",
				     reason);
	}
	if (call->action.verb == VERB_ADD) {
		stream_set_put_in(stream, element);
	} else if (element->open == 0 && element->changed < call->invoke &&
		   element->out == STREAM_NEVER) {
		element->out = stream->now;
		state->present--;
	}
	element->changed = stream->now;
	return true;
}

static bool set_complete(struct stream *stream, struct stream_key *key,
			 const struct stream_call *call, enum op_type type,
			 struct error *reason)
{
	switch (call->action.verb) {
	case VERB_READ:
		return type != OP_OK ||
		       stream_set_read(stream, key->state, call, reason);
	case VERB_CONTAINS:
		return type != OP_OK ||
		       set_contains(stream, key->state, call, reason);
	default:
		return set_change(stream, key->state, call, type, reason);
	}
}

const struct stream_object stream_set = {
	.verbs = VERB_BIT(VERB_ADD) | VERB_BIT(VERB_REMOVE) |
		 VERB_BIT(VERB_CONTAINS) | VERB_BIT(VERB_READ),
	.new_state = set_new,
	.free_state = set_free,
	.is_at_rest = set_is_at_rest,
	.move_values = set_move,
	.invoke = set_invoke,
	.complete = set_complete,
};
