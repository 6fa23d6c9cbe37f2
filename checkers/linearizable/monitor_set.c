/* SPDX-License-Identifier: MIT */
/*
 * Sets. Where nobody reads the whole, each element is an object of its own: an
 * element added once and removed at most once is certainly there between two
 * moments, and whoever misses it must not fall between them; any other
 * element's few calls are searched. A set that only grows and is read whole:
 * reads are ordered by inclusion, and what each shows for the first time was
 * added before it and after the one before.
 */
#include <stdlib.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/problem.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

#define NEVER UINT32_MAX

/* This many calls ahead memory is asked for: elements lie all over it. */
#define AHEAD 16

/* What was observed of an element that came once. Of removals after it that
 * do not tell what they found, one is as good as all: the first to take effect
 * does so between their earliest invocation and their earliest return. */
struct element {
	uint32_t count; /* of its calls */
	uint32_t in_invoke; /* of its addition; NEVER */
	uint32_t in_return;
	uint32_t out_invoke; /* the earliest of its removals; NEVER */
	uint32_t out_return;
	uint32_t seen_return; /* the earliest call that saw it; NEVER */
	uint32_t seen_invoke; /* the latest */
	uint8_t is_plain; /* the rule applies */
	uint8_t is_taken; /* a removal tells that there was something */
};

struct elements {
	const struct judge *judge;
	const struct calls *calls;
	struct monitor_result *result;
	uint32_t *numbers; /* of the element of each call */
	struct element *items;
	size_t count;
};

static bool is_told(const struct call *call, bool truth)
{
	return !call_is_open(call) &&
	       value_equal(call->result, value_bool(truth));
}

static void prefetch_element(const struct elements *elements, size_t call)
{
	if (call < elements->calls->count)
		__builtin_prefetch(&elements->items[elements->numbers[call]]);
}

static void see(struct element *element, const struct call *call)
{
	if (element->seen_return > call->complete)
		element->seen_return = call->complete;
	if (element->seen_invoke < call->invoke)
		element->seen_invoke = call->invoke;
}

static void look_at_removal(struct element *element, const struct call *call)
{
	bool is_taken = is_told(call, true);

	if (is_told(call, false))
		return;
	if (element->out_invoke != NEVER && (is_taken || element->is_taken))
		element->is_plain = 0;
	element->is_taken |= is_taken;
	if (element->out_invoke > call->invoke)
		element->out_invoke = call->invoke;
	if (element->out_return > call->complete)
		element->out_return = call->complete;
}

static void look_at(struct elements *elements, uint32_t number)
{
	const struct call *call = &elements->calls->items[number];
	struct element *element = &elements->items[elements->numbers[number]];

	element->count++;
	switch (call->verb) {
	case VERB_ADD:
		if (element->in_invoke != NEVER || is_told(call, false))
			element->is_plain = 0;
		element->in_invoke = call->invoke;
		element->in_return = call->complete;
		break;
	case VERB_REMOVE:
		look_at_removal(element, call);
		break;
	default:
		if (is_told(call, true))
			see(element, call);
		break;
	}
}

/* A removal that does not tell whether there was something to remove may
 * have come before the element. */
static void find_plain(struct elements *elements)
{
	for (size_t i = 0; i < elements->count; i++) {
		struct element *element = &elements->items[i];

		if (element->out_invoke == NEVER)
			continue;
		if (element->in_invoke == NEVER ||
		    (!element->is_taken &&
		     (element->in_return == CALL_OPEN ||
		      element->out_invoke < element->in_return)))
			element->is_plain = 0;
	}
}

/* From when to when the element is certainly there; false if never. */
static bool presence(const struct element *element, uint32_t *from,
		     uint32_t *to)
{
	*from = element->seen_return;
	*to = NEVER;
	if (element->in_invoke == NEVER)
		return false;
	if (element->out_invoke != NEVER) {
		if (*from > element->out_return)
			*from = element->out_return;
		*to = element->out_invoke > element->seen_invoke ?
			      element->out_invoke : element->seen_invoke;
	}
	if (*from > element->in_return)
		*from = element->in_return;
	return *from < *to;
}

static bool is_seen_rightly(const struct element *element)
{
	uint32_t first = element->seen_return;

	if (element->in_invoke == NEVER)
		return first == NEVER;
	if (element->out_invoke != NEVER) {
		if (element->out_return < element->seen_invoke)
			return false;
		if (first > element->out_return)
			first = element->out_return;
	}
	return first >= element->in_invoke;
}

static void convict_element(struct elements *elements, size_t number)
{
	for (size_t i = 0; i < elements->calls->count; i++) {
		if (elements->numbers[i] == number)
			monitor_convict(elements->result,
					&elements->calls->items[i]);
	}
}

