/* SPDX-License-Identifier: MIT */
/*
 * Objects that only grow and are read whole: set and list. Reads tell the
 * order: by inclusion, or as prefixes of each other; and what a read shows for
 * the first time went in between the read before and it.
 */
#include <assert.h>
#include <stdlib.h>

#include "checkers/linearizable/levels.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

struct reads {
	const struct values *values;
	const struct calls *calls;
	struct monitor_result *result;
	struct value_map numbers; /* of elements */
	uint32_t *additions; /* call that added each element, or NONE */
	uint32_t *levels; /* of each element: the first read that shows it */
	struct sort_item *order; /* reads by length */
	size_t read_count;
	struct sort_item *placed; /* calls by level */
	size_t placed_count;
};

static bool is_read(const struct call *call)
{
	return call->verb == VERB_READ && !call_is_open(call);
}

static size_t length_of(const struct reads *reads, const struct call *call)
{
	assert(call);
	if (value_kind(reads->values, call->result) != VALUE_LIST)
		return 0;
	return value_list_length(reads->values, call->result);
}

/* Everything is convicted: the reader of the story sees it shrunk. */
static void convict_all(struct reads *reads)
{
	for (size_t i = 0; i < reads->calls->count; i++)
		monitor_convict(reads->result, &reads->calls->items[i]);
}

/* False, with the reason, if an element is added twice or something else
 * happens than adding and reading. */
static bool collect(struct reads *reads, enum verb adding)
{
	const struct calls *calls = reads->calls;

	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		uint32_t *number;

		if (is_read(call))
			reads->order[reads->read_count++].number = i;
		if (call->verb == VERB_READ)
			continue;
		number = value_map_put(&reads->numbers, call->arg,
				       (uint32_t)reads->numbers.count);
		if (call->verb != adding ||
		    (adding == VERB_ADD && !call_is_open(call) &&
		     value_equal(call->result, value_bool(false)))) {
			reads->result->why = "more happens than adding and "
					     "reading";
			return false;
		}
		if (reads->additions[*number] != NONE) {
			reads->result->why = "an element is added more than "
					     "once";
			return false;
		}
		reads->additions[*number] = i;
	}
	return true;
}

static void place(struct reads *reads, uint32_t level, uint32_t call)
{
	reads->placed[reads->placed_count++] =
		(struct sort_item){ level, call };
}

/* The element's number; NONE if nobody added it. */
static uint32_t number_of(const struct reads *reads, struct value element)
{
	return value_map_at(&reads->numbers, element, NONE);
}

/* Gives levels to what a read shows: false if it lacks what an earlier one
 * shows, or shows what nobody added. */
static bool level_read(struct reads *reads, size_t rank, size_t *shown_before)
{
	uint32_t number = reads->order[rank].number;
	const struct call *call = &reads->calls->items[number];
	size_t length = length_of(reads, call);
	struct value *elements = heap_alloc((length + 1) * sizeof(*elements));
	size_t old = 0;
	size_t fresh = 0;
	bool is_sound = true;

	if (length)
		value_list_elements(reads->values, call->result, elements);
	for (size_t i = 0; i < length && is_sound; i++) {
		uint32_t element = number_of(reads, elements[i]);

		if (element == NONE) {
			is_sound = false;
		} else if (reads->levels[element] == NONE) {
			reads->levels[element] = (uint32_t)rank;
			fresh++;
			place(reads, 2 * (uint32_t)rank,
			      reads->additions[element]);
		} else if (reads->levels[element] < rank) {
			old++;
		}
	}
	is_sound = is_sound && old >= *shown_before;
	*shown_before += fresh;
	place(reads, 2 * (uint32_t)rank + 1, number);
	free(elements);
	return is_sound;
}

/* Does a read show an element twice? Then lengths tell nothing. */
static bool shows_twice(struct reads *reads, const struct call *call)
{
	size_t length = length_of(reads, call);
	struct value *elements = heap_alloc((length + 1) * sizeof(*elements));
	struct value_map seen = { 0 };
	bool twice;

	if (length)
		value_list_elements(reads->values, call->result, elements);
	for (size_t i = 0; i < length; i++)
		value_map_put(&seen, elements[i], 1);
	twice = seen.count < length;
	value_map_release(&seen);
	free(elements);
	return twice;
}

