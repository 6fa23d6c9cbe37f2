/* SPDX-License-Identifier: MIT */
#include "checkers/causal/relation.h"

#include <stdlib.h>
#include <string.h>

/* How many events of a cycle are tried as the start of a shorter one. */
#define SHORTEN_TRIES 12

#define DONE UINT32_MAX

void relation_init(struct relation *relation, const struct trace *trace,
		   uint32_t readers)
{
	*relation = (struct relation){ .trace = trace, .readers = readers };
	relation->next = heap_alloc((trace->count + 1) * sizeof(uint32_t));
	relation->stack = heap_alloc((trace->count + 1) * sizeof(uint32_t));
}

void relation_release(struct relation *relation)
{
	free(relation->inferences);
	free(relation->starts);
	free(relation->by_after);
	free(relation->next);
	free(relation->stack);
}

void relation_infer(struct relation *relation, uint32_t before, uint32_t after,
		    uint32_t read)
{
	relation->inferences = array_reserve(
		relation->inferences, &relation->inference_capacity,
		relation->inference_count + 1, sizeof(*relation->inferences));
	relation->inferences[relation->inference_count++] =
		(struct inference){ before, after, read };
}

void relation_forget(struct relation *relation)
{
	relation->inference_count = 0;
	free(relation->starts);
	relation->starts = NULL;
}

void relation_index(struct relation *relation)
{
	uint32_t events = relation->trace->count;
	size_t count = relation->inference_count;
	uint32_t *starts;

	free(relation->by_after);
	relation->by_after = heap_alloc((count + 1) * sizeof(uint32_t));
	if (!relation->starts)
		relation->starts = heap_alloc((events + 3) * sizeof(uint32_t));
	starts = relation->starts;
	memset(starts, 0, (events + 3) * sizeof(uint32_t));
	for (size_t i = 0; i < count; i++)
		starts[relation->inferences[i].after + 2]++;
	for (uint32_t e = 0; e < events; e++)
		starts[e + 2] += starts[e + 1];
	for (size_t i = 0; i < count; i++)
		relation->by_after
			[starts[relation->inferences[i].after + 1]++] =
			(uint32_t)i;
}

uint32_t relation_before(const struct relation *relation, uint32_t e,
			 uint32_t i)
{
	const struct event *event = &relation->trace->events[e];

	if (event->position > 0 && i-- == 0)
		return e - 1;
	if (trace_is_event(event->reads) &&
	    (relation->readers == READS_OF_ALL ||
	     relation->readers == event->session) &&
	    i-- == 0)
		return event->reads;
	if (!relation->starts || i >= relation->starts[e + 1] -
					      relation->starts[e])
		return TRACE_NONE;
	return relation->inferences[relation->by_after[relation->starts[e] + i]]
		.before;
}

const struct inference *relation_why(const struct relation *relation,
				     uint32_t before, uint32_t after)
{
	for (uint32_t i = 0;; i++) {
		uint32_t e = relation_before(relation, after, i);

		if (e == TRACE_NONE)
			return NULL;
		if (e != before)
			continue;
		if (before + 1 == after &&
		    relation->trace->events[after].position > 0)
			return NULL;
		if (relation->trace->events[after].reads == before &&
		    relation->readers != READS_OF_NONE)
			return NULL;
		break;
	}
	for (uint32_t i = relation->starts[after];
	     i < relation->starts[after + 1]; i++) {
		if (relation->inferences[relation->by_after[i]].before ==
		    before)
			return &relation->inferences[relation->by_after[i]];
	}
	return NULL;
}

/* Breadth-first backwards from `start` to itself; replaces *cycle by a
 * shorter one. `from[e]` is the event after e on the way to start. */
static void shorten_from(struct relation *relation, uint32_t start,
			 struct cycle *cycle)
{
	uint32_t *from = relation->next;
	uint32_t *queue = relation->stack;
	uint32_t head = 0;
	uint32_t tail = 0;
	uint32_t length = 0;

	memset(from, 0xff, relation->trace->count * sizeof(*from));
	queue[tail++] = start;
	while (head < tail && from[start] == TRACE_NONE) {
		uint32_t e = queue[head++];
		uint32_t before;

		for (uint32_t i = 0; (before = relation_before(
					      relation, e, i)) != TRACE_NONE;
		     i++) {
			if (from[before] != TRACE_NONE)
				continue;
			from[before] = e;
			if (before == start)
				break;
			queue[tail++] = before;
		}
	}
	if (from[start] == TRACE_NONE)
		return;
	for (uint32_t e = from[start]; e != start; e = from[e])
		length++;
	if (++length >= cycle->length)
		return;
	cycle->length = 0;
	cycle->events[cycle->length++] = start;
	for (uint32_t e = from[start]; e != start; e = from[e])
		cycle->events[cycle->length++] = e;
}

