/* SPDX-License-Identifier: MIT */
/*
 * Objects that only grow and are read whole: set and list. Reads tell the
 * order: by inclusion, or as prefixes of each other; and what a read shows for
 * the first time went in between the read before and it.
 */
#include <assert.h>
#include <stdlib.h>

#include "checkers/linearizable/reads.h"
#include "harness/core/arena.h"

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

		if (reads_is_read(call))
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
		if (reads->additions[*number] != READS_NONE) {
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

/* Gives levels to what a read shows: false if it lacks what an earlier one
 * shows, or shows what nobody added. */
static bool level_read(struct reads *reads, size_t rank, size_t *shown_before)
{
	uint32_t number = reads->order[rank].number;
	const struct call *call = &reads->calls->items[number];
	size_t length = reads_length(reads, call);
	struct value *elements = reads_elements(reads, call);
	size_t old = 0;
	size_t fresh = 0;
	bool is_sound = true;

	for (size_t i = 0; i < length && is_sound; i++) {
		uint32_t element = reads_number(reads, elements[i]);

		if (element == READS_NONE) {
			monitor_convict(reads->result, call);
			reads_concern(reads, elements[i]);
			is_sound = false;
		} else if (reads->levels[element] == READS_NONE) {
			reads->levels[element] = (uint32_t)rank;
			fresh++;
			place(reads, 2 * (uint32_t)rank,
			      reads->additions[element]);
		} else if (reads->levels[element] < rank) {
			old++;
		}
	}
	free(elements);
	if (!is_sound)
		return false;
	is_sound = old >= *shown_before;
	if (!is_sound)
		reads_convict_pair(reads, rank);
	*shown_before += fresh;
	place(reads, 2 * (uint32_t)rank + 1, number);
	return is_sound;
}

/* Does a read show an element twice? Then lengths tell nothing. */
static bool shows_twice(struct reads *reads, const struct call *call)
{
	size_t length = reads_length(reads, call);
	struct value *elements = reads_elements(reads, call);
	struct value_map seen = { 0 };
	bool twice;

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

		if (reads->levels[i] == READS_NONE && call != READS_NONE &&
		    !call_is_open(&reads->calls->items[call]))
			place(reads, 2 * (uint32_t)reads->read_count, call);
	}
}

static void level_set(struct reads *reads)
{
	struct levels_conflict conflict;
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
		if (!level_read(reads, i, &shown))
			return;
	}
	place_unseen(reads);
	reads->result->kind = VERDICT_VALID;
	if (!levels_fit(reads->calls, reads->placed, reads->placed_count,
			&conflict))
		reads_convict_conflict(reads, &conflict);
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
	size_t length = longest ? reads_length(reads, longest) : 0;
	struct value *elements = heap_alloc((length + 1) * sizeof(*elements));
	bool is_sound = true;

	assert(calls || !reads->read_count);
	if (length)
		value_list_elements(reads->values, longest->result, elements);
	for (uint32_t i = 0; i < length && is_sound; i++) {
		uint32_t element = reads_number(reads, elements[i]);

		is_sound = element != READS_NONE &&
			   reads->levels[element] == READS_NONE;
		if (!is_sound)
			break;
		reads->levels[element] = i;
		place(reads, 2 * i + 1, reads->additions[element]);
	}
	for (size_t i = 0; i < reads->read_count && is_sound; i++) {
		uint32_t number = reads->order[i].number;
		size_t shown = reads_length(reads, &calls[number]);

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
		reads.additions[i] = READS_NONE;
		reads.levels[i] = READS_NONE;
	}
	if (collect(&reads, adding) && !monitor_is_late(result)) {
		for (size_t i = 0; i < reads.read_count; i++)
			reads.order[i].key = (uint32_t)reads_length(
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
