/* SPDX-License-Identifier: MIT */
#include "checkers/causal/firsts.h"

#include <stdlib.h>

/* A search costs about as much as so many steps of a walk. */
#define SEARCH_STEPS 8

static void add(struct firsts *firsts, uint32_t *ends, uint32_t unit,
		const struct event *event, bool with_all)
{
	uint32_t start = firsts->starts[unit];
	uint32_t end = ends[unit];
	const struct first *last = end > start ? &firsts->items[end - 1] : NULL;
	uint32_t newest = event->reads;

	if (last && last->session == event->session) {
		if (!with_all)
			return;
		newest = last->newest > newest ? last->newest : newest;
	}
	firsts->items[ends[unit]++] = (struct first){
		event->session, event->position, newest
	};
}

void firsts_init(struct firsts *firsts, const struct trace *trace)
{
	uint32_t runs = trace->run_starts[trace->key_count];
	size_t units = (size_t)runs + trace->key_count;
	uint32_t *starts = heap_zeroed(units + 2, sizeof(*starts));
	uint32_t *ends = heap_alloc((units + 1) * sizeof(*ends));

	*firsts = (struct firsts){ .trace = trace, .starts = starts };
	for (uint32_t e = 0; e < trace->count; e++) {
		uint32_t write = trace->events[e].reads;

		if (!trace_is_event(write))
			continue;
		starts[trace_run_of(trace, write) + 1]++;
		starts[runs + trace->events[e].key + 1]++;
	}
	for (size_t u = 0; u < units; u++) {
		starts[u + 1] += starts[u];
		ends[u] = starts[u];
	}
	firsts->items = heap_zeroed((size_t)starts[units] + 1,
				    sizeof(*firsts->items));
	for (uint32_t e = 0; e < trace->count; e++) {
		const struct event *event = &trace->events[e];

		if (!trace_is_event(event->reads))
			continue;
		add(firsts, ends, trace_run_of(trace, event->reads), event,
		    true);
		add(firsts, ends, runs + event->key, event, false);
	}
	/* What is left of a key's room can never be below a bound. */
	for (size_t u = 0; u < units; u++) {
		for (uint32_t i = ends[u]; i < starts[u + 1]; i++)
			firsts->items[i] = (struct first){
				TRACE_NONE, TRACE_NONE, TRACE_NONE
			};
	}
	free(ends);
}

void firsts_release(struct firsts *firsts)
{
	free(firsts->items);
	free(firsts->starts);
}

/* The first item of the session that is newer than `seen`, or NULL. */
static const struct first *search(const struct firsts *firsts, uint32_t low,
				  uint32_t high, uint32_t session, int64_t seen)
{
	uint32_t end = high;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct first *item = &firsts->items[middle];

		if (item->session < session ||
		    (item->session == session && item->newest <= seen))
			low = middle + 1;
		else
			high = middle;
	}
	return low < end && firsts->items[low].session == session ?
		       &firsts->items[low] :
		       NULL;
}

uint32_t firsts_find(const struct firsts *firsts, uint32_t read,
		     const uint32_t *bounds, const uint32_t *heard,
		     uint32_t heard_count, uint64_t *steps)
{
	const struct trace *trace = firsts->trace;
	const struct event *event = &trace->events[read];
	bool is_initial = event->reads == TRACE_INITIAL;
	uint32_t unit = is_initial ? trace->run_starts[trace->key_count] +
					     event->key :
				     trace_run_of(trace, event->reads);
	int64_t seen = is_initial ? -1 : (int64_t)event->reads;
	uint32_t start = firsts->starts[unit];
	uint32_t end = firsts->starts[unit + 1];

	if (end - start < (uint64_t)SEARCH_STEPS * heard_count) {
		*steps += end - start;
		for (uint32_t i = start; i < end; i++) {
			const struct first *item = &firsts->items[i];

			if (item->session != TRACE_NONE &&
			    item->newest > seen &&
			    item->position < bounds[item->session])
				return item->session;
		}
		return TRACE_NONE;
	}
	*steps += (uint64_t)SEARCH_STEPS * heard_count;
	for (uint32_t i = 0; i < heard_count; i++) {
		const struct first *item =
			search(firsts, start, end, heard[i], seen);

		if (item && item->position < bounds[heard[i]])
			return heard[i];
	}
	return TRACE_NONE;
}