static void shorten(struct relation *relation, struct cycle *cycle)
{
	uint32_t starts[SHORTEN_TRIES];
	uint32_t step = (cycle->length + SHORTEN_TRIES - 1) / SHORTEN_TRIES;
	uint32_t count = 0;

	for (uint32_t i = 0; i < cycle->length && count < SHORTEN_TRIES;
	     i += step)
		starts[count++] = cycle->events[i];
	for (uint32_t i = 0; i < count; i++)
		shorten_from(relation, starts[i], cycle);
}

/* The stack holds a path, each event before the one below it; `again`, on
 * it, comes before its top. */
static void take_cycle(const struct relation *relation, uint32_t depth,
		       uint32_t again, struct cycle *cycle)
{
	cycle->events = heap_alloc((depth + 1) * sizeof(uint32_t));
	cycle->length = 0;
	cycle->events[cycle->length++] = again;
	while (relation->stack[--depth] != again)
		cycle->events[cycle->length++] = relation->stack[depth];
}

/* Visits what comes before `root`; false when that is a cycle. */
static bool visit(struct relation *relation, uint32_t root, uint32_t *order,
		  uint32_t *count, struct cycle *cycle)
{
	uint32_t *next = relation->next;
	uint32_t *stack = relation->stack;
	uint32_t depth = 0;

	stack[depth++] = root;
	next[root] = 1;
	while (depth > 0) {
		uint32_t e = stack[depth - 1];
		uint32_t before = relation_before(relation, e, next[e]++ - 1);

		if (before == TRACE_NONE) {
			next[e] = DONE;
			order[(*count)++] = e;
			depth--;
		} else if (next[before] == 0) {
			stack[depth++] = before;
			next[before] = 1;
		} else if (next[before] != DONE) {
			take_cycle(relation, depth, before, cycle);
			return false;
		}
	}
	return true;
}

uint32_t relation_sort(struct relation *relation, uint32_t root,
		       uint32_t *order, struct cycle *cycle)
{
	uint32_t events = relation->trace->count;
	uint32_t first = root == TRACE_NONE ? 0 : root;
	uint32_t last = root == TRACE_NONE ? events : root + 1;
	uint32_t count = 0;

	cycle->events = NULL;
	cycle->length = 0;
	memset(relation->next, 0, events * sizeof(uint32_t));
	for (uint32_t e = first; e < last; e++) {
		if (relation->next[e] != 0)
			continue;
		if (!visit(relation, e, order, &count, cycle)) {
			shorten(relation, cycle);
			break;
		}
	}
	return count;
}

void relation_sort_from(struct relation *relation, const uint32_t *roots,
			uint32_t *order)
{
	uint32_t events = relation->trace->count;
	uint32_t count = 0;
	struct cycle cycle;

	memset(relation->next, 0, events * sizeof(uint32_t));
	for (uint32_t i = 0; i < events; i++) {
		if (relation->next[roots[i]] == 0 &&
		    !visit(relation, roots[i], order, &count, &cycle))
			free(cycle.events);
	}
}

void relation_clocks(const struct relation *relation, const uint32_t *order,
		     uint32_t count, uint32_t *clocks)
{
	const struct trace *trace = relation->trace;
	uint32_t sessions = trace->session_count;

	for (uint32_t n = 0; n < count; n++) {
		uint32_t *clock = clocks + (size_t)order[n] * sessions;
		uint32_t before;

		memset(clock, 0, sessions * sizeof(*clock));
		for (uint32_t i = 0; (before = relation_before(
					      relation, order[n], i)) !=
				     TRACE_NONE;
		     i++) {
			const struct event *event = &trace->events[before];
			const uint32_t *row =
				clocks + (size_t)before * sessions;

			for (uint32_t s = 0; s < sessions; s++)
				clock[s] = clock[s] > row[s] ? clock[s] :
							       row[s];
			if (clock[event->session] <= event->position)
				clock[event->session] = event->position + 1;
		}
	}
}

uint32_t clock_first_after(const struct trace *trace, const uint32_t *clocks,
			   const struct run *run, uint32_t seen, uint32_t read)
{
	const uint32_t *writes = trace->writes + run->start;
	uint32_t low = 0;
	uint32_t high = run->count;

	while (seen != TRACE_INITIAL && low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (clock_before(trace, clocks, seen, writes[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	if (low < run->count && writes[low] == read)
		low++;
	return low < run->count ? writes[low] : TRACE_NONE;
}
