/* SPDX-License-Identifier: MIT */
/* Counterexamples: deciding them, and what a register's do not need: its past,
 * and updates that nobody saw. */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/problem.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

/* Bounds of one decision. */
#define DECIDE_STATES_MAX 200000
#define DECIDE_BYTES_MAX ((size_t)64 << 20)
/* What laying out a call takes. */
#define DECIDE_CALL_BYTES 104
/* More contents than these at the start are not tried one by one. */
#define STARTS_MAX 64
#define WINDOW_FIRST 16

static void decide_from(const struct judge *judge, struct states *states,
			const struct call *calls, size_t count,
			struct search_result *result)
{
	size_t bytes = judge->limits->bytes_max;
	struct search_limits limits = {
		.states_max = DECIDE_STATES_MAX + 8 * count,
		.bytes_max = DECIDE_BYTES_MAX,
		.budget = judge->limits->budget,
	};
	struct problem problem;

	*result = (struct search_result){ .stop = SEARCH_BYTES };
	if (bytes / DECIDE_CALL_BYTES < count)
		return;
	bytes -= count * DECIDE_CALL_BYTES;
	if (limits.bytes_max > bytes / 2)
		limits.bytes_max = bytes / 2;
	problem_init(&problem, judge->model, states, calls, count);
	search(&problem, &limits, result);
	problem_release(&problem);
}

/*
 * The contents that make a difference at the start: those that a call needs.
 * What else a register may hold is no better than any of these, for no call
 * agrees with it. False if there are too many.
 */
static bool collect_starts(const struct call *calls, size_t count,
			   struct value *starts, size_t *start_count)
{
	struct value_map seen = { 0 };

	*start_count = 0;
	for (size_t i = 0; i < count && *start_count < STARTS_MAX; i++) {
		const struct call *call = &calls[i];
		struct value needed = call->verb == VERB_CAS ? call->expected :
							       call->result;
		size_t known = seen.count;

		if (call->verb == VERB_WRITE ||
		    (call->verb == VERB_READ && call_is_open(call)))
			continue;
		value_map_put(&seen, needed, 0);
		if (seen.count > known)
			starts[(*start_count)++] = needed;
	}
	value_map_release(&seen);
	return *start_count < STARTS_MAX;
}

/* The furthest of the results from each start; all are wrong, or the last is
 * not. The state of a register is its value, whatever table it is in. */
static void decide_any(const struct judge *judge, const struct call *calls,
		       size_t count, struct search_result *result)
{
	struct model_settings settings = *judge->settings;
	struct states *states;
	struct value starts[STARTS_MAX];
	struct search_result furthest = { 0 };
	size_t start_count;

	*result = (struct search_result){ .kind = VERDICT_VALID };
	if (!collect_starts(calls, count, starts, &start_count) ||
	    !start_count)
		return;
	states = states_new(judge->history, &settings);
	for (size_t i = 0; i < start_count; i++) {
		uint64_t visited = furthest.visited;

		settings.initial = starts[i];
		decide_from(judge, states, calls, count, result);
		result->visited += visited;
		if (result->kind != VERDICT_INVALID)
			break;
		if (i == 0 || result->event > furthest.event)
			furthest = *result;
		furthest.visited = result->visited;
	}
	if (result->kind == VERDICT_INVALID)
		*result = furthest;
	states_free(states);
}

void decide_excerpt(const struct judge *judge, struct states *states,
		    const struct call *calls, size_t count, bool any_start,
		    struct search_result *result)
{
	if (any_start)
		decide_any(judge, calls, count, result);
	else
		decide_from(judge, states, calls, count, result);
}

void decide_few(const struct judge *judge, const struct call *calls,
		size_t count, struct search_result *result)
{
	struct states *states = states_new(judge->history, judge->settings);

	decide_from(judge, states, calls, count, result);
	states_free(states);
}

/*
 * The calls that began at items[first] or later, and those that were under
 * way then: they may have taken effect before, later, or be without effect.
 */
static void take_window(const struct judge *judge,
			const struct states *states, const struct calls *calls,
			size_t first, struct calls *window)
{
	uint32_t position = calls->items[first].invoke;

	window->count = 0;
	for (size_t i = 0; i < calls->count; i++) {
		struct call call = calls->items[i];

		if (i < first) {
			if (call.complete < position ||
			    judge->model->is_pure(states, &call))
				continue;
			call.complete = CALL_OPEN;
			call.result = value_nil();
		}
		window->items[window->count++] = call;
	}
}

static bool is_wrong(const struct judge *judge, const struct calls *calls,
		     size_t first, struct calls *window)
{
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;

	take_window(judge, states, calls, first, window);
	decide_any(judge, window->items, window->count, &result);
	states_free(states);
	return result.kind == VERDICT_INVALID;
}

