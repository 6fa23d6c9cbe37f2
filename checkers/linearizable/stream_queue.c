/* SPDX-License-Identifier: MIT */
/*
 * Watching containers whose values are put in once: what comes out was in, and
 * comes out once; where one is found empty, what went in for certain is with
 * removals that are still open, or ended indeterminate. Of a FIFO queue, when
 * a value comes out, all that went in for certain before it must have been
 * taken by then, by a removal that began before. What has come out is
 * forgotten.
 */
#include <stdlib.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/stream.h"
#include "harness/core/arena.h"

struct queued {
	struct value value;
	uint64_t in_invoke;
	uint64_t in_return; /* STREAM_NEVER while open */
	uint64_t deadline; /* must be out by a call begun before */
};

struct watched_queue {
	struct queued *items; /* those that have not come out */
	size_t count;
	size_t capacity;
	size_t overdue; /* items with a deadline */
	size_t open_removals; /* and indeterminate ones */
};

static void *queue_new(const struct stream *stream, struct value rest)
{
	(void)stream;
	(void)rest;
	return heap_zeroed(1, sizeof(struct watched_queue));
}

static void queue_free(void *memory)
{
	struct watched_queue *state = memory;

	free(state->items);
	free(state);
}

/* Empty, with nobody to come. */
static bool queue_is_at_rest(void *memory, struct value *rest)
{
	const struct watched_queue *state = memory;

	(void)rest;
	return state->count == 0 && state->open_removals == 0;
}

static void queue_move(void *memory, struct values *to,
		       const struct values *from)
{
	struct watched_queue *state = memory;

	for (size_t i = 0; i < state->count; i++)
		state->items[i].value =
			value_copy(to, from, state->items[i].value);
}

static struct queued *find(struct watched_queue *state, struct value value)
{
	for (size_t i = 0; i < state->count; i++) {
		if (value_equal(state->items[i].value, value))
			return &state->items[i];
	}
	return NULL;
}

static bool is_insertion(const struct stream_call *call)
{
	return call->action.verb == VERB_ENQUEUE ||
	       call->action.verb == VERB_PUSH;
}

static bool is_removal(const struct stream_call *call)
{
	return call->action.verb == VERB_DEQUEUE ||
	       call->action.verb == VERB_POP;
}

static bool queue_invoke(struct stream *stream, struct stream_key *key,
			 const struct stream_call *call, struct error *reason)
{
	struct watched_queue *state = key->state;

	(void)stream;
	(void)reason;
	if (is_removal(call))
		state->open_removals++;
	if (call->action.verb == VERB_DRAIN)
		key->is_lost = true;
	if (!is_insertion(call))
		return true;
	if (find(state, call->action.arg)) {
		key->is_lost = true;
		return true;
	}
	state->items = array_reserve(state->items, &state->capacity,
				     state->count + 1, sizeof(*state->items));
	state->items[state->count++] = (struct queued){
		call->action.arg, call->invoke, STREAM_NEVER, STREAM_NEVER
	};
	return true;
}

static void take_out(struct watched_queue *state, struct queued *item)
{
	state->overdue -= item->deadline != STREAM_NEVER;
	for (; item + 1 < state->items + state->count; item++)
		item[0] = item[1];
	state->count--;
}

/* Sets deadlines for what went in before that moment. */
static void hurry(struct stream *stream, struct watched_queue *state,
		  uint64_t before)
{
	for (size_t i = 0; i < state->count; i++) {
		struct queued *item = &state->items[i];

		if (item->in_return < before &&
		    item->deadline == STREAM_NEVER) {
			item->deadline = stream->now;
			state->overdue++;
		}
	}
}

static bool came_out(struct stream *stream, struct watched_queue *state,
		     const struct stream_call *call, bool is_fifo,
		     struct error *reason)
{
	struct queued *item = find(state, call->action.result);
	uint64_t began;

	if (!item)
		return stream_accuse(stream, call,
				     "brought a value that was not there, or "
				     "is out already", reason);
	if (!is_fifo) {
		take_out(state, item);
		return true;
	}
	if (item->deadline < call->invoke)
		return stream_accuse(stream, call,
				     "brought a value after a later one",
				     reason);
	began = item->in_invoke;
	take_out(state, item);
	hurry(stream, state, began);
	return state->overdue <= state->open_removals ||
	       stream_accuse(stream, call,
			     "brought a value before an earlier one that "
			     "nobody took", reason);
}

/* Found nothing: what was in for certain must be with open removals. */
static bool found_nothing(struct stream *stream, struct watched_queue *state,
			  const struct stream_call *call,
			  struct error *reason)
{
	size_t present = 0;

	for (size_t i = 0; i < state->count; i++)
		present += state->items[i].in_return < call->invoke;
	return present <= state->open_removals ||
	       stream_accuse(stream, call,
			     "found nothing, though something was there",
			     reason);
}

static bool queue_complete(struct stream *stream, struct stream_key *key,
			   const struct stream_call *call, enum op_type type,
			   struct error *reason)
{
	struct watched_queue *state = key->state;
	struct queued *item;

	if (is_insertion(call)) {
		item = find(state, call->action.arg);
		/* It may be out already, and another of that value in. */
		if (!item || item->in_invoke != call->invoke)
			return true;
		if (type == OP_OK)
			item->in_return = stream->now;
		else if (type == OP_FAIL)
			take_out(state, item);
		return true;
	}
	if (is_removal(call) && type != OP_INFO)
		state->open_removals--;
	if (type != OP_OK || call->action.verb == VERB_PEEK)
		return true;
	if (value_is_nil(call->action.result))
		return found_nothing(stream, state, call, reason);
	return came_out(stream, state, call, key->object == &stream_queue,
			reason);
}

const struct stream_object stream_queue = {
	.verbs = VERB_BIT(VERB_ENQUEUE) | VERB_BIT(VERB_DEQUEUE) |
		 VERB_BIT(VERB_DRAIN) | VERB_BIT(VERB_PEEK),
	.new_state = queue_new,
	.free_state = queue_free,
	.is_at_rest = queue_is_at_rest,
	.move_values = queue_move,
	.invoke = queue_invoke,
	.complete = queue_complete,
};

const struct stream_object stream_bag = {
	.verbs = VERB_BIT(VERB_ENQUEUE) | VERB_BIT(VERB_DEQUEUE) |
		 VERB_BIT(VERB_DRAIN) | VERB_BIT(VERB_PEEK),
	.new_state = queue_new,
	.free_state = queue_free,
	.is_at_rest = queue_is_at_rest,
	.move_values = queue_move,
	.invoke = queue_invoke,
	.complete = queue_complete,
};

const struct stream_object stream_stack = {
	.verbs = VERB_BIT(VERB_PUSH) | VERB_BIT(VERB_POP) |
		 VERB_BIT(VERB_PEEK),
	.new_state = queue_new,
	.free_state = queue_free,
	.is_at_rest = queue_is_at_rest,
	.move_values = queue_move,
	.invoke = queue_invoke,
	.complete = queue_complete,
};
