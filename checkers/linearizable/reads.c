/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/reads.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/core/arena.h"

bool reads_is_read(const struct call *call)
{
	return call->verb == VERB_READ && !call_is_open(call);
}

size_t reads_length(const struct reads *reads, const struct call *call)
{
	assert(call);
	if (value_kind(reads->values, call->result) != VALUE_LIST)
		return 0;
	return value_list_length(reads->values, call->result);
}

struct value *reads_elements(const struct reads *reads,
			     const struct call *read)
{
	size_t length = reads_length(reads, read);
	struct value *elements = heap_alloc((length + 1) * sizeof(*elements));

	if (length)
		value_list_elements(reads->values, read->result, elements);
	return elements;
}

uint32_t reads_number(const struct reads *reads, struct value element)
{
	return value_map_at(&reads->numbers, element, READS_NONE);
}

void reads_concern(struct reads *reads, struct value element)
{
	struct monitor_result *result = reads->result;

	assert(result->concerned_count < 2);
	result->concerned[result->concerned_count++] = element;
}

/* And the call that adds it. */
static void concern_addition(struct reads *reads, uint32_t call)
{
	monitor_convict(reads->result, &reads->calls->items[call]);
	reads_concern(reads, reads->calls->items[call].arg);
}

/* The addition of an element that one read shows and the other does not;
 * READS_NONE if there is none. */
static uint32_t find_more(const struct reads *reads, const struct call *read,
			  const struct call *other)
{
	struct value *elements = reads_elements(reads, read);
	struct value *others = reads_elements(reads, other);
	struct value_map seen = { 0 };
	uint32_t found = READS_NONE;

	for (size_t i = 0; i < reads_length(reads, other); i++)
		value_map_put(&seen, others[i], 1);
	for (size_t i = 0;
	     i < reads_length(reads, read) && found == READS_NONE; i++) {
		uint32_t number = reads_number(reads, elements[i]);

		if (!value_map_at(&seen, elements[i], 0))
			found = reads->additions[number];
	}
	value_map_release(&seen);
	free(elements);
	free(others);
	return found;
}

/* The addition of what a read of a lower rank shows, and this one does not. */
static uint32_t find_lacking(const struct reads *reads, size_t rank)
{
	const struct call *calls = reads->calls->items;
	const struct call *read = &calls[reads->order[rank].number];
	struct value *elements = reads_elements(reads, read);
	struct value_map seen = { 0 };
	uint32_t found = READS_NONE;

	for (size_t i = 0; i < reads_length(reads, read); i++)
		value_map_put(&seen, elements[i], 1);
	for (size_t i = 0;
	     i < reads->numbers.count && found == READS_NONE; i++) {
		if (reads->levels[i] < rank &&
		    !value_map_at(&seen, calls[reads->additions[i]].arg, 0))
			found = reads->additions[i];
	}
	value_map_release(&seen);
	free(elements);
	return found;
}

void reads_convict_pair(struct reads *reads, size_t rank)
{
	const struct call *calls = reads->calls->items;
	const struct call *read = &calls[reads->order[rank].number];
	uint32_t missing = find_lacking(reads, rank);
	uint32_t element = reads_number(reads, calls[missing].arg);
	const struct call *other =
		&calls[reads->order[reads->levels[element]].number];

	concern_addition(reads, missing);
	concern_addition(reads, find_more(reads, read, other));
	monitor_convict(reads->result, other);
	monitor_convict(reads->result, read);
}

void reads_convict_conflict(struct reads *reads,
			     const struct levels_conflict *conflict)
{
	const struct call *calls = reads->calls->items;
	const struct call *after = &calls[conflict->after.number];
	const struct call *before = &calls[conflict->before.number];
	uint32_t rank = conflict->before.key / 2;

	reads->result->kind = VERDICT_INVALID;
	if (reads_is_read(after) && reads_is_read(before)) {
		concern_addition(reads, find_more(reads, after, before));
	} else if (!reads_is_read(after) && !reads_is_read(before)) {
		monitor_convict(reads->result,
				&calls[reads->order[rank].number]);
	}
	monitor_convict(reads->result, after);
	monitor_convict(reads->result, before);
	if (!reads_is_read(after))
		reads_concern(reads, after->arg);
	if (!reads_is_read(before))
		reads_concern(reads, before->arg);
}
