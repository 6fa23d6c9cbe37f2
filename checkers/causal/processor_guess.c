/* SPDX-License-Identifier: MIT */
/* One order for the writes of each key, and whether it fits all views. */
#include "checkers/causal/processor.h"

#include <stdlib.h>
#include <string.h>

/* Each key's writes in the order that is tried. */
struct guess {
	uint32_t *next;	 /* of a write: that after it, or TRACE_NONE */
	uint32_t *first; /* of a key */
};

/* Events in order of invocation. */
static uint32_t *invoked(const struct trace *trace)
{
	size_t operations = trace->history->op_count;
	uint32_t *by_op = heap_alloc((operations + 1) * sizeof(*by_op));
	uint32_t count = 0;

	memset(by_op, 0xff, (operations + 1) * sizeof(*by_op));
	for (uint32_t e = 0; e < trace->count; e++)
		by_op[trace->events[e].op] = e;
	for (size_t i = 0; i < operations; i++) {
		if (by_op[i] != TRACE_NONE)
			by_op[count++] = by_op[i];
	}
	return by_op;
}

static void make_guess(struct processor *p, struct guess *guess)
{
	const struct trace *trace = p->causal->trace;
	uint32_t *roots = invoked(trace);
	uint32_t *last =
		heap_alloc((trace->key_count + 1) * sizeof(*last));

	guess->next = heap_alloc((trace->count + 1) * sizeof(*guess->next));
	guess->first = heap_alloc((trace->key_count + 1) *
				  sizeof(*guess->first));
	memset(last, 0xff, (trace->key_count + 1) * sizeof(*last));
	memset(guess->first, 0xff,
	       (trace->key_count + 1) * sizeof(*guess->first));
	relation_sort_from(&p->common, roots, p->order);
	for (uint32_t i = 0; i < trace->count; i++) {
		uint32_t e = p->order[i];
		uint32_t key = trace->events[e].key;

		if (!trace->events[e].is_write)
			continue;
		guess->next[e] = TRACE_NONE;
		if (last[key] == TRACE_NONE)
			guess->first[key] = e;
		else
			guess->next[last[key]] = e;
		last[key] = e;
	}
	free(last);
	free(roots);
}

/* The view with all that the guess says. */
static void open_guess(struct processor *p, const struct guess *guess,
		       uint32_t session)
{
	const struct trace *trace = p->causal->trace;

	processor_open_view(p, session);
	for (uint32_t e = 0; e < trace->count; e++) {
		if (trace->events[e].is_write && guess->next[e] != TRACE_NONE)
			relation_infer(&p->view, e, guess->next[e],
				       guess->next[e]);
	}
	for (uint32_t e = trace->session_starts[session];
	     e < trace->session_starts[session + 1]; e++) {
		const struct event *event = &trace->events[e];
		uint32_t next = TRACE_NONE;

		if (event->reads == TRACE_INITIAL)
			next = guess->first[event->key];
		else if (trace_is_event(event->reads))
			next = guess->next[event->reads];
		if (next != TRACE_NONE && next != e)
			relation_infer(&p->view, e, next, e);
	}
	relation_index(&p->view);
}

/* The pair that the step from a to b rests on; false where it is shared by
 * all, or no pair. */
static bool rests_on(const struct processor *p, uint32_t a, uint32_t b,
		     uint32_t *before)
{
	const struct trace *trace = p->causal->trace;
	const struct inference *why = relation_why(&p->view, a, b);

	if (!why)
		return false;
	*before = why->before == why->read ? trace->events[a].reads : a;
	return trace_is_event(*before) &&
	       !clock_before(trace, p->common_clocks, *before, b);
}

static bool find_pair(const struct processor *p, const struct cycle *cycle,
		      uint32_t *before, uint32_t *after)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		*after = cycle->events[(i + 1) % cycle->length];
		if (rests_on(p, cycle->events[i], *after, before))
			return true;
	}
	return false;
}

enum processor_end processor_guess(struct processor *p, uint32_t *before,
				   uint32_t *after)
{
	const struct trace *trace = p->causal->trace;
	enum processor_end end = PROCESSOR_FITS;
	struct guess guess;

	make_guess(p, &guess);
	for (uint32_t s = 0;
	     end == PROCESSOR_FITS && s < trace->session_count; s++) {
		struct cycle cycle;

		open_guess(p, &guess, s);
		if (!processor_sort_view(p, &cycle))
			end = PROCESSOR_OPEN;
		/* What all share has no cycle, so there is such a pair. */
		else if (cycle.length)
			end = find_pair(p, &cycle, before, after) ?
				      PROCESSOR_CYCLE :
				      PROCESSOR_OPEN;
		free(cycle.events);
	}
	free(guess.next);
	free(guess.first);
	return end;
}
