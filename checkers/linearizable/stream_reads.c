/* SPDX-License-Identifier: MIT */
/* Watching reads of a whole set. */
#include "checkers/linearizable/stream_set.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* More blocks than this, and empty ones are looked for. */
#define BLOCKS_EVERY 16

struct watched_element *stream_set_find(const struct watched_set *state,
					struct value value)
{
	uint32_t number = value_map_at(&state->numbers, value, UINT32_MAX);

	return number == UINT32_MAX ? NULL : &state->elements[number];
}

void stream_set_put_in(const struct stream *stream,
		       struct watched_element *element)
{
	if (!element->is_removed && element->in == STREAM_NEVER)
		element->in = stream->now;
}

bool stream_set_may_find(const struct stream *stream,
			 const struct watched_element *element,
			 const struct stream_call *call, struct error *reason)
{
	if (!element || element->adds == 0)
		return stream_accuse(stream, call, "found what nobody added",
				     reason);
	return element->out >= call->invoke ||
	       stream_accuse(stream, call, "found what was removed before",
			     reason);
}

void stream_set_leave_block(struct watched_set *state,
			    struct watched_element *element)
{
	if (element->block != STREAM_NO_BLOCK)
		state->blocks[element->block].size--;
	element->block = STREAM_NO_BLOCK;
}

/* A read that completed. */
struct reading {
	const struct stream_call *call;
	uint64_t latest; /* what was in before that must be there */
	bool sees_new; /* what is in no block, but could be */
};

/* Looks at what the read shows. */
static bool look(const struct stream *stream, struct watched_set *state,
		 struct reading *reading, struct error *reason)
{
	struct value list = reading->call->action.result;
	size_t length = value_is_nil(list) ?
				0 : value_list_length(stream->values, list);
	struct value *shown = heap_alloc((length + 1) * sizeof(*shown));
	bool is_sound = true;

	if (length)
		value_list_elements(stream->values, list, shown);
	for (size_t i = 0; i < length && is_sound; i++) {
		struct watched_element *element =
			stream_set_find(state, shown[i]);

		is_sound = stream_set_may_find(stream, element, reading->call,
					       reason);
		if (!is_sound || element->seen == state->reads)
			continue;
		element->seen = state->reads;
		if (element->is_removed)
			continue;
		if (element->began > reading->latest)
			reading->latest = element->began;
		if (element->block != STREAM_NO_BLOCK)
			state->blocks[element->block].seen++;
		else
			reading->sees_new = true;
	}
	free(shown);
	return is_sound;
}

/* Is there all that must be? What is there is in from now on. */
static bool has_all(const struct stream *stream, struct watched_set *state,
		    const struct reading *reading, struct error *reason)
{
	for (size_t i = 0; i < state->count; i++) {
		struct watched_element *element = &state->elements[i];

		if (element->seen == state->reads)
			stream_set_put_in(stream, element);
		else if (!element->is_removed && element->in < reading->latest)
			return stream_accuse(stream, reading->call,
					     "lacks what was added, or shown, "
					     "before", reason);
	}
	return true;
}

/* Sets *partial to the place of the first block that the read does not show
 * all of. False if it shows something above that. */
static bool find_partial(const struct watched_set *state, bool sees_new,
			 size_t *partial)
{
	size_t full = 0;

	while (full < state->block_count &&
	       state->blocks[state->order[full]].seen ==
		       state->blocks[state->order[full]].size)
		full++;
	*partial = full;
	for (size_t i = full + 1; i < state->block_count; i++) {
		if (state->blocks[state->order[i]].seen)
			return false;
	}
	return full == state->block_count || !sees_new;
}

/* A new block at that place of the order. */
static uint32_t add_block(struct watched_set *state, size_t place)
{
	uint32_t number = (uint32_t)state->block_count;

	state->blocks = array_reserve(state->blocks, &state->block_capacity,
				      number + (size_t)1,
				      sizeof(*state->blocks));
	state->order = array_reserve(state->order, &state->order_capacity,
				     number + (size_t)1,
				     sizeof(*state->order));
	for (size_t i = state->block_count; i > place; i--)
		state->order[i] = state->order[i - 1];
	state->order[place] = number;
	state->blocks[number] = (struct watched_block){ 0 };
	state->block_count++;
	return number;
}

/* Gives what the read shows of the block there (or, above all, of none) a
 * block of its own. */
static void split(struct watched_set *state, size_t place)
{
	uint32_t from = place < state->block_count ? state->order[place] :
						     STREAM_NO_BLOCK;
	uint32_t block = add_block(state, place);

	for (size_t i = 0; i < state->count; i++) {
		struct watched_element *element = &state->elements[i];

		if (element->seen != state->reads || element->block != from)
			continue;
		if (element->is_removed)
			continue;
		stream_set_leave_block(state, element);
		element->block = block;
		state->blocks[block].size++;
	}
}

/* Leaves out blocks whose elements were all removed since. */
static void settle(struct watched_set *state)
{
	uint32_t *numbers;
	uint32_t kept = 0;

	if (state->block_count < state->settle_at + BLOCKS_EVERY)
		return;
	numbers = heap_alloc(state->block_count * 2 * sizeof(*numbers));
	for (size_t i = 0; i < state->block_count; i++) {
		uint32_t size = state->blocks[state->order[i]].size;

		if (!size)
			continue;
		numbers[state->order[i]] = kept;
		numbers[state->block_count + kept++] = size;
	}
	for (size_t i = 0; i < state->count; i++) {
		struct watched_element *element = &state->elements[i];

		if (element->block != STREAM_NO_BLOCK)
			element->block = numbers[element->block];
	}
	for (uint32_t i = 0; i < kept; i++) {
		state->blocks[i].size = numbers[state->block_count + i];
		state->order[i] = i;
	}
	free(numbers);
	state->block_count = kept;
	state->settle_at = kept * (size_t)2;
}

bool stream_set_read(const struct stream *stream, struct watched_set *state,
		     const struct stream_call *call, struct error *reason)
{
	struct reading reading = { call, call->invoke, false };
	size_t place;

	if (!value_is_nil(call->action.result) &&
	    value_kind(stream->values, call->action.result) != VALUE_LIST)
		return true;
	state->reads++;
	for (size_t i = 0; i < state->block_count; i++)
		state->blocks[i].seen = 0;
	if (!look(stream, state, &reading, reason) ||
	    !has_all(stream, state, &reading, reason))
		return false;
	if (!find_partial(state, reading.sees_new, &place))
		return stream_accuse(stream, call,
				     "and one before each show what the other "
				     "lacks", reason);
	if (place < state->block_count ?
		    state->blocks[state->order[place]].seen > 0 :
		    reading.sees_new)
		split(state, place);
	settle(state);
	return true;
}