/* Acknowledged additions that no read shows come last. */
static void place_unseen(struct reads *reads)
{
	for (size_t i = 0; i < reads->numbers.count; i++) {
		uint32_t call = reads->additions[i];

		if (reads->levels[i] == NONE && call != NONE &&
		    !call_is_open(&reads->calls->items[call]))
			place(reads, 2 * (uint32_t)reads->read_count, call);
	}
}

static void level_set(struct reads *reads)
{
	size_t shown = 0;

	for (size_t i = 0; i < reads->read_count; i++) {
		const struct call *call =
			&reads->calls->items[reads->order[i].number];

		if (monitor_is_late(reads->result))
			return;
		if (shows_twice(reads, call)) {
			reads->result->why = "a read shows an element twice";
			return;
		}
	}
	for (size_t i = 0; i < reads->read_count; i++) {
		if (monitor_is_late(reads->result))
			return;
		if (!level_read(reads, i, &shown)) {
			convict_all(reads);
			return;
		}
	}
	place_unseen(reads);
	levels_decide(reads->calls, reads->placed, reads->placed_count,
		      reads->result);
}

/* Each read must be a prefix of the longest, whose elements are levels of
 * their own. */
static void level_list(struct reads *reads)
{
	const struct call *calls = reads->calls->items;
	const struct call *longest =
		reads->read_count ?
			&calls[reads->order[reads->read_count - 1].number] :
			NULL;
	size_t length = longest ? length_of(reads, longest) : 0;
	struct value *elements = heap_alloc((length + 1) * sizeof(*elements));
	bool is_sound = true;

	if (length)
		value_list_elements(reads->values, longest->result, elements);
	for (uint32_t i = 0; i < length && is_sound; i++) {
		uint32_t element = number_of(reads, elements[i]);

		is_sound = element != NONE && reads->levels[element] == NONE;
		if (!is_sound)
			break;
		reads->levels[element] = i;
		place(reads, 2 * i + 1, reads->additions[element]);
	}
	for (size_t i = 0; i < reads->read_count && is_sound; i++) {
		uint32_t number = reads->order[i].number;
		size_t shown = length_of(reads, &calls[number]);

		place(reads, 2 * (uint32_t)shown, number);
		if (monitor_is_late(reads->result))
			break;
		is_sound = shown == 0 ||
			   value_list_has_prefix(reads->values,
						 longest->result,
						 calls[number].result);
	}
	free(elements);
	if (reads->result->is_late)
		return;
	if (!is_sound) {
		convict_all(reads);
		return;
	}
	reads->read_count = length + 1;
	place_unseen(reads);
	levels_decide(reads->calls, reads->placed, reads->placed_count,
		      reads->result);
}

static void decide(const struct judge *judge, const struct calls *calls,
		   struct monitor_result *result, enum verb adding)
{
	size_t count = calls->count + 1;
	struct reads reads = {
		.values = judge->history->values,
		.calls = calls,
		.result = result,
		.additions = heap_alloc(count * sizeof(uint32_t)),
		.levels = heap_alloc(count * sizeof(uint32_t)),
		.order = heap_zeroed(count, sizeof(struct sort_item)),
		.placed = heap_alloc(count * sizeof(struct sort_item)),
	};

	for (size_t i = 0; i < count; i++) {
		reads.additions[i] = NONE;
		reads.levels[i] = NONE;
	}
	if (collect(&reads, adding) && !monitor_is_late(result)) {
		for (size_t i = 0; i < reads.read_count; i++)
			reads.order[i].key = (uint32_t)length_of(
				&reads, &calls->items[reads.order[i].number]);
		sort_items(reads.order, reads.read_count);
		if (adding == VERB_ADD)
			level_set(&reads);
		else
			level_list(&reads);
	}
	value_map_release(&reads.numbers);
	free(reads.additions);
	free(reads.levels);
	free(reads.order);
	free(reads.placed);
}

static void decide_growing(const struct judge *judge,
			   const struct calls *calls,
			   struct monitor_result *result)
{
	decide(judge, calls, result, VERB_ADD);
}

static void decide_list(const struct judge *judge, const struct calls *calls,
			struct monitor_result *result)
{
	decide(judge, calls, result, VERB_APPEND);
}

const struct monitor monitor_set_growing = {
	.name = "set-inclusion",
	.why = "the set only grows, by one element once",
	.models = { "set" },
	.decide = decide_growing,
};

const struct monitor monitor_list = {
	.name = "list-prefixes",
	.why = "each element is appended once",
	.models = { "list" },
	.decide = decide_list,
};