bool window_find(const struct judge *judge, struct calls *calls)
{
	struct calls window = { 0 };
	size_t length = WINDOW_FIRST;
	size_t low; /* wrong from there on */
	size_t high; /* not wrong */

	if (!calls->count)
		return false;
	window.items = array_reserve(NULL, &window.capacity, calls->count,
				     sizeof(*window.items));
	for (; !is_wrong(judge, calls,
			 calls->count > length ? calls->count - length : 0,
			 &window);
	     length *= 4) {
		if (length >= calls->count ||
		    budget_expired(judge->limits->budget)) {
			calls_release(&window);
			return false;
		}
	}
	low = calls->count > length ? calls->count - length : 0;
	high = calls->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (is_wrong(judge, calls, middle, &window))
			low = middle;
		else
			high = middle;
	}
	is_wrong(judge, calls, low, &window);
	calls_release(calls);
	*calls = window;
	return true;
}

void window_open(const struct judge *judge, struct calls *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		struct call *call = &calls->items[i];
		struct call before = *call;
		struct search_result result;

		if (call_is_open(call) || budget_expired(judge->limits->budget))
			continue;
		call->complete = CALL_OPEN;
		call->result = value_nil();
		decide_any(judge, calls->items, calls->count, &result);
		if (result.kind != VERDICT_INVALID)
			*call = before;
	}
}

/* The values that calls put into a register, with numbers from 1. */
static void number_sources(const struct calls *calls, struct value_map *sources)
{
	for (uint32_t i = 0; i < calls->count; i++) {
		if (calls->items[i].verb != VERB_READ)
			value_map_put(sources, calls->items[i].arg, i + 1);
	}
}

void add_sources(const struct judge *judge, const struct calls *calls,
		 struct calls *few)
{
	struct value_map here = { 0 };
	struct value_map all = { 0 };

	if (judge->model->shrink != SHRINK_CHAINS || few->count == calls->count)
		return;
	number_sources(few, &here);
	for (size_t i = 0; i < few->count; i++) {
		struct value found = few->items[i].expected;
		uint32_t source;

		if (few->items[i].verb != VERB_CAS ||
		    value_map_at(&here, found, 0))
			continue;
		if (!all.count)
			number_sources(calls, &all);
		source = value_map_at(&all, found, 0);
		if (!source)
			continue;
		value_map_put(&here, found, source);
		few->items = array_reserve(few->items, &few->capacity,
					   few->count + 1,
					   sizeof(*few->items));
		few->items[few->count++] = calls->items[source - 1];
	}
	value_map_release(&here);
	value_map_release(&all);
	sort_calls(few);
}

/* Does `reader` find the value that `update` put there? */
static bool is_reader_of(const struct call *reader, const struct call *update)
{
	struct value seen = reader->verb == VERB_CAS ? reader->expected :
						       reader->result;

	if (reader->verb == VERB_WRITE || reader == update ||
	    (reader->verb == VERB_READ && call_is_open(reader)))
		return false;
	return value_equal(seen, update->arg);
}

/* Can it have been this update that the reader saw, as far as the other calls
 * tell? */
static bool may_see(const struct calls *calls, const struct call *update,
		    const struct call *reader)
{
	if (reader->complete < update->invoke)
		return false;
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *between = &calls->items[i];

		if (between->verb != VERB_READ && between != update &&
		    between != reader && !call_is_open(between) &&
		    update->complete < between->invoke &&
		    between->complete < reader->invoke)
			return false;
	}
	return true;
}

/* With a past, whoever is blamed for an old value needs its source beside. */
static bool is_seen(const struct calls *calls, const struct call *update,
		    bool any_start)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (is_reader_of(&calls->items[i], update) &&
		    (!any_start || may_see(calls, update, &calls->items[i])))
			return true;
	}
	return false;
}

void leave_unseen(const struct judge *judge, struct calls *calls,
		  bool any_start)
{
	struct call *kept = heap_alloc((calls->count + 1) * sizeof(*kept));

	for (size_t i = 0; i < calls->count;) {
		size_t after = calls->count - i - 1;
		struct states *states;
		struct search_result result = { .kind = VERDICT_UNKNOWN };

		if (calls->items[i].verb != VERB_READ &&
		    !is_seen(calls, &calls->items[i], any_start) &&
		    !budget_expired(judge->limits->budget)) {
			memcpy(kept, calls->items, i * sizeof(*kept));
			memcpy(kept + i, calls->items + i + 1,
			       after * sizeof(*kept));
			states = states_new(judge->history, judge->settings);
			decide_excerpt(judge, states, kept, calls->count - 1,
				       any_start, &result);
			states_free(states);
		}
		if (result.kind == VERDICT_INVALID)
			memcpy(calls->items, kept,
			       --calls->count * sizeof(*kept));
		else
			i++;
	}
	free(kept);
}

void sort_calls(struct calls *few)
{
	struct sort_item *order =
		heap_alloc((few->count + 1) * sizeof(*order));
	struct call *sorted = heap_alloc((few->count + 1) * sizeof(*sorted));

	for (uint32_t i = 0; i < few->count; i++)
		order[i] = (struct sort_item){ few->items[i].invoke, i };
	sort_items(order, few->count);
	for (size_t i = 0; i < few->count; i++)
		sorted[i] = few->items[order[i].number];
	free(few->items);
	free(order);
	few->items = sorted;
	few->capacity = few->count + 1;
}
