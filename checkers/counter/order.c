/* SPDX-License-Identifier: MIT */
/*
 * Reads of a counter that only goes up.
 *
 * A counter that goes up by ones is linearizable iff this greedy succeeds:
 * walk through time and keep the counter as low as may be. It must rise when
 * an increment ends that has not been counted, and when a read ends that saw
 * more; then those under way are counted that must end first, which leaves
 * the others the most time. A read passes while the counter is what it saw.
 * (An exchange argument: any order that is possible can be delayed to this
 * one. Checked against brute force in tests/property/test_invariants.c.)
 * Where the counter is beyond what a read saw as the read begins, it fails.
 * That reads are within bounds has been seen before, so that there is always
 * an increment left to count.
 */
#include "checkers/counter/counter.h"

#include <stdlib.h>

#include "checkers/linearizable/sort.h"

struct heap {
	uint32_t *steps; /* a heap by their ends, the first at the top */
	size_t count;
};

static uint32_t end_of(const struct counter *counter, uint32_t step)
{
	return counter->steps[step].end;
}

static void heap_push(const struct counter *counter, struct heap *heap,
		      uint32_t step)
{
	size_t at = heap->count++;

	while (at > 0 && end_of(counter, heap->steps[(at - 1) / 2]) >
				 end_of(counter, step)) {
		heap->steps[at] = heap->steps[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->steps[at] = step;
}

static uint32_t heap_pop(const struct counter *counter, struct heap *heap)
{
	uint32_t top = heap->steps[0];
	uint32_t last = heap->steps[--heap->count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < heap->count &&
		    end_of(counter, heap->steps[child + 1]) <
			    end_of(counter, heap->steps[child]))
			child++;
		if (child >= heap->count ||
		    end_of(counter, heap->steps[child]) >=
			    end_of(counter, last))
			break;
		heap->steps[at] = heap->steps[child];
		at = child;
	}
	if (heap->count > 0)
		heap->steps[at] = last;
	return top;
}

struct walk {
	const struct counter *counter;
	struct heap open; /* increments under way and not counted */
	bool *counted;	  /* each step */
	int64_t now;	  /* the counter */
	uint32_t *forced; /* forced[k]: whose end made it initial + k + 1 */
};

static void rise(struct walk *walk, uint32_t by)
{
	uint32_t step = heap_pop(walk->counter, &walk->open);

	walk->counted[step] = true;
	walk->forced[walk->now - walk->counter->initial] = by;
	walk->now++;
}

static void end_step(struct walk *walk, uint32_t number)
{
	const struct step *step = &walk->counter->steps[number];

	if (!step->is_read) {
		while (!walk->counted[number])
			rise(walk, number);
		return;
	}
	while (walk->now < step->number && walk->open.count > 0)
		rise(walk, number);
}

static bool walk_events(struct walk *walk, const struct sort_item *events,
			size_t count, size_t *read)
{
	const struct counter *counter = walk->counter;

	for (size_t i = 0; i < count; i++) {
		uint32_t number = events[i].number / 2;
		const struct step *step = &counter->steps[number];

		if (events[i].number % 2) {
			end_step(walk, number);
		} else if (!step->is_read) {
			heap_push(counter, &walk->open, number);
		} else if (step->number < walk->now) {
			*read = number;
			return false;
		}
	}
	return true;
}

bool counter_ones(const struct counter *counter, size_t *read, size_t *witness)
{
	struct walk walk = { .counter = counter, .now = counter->initial };
	struct sort_item *events =
		heap_zeroed(2 * counter->count + 1, sizeof(*events));
	size_t count = 0;
	bool decided;

	walk.open.steps =
		heap_zeroed(counter->count + 1, sizeof(*walk.open.steps));
	walk.counted = heap_zeroed(counter->count + 1, sizeof(*walk.counted));
	walk.forced = heap_zeroed(counter->count + 1, sizeof(*walk.forced));
	for (size_t i = 0; i < counter->count; i++) {
		events[count++] = (struct sort_item){ counter->steps[i].begin,
						      (uint32_t)(2 * i) };
		if (counter->steps[i].end != HISTORY_NONE)
			events[count++] =
				(struct sort_item){ counter->steps[i].end,
						    (uint32_t)(2 * i + 1) };
	}
	sort_items(events, count);
	decided = walk_events(&walk, events, count, read);
	if (!decided) {
		int64_t above = counter->steps[*read].number - counter->initial;

		*witness = walk.forced[above < 0 ? 0 : above];
	}
	free(events);
	free(walk.open.steps);
	free(walk.counted);
	free(walk.forced);
	return decided;
}

bool counter_descent(const struct counter *counter, size_t *read,
		     size_t *witness)
{
	struct sort_item *ends = heap_zeroed(counter->count + 1, sizeof(*ends));
	size_t best = SIZE_MAX; /* the highest of those that have ended */
	bool is_found = false;
	bool goes_down = false;
	size_t count = 0;
	size_t next = 0;

	for (size_t i = 0; i < counter->count; i++) {
		if (counter->steps[i].is_read)
			ends[count++] =
				(struct sort_item){ counter->steps[i].end,
						    (uint32_t)i };
		else if (counter->steps[i].number < 0)
			goes_down = true;
	}
	sort_items(ends, count);
	for (size_t i = 0; i < counter->count && !goes_down; i++) {
		const struct step *step = &counter->steps[i];

		for (; next < count && ends[next].key < step->begin; next++) {
			size_t ended = ends[next].number;

			if (best == SIZE_MAX ||
			    counter->steps[ended].number >
				    counter->steps[best].number)
				best = ended;
		}
		if (step->is_read && best != SIZE_MAX &&
		    counter->steps[best].number > step->number) {
			*read = i;
			*witness = best;
			is_found = true;
			break;
		}
	}
	free(ends);
	return is_found;
}
