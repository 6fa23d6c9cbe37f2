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

/* What was observed of an element that came once and went at most once. */
struct element {
	uint32_t count; /* of its calls */
	uint32_t add; /* call, or NEVER */
	uint32_t remove;
	uint32_t seen_return; /* the earliest call that saw it; NEVER */
	uint32_t seen_invoke; /* the latest */
	uint8_t is_plain; /* the rule applies */
};

struct elements {
	const struct judge *judge;
	const struct calls *calls;
	struct monitor_result *result;
	struct value_map numbers;
	struct element *items;
	size_t count;
};

static bool is_told(const struct call *call, bool truth)
{
	return !call_is_open(call) &&
	       value_equal(call->result, value_bool(truth));
}

static struct element *element_of(const struct elements *elements,
				  const struct call *call)
{
	return &elements->items[value_map_at(&elements->numbers, call->arg,
					     0)];
}

static void see(struct element *element, const struct call *call)
{
	if (element->seen_return > call->complete)
		element->seen_return = call->complete;
	if (element->seen_invoke < call->invoke)
		element->seen_invoke = call->invoke;
}

static void look_at(struct elements *elements, uint32_t number)
{
	const struct call *call = &elements->calls->items[number];
	struct element *element = element_of(elements, call);

	element->count++;
	switch (call->verb) {
	case VERB_ADD:
		if (element->add != NEVER || is_told(call, false))
			element->is_plain = 0;
		element->add = number;
		break;
	case VERB_REMOVE:
		if (is_told(call, false))
			break;
		if (element->remove != NEVER)
			element->is_plain = 0;
		element->remove = number;
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
		const struct call *calls = elements->calls->items;

		if (element->remove == NEVER || !element->is_plain)
			continue;
		if (element->add == NEVER) {
			element->is_plain = 0;
			continue;
		}
		if (!is_told(&calls[element->remove], true) &&
		    (call_is_open(&calls[element->add]) ||
		     calls[element->remove].invoke <
			     calls[element->add].complete))
			element->is_plain = 0;
	}
}

/* From when to when the element is certainly there; false if never. */
static bool presence(const struct elements *elements,
		     const struct element *element, uint32_t *from,
		     uint32_t *to)
{
	const struct call *calls = elements->calls->items;

	*from = element->seen_return;
	*to = NEVER;
	if (element->add == NEVER)
		return false;
	if (element->remove != NEVER) {
		const struct call *remove = &calls[element->remove];

		if (*from > remove->complete)
			*from = remove->complete;
		*to = remove->invoke > element->seen_invoke ?
			      remove->invoke : element->seen_invoke;
	}
	if (*from > calls[element->add].complete)
		*from = calls[element->add].complete;
	return *from < *to;
}

static bool is_seen_rightly(const struct elements *elements,
			    const struct element *element)
{
	const struct call *calls = elements->calls->items;
	uint32_t first = element->seen_return;

	if (element->add == NEVER)
		return first == NEVER;
	if (element->remove != NEVER) {
		if (calls[element->remove].complete < element->seen_invoke)
			return false;
		if (first > calls[element->remove].complete)
			first = calls[element->remove].complete;
	}
	return first >= calls[element->add].invoke;
}

static void convict_element(struct elements *elements,
			    const struct element *element)
{
	for (size_t i = 0; i < elements->calls->count; i++) {
		const struct call *call = &elements->calls->items[i];

		if (element_of(elements, call) == element)
			monitor_convict(elements->result, call);
	}
}

/* True when the element's calls agree with the rule. */
static bool check_absences(struct elements *elements)
{
	for (size_t i = 0; i < elements->calls->count; i++) {
		const struct call *call = &elements->calls->items[i];
		const struct element *element = element_of(elements, call);
		uint32_t from;
		uint32_t to;

		if (monitor_is_late_at(elements->result, i))
			return false;
		if (!element->is_plain || !is_told(call, false) ||
		    !presence(elements, element, &from, &to))
			continue;
		if (call->invoke > from && call->complete < to) {
			convict_element(elements, element);
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
		size_t number = (size_t)(element_of(elements, call) -
					 elements->items);

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
			convict_element(elements, &elements->items[i]);
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
		    !is_seen_rightly(elements, &elements->items[i])) {
			convict_element(elements, &elements->items[i]);
			return false;
		}
	}
	return check_absences(elements) && search_others(elements);
}

static void decide_elements(const struct judge *judge,
			    const struct calls *calls,
			    struct monitor_result *result)
{
	struct elements elements = { .judge = judge, .calls = calls,
				     .result = result };

	for (size_t i = 0; i < calls->count; i++) {
		if (calls->items[i].verb == VERB_READ) {
			result->why = "the set is read whole, and more "
				      "happens than adding each element once";
			return;
		}
	}
	value_map_reserve(&elements.numbers, calls->count / 2 + 8);
	for (size_t i = 0; i < calls->count; i++)
		value_map_put(&elements.numbers, calls->items[i].arg,
			      (uint32_t)elements.numbers.count);
	elements.count = elements.numbers.count;
	elements.items = heap_alloc((elements.count + 1) *
				    sizeof(*elements.items));
	for (size_t i = 0; i < elements.count; i++)
		elements.items[i] = (struct element){
			.add = NEVER, .remove = NEVER,
			.seen_return = NEVER, .is_plain = 1,
		};
	for (uint32_t i = 0; i < calls->count; i++) {
		if (monitor_is_late_at(result, i))
			break;
		look_at(&elements, i);
	}
	find_plain(&elements);
	if (!monitor_is_late(result) && check_elements(&elements))
		result->kind = VERDICT_VALID;
	value_map_release(&elements.numbers);
	free(elements.items);
}

const struct monitor monitor_set_elements = {
	.name = "set-elements",
	.why = "elements are independent: nobody reads the whole set",
	.models = { "set" },
	.decide = decide_elements,
};