/* True when the element's calls agree with the rule. */
static bool check_absences(struct elements *elements)
{
	for (size_t i = 0; i < elements->calls->count; i++) {
		const struct call *call = &elements->calls->items[i];
		const struct element *element =
			&elements->items[elements->numbers[i]];
		uint32_t from;
		uint32_t to;

		prefetch_element(elements, i + AHEAD);
		if (monitor_is_late_at(elements->result, i))
			return false;
		if (!is_told(call, false) || !element->is_plain ||
		    !presence(element, &from, &to))
			continue;
		if (call->invoke > from && call->complete < to) {
			convict_element(elements, elements->numbers[i]);
			return false;
		}
	}
	return true;
}

/* Searches the elements that are not plain, one by one. */
static bool search_others(struct elements *elements)
{
	size_t *starts = heap_zeroed(elements->count + 2, sizeof(*starts));
	struct call *grouped = heap_alloc((elements->calls->count + 1) *
					  sizeof(*grouped));
	bool is_sound = true;

	for (size_t i = 0; i < elements->count; i++)
		starts[i + 2] = starts[i + 1] +
				(elements->items[i].is_plain ?
					 0 : elements->items[i].count);
	for (size_t i = 0; i < elements->calls->count; i++) {
		const struct call *call = &elements->calls->items[i];
		size_t number = elements->numbers[i];

		if (!elements->items[number].is_plain)
			grouped[starts[number + 1]++] = *call;
	}
	for (size_t i = 0; i < elements->count && is_sound; i++) {
		struct search_result found;

		if (starts[i] == starts[i + 1])
			continue;
		decide_few(elements->judge, grouped + starts[i],
			   starts[i + 1] - starts[i], &found);
		if (found.kind == VERDICT_VALID)
			continue;
		is_sound = false;
		if (monitor_is_late(elements->result))
			break;
		if (found.kind == VERDICT_INVALID)
			convict_element(elements, i);
		else
			elements->result->why = "the calls about one element "
						"are too many to search apart";
	}
	free(starts);
	free(grouped);
	return is_sound;
}

static bool check_elements(struct elements *elements)
{
	for (size_t i = 0; i < elements->count; i++) {
		if (elements->items[i].is_plain &&
		    !is_seen_rightly(&elements->items[i])) {
			convict_element(elements, i);
			return false;
		}
	}
	return check_absences(elements) && search_others(elements);
}

/* Numbers the elements. False when time ran out, or with the reason when that
 * is not for this monitor. */
static bool number_elements(struct elements *elements)
{
	const struct calls *calls = elements->calls;
	struct value_map numbers = { 0 };
	bool is_done = true;

	elements->numbers = heap_alloc(calls->count * sizeof(uint32_t));
	value_map_reserve(&numbers, calls->count / 2 + 8);
	for (size_t i = 0; i < calls->count && is_done; i++) {
		const struct call *call = &calls->items[i];

		if (i + AHEAD < calls->count)
			value_map_prefetch(&numbers, call[AHEAD].arg);
		elements->numbers[i] = *value_map_put(
			&numbers, call->arg, (uint32_t)numbers.count);
		is_done = !monitor_is_late_at(elements->result, i);
		if (call->verb == VERB_READ) {
			elements->result->why =
				"the set is read whole, and more happens than "
				"adding each element once";
			is_done = false;
		}
	}
	elements->count = numbers.count;
	value_map_release(&numbers);
	return is_done;
}

static void look_at_all(struct elements *elements)
{
	elements->items = heap_alloc((elements->count + 1) *
				     sizeof(*elements->items));
	for (size_t i = 0; i < elements->count; i++)
		elements->items[i] = (struct element){
			.in_invoke = NEVER, .in_return = NEVER,
			.out_invoke = NEVER, .out_return = NEVER,
			.seen_return = NEVER, .is_plain = 1,
		};
	for (uint32_t i = 0; i < elements->calls->count; i++) {
		if (monitor_is_late_at(elements->result, i))
			return;
		prefetch_element(elements, i + AHEAD);
		look_at(elements, i);
	}
	find_plain(elements);
}

static void decide_elements(const struct judge *judge,
			    const struct calls *calls,
			    struct monitor_result *result)
{
	struct elements elements = { .judge = judge, .calls = calls,
				     .result = result };

	if (number_elements(&elements)) {
		look_at_all(&elements);
		if (!monitor_is_late(result) && check_elements(&elements))
			result->kind = VERDICT_VALID;
	}
	free(elements.numbers);
	free(elements.items);
}

const struct monitor monitor_set_elements = {
	.name = "set-elements",
	.why = "elements are independent: nobody reads the whole set",
	.models = { "set" },
	.decide = decide_elements,
};
