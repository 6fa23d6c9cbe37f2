/* SPDX-License-Identifier: MIT */
/* What follows in each view, and from one view for all others. */
#include "checkers/causal/processor.h"

#include <stdlib.h>
#include <string.h>

void processor_share(struct processor *p, uint32_t before, uint32_t after,
		     uint32_t read)
{
	p->shared = array_reserve(p->shared, &p->shared_capacity,
				  p->shared_count + 1, sizeof(*p->shared));
	p->shared[p->shared_count++] = (struct inference){ before, after,
							   read };
}

static void add_shared(const struct processor *p, struct relation *relation)
{
	relation_forget(relation);
	for (size_t i = 0; i < p->shared_count; i++)
		relation_infer(relation, p->shared[i].before,
			       p->shared[i].after, p->shared[i].read);
}

void processor_open_view(struct processor *p, uint32_t session)
{
	p->session = session;
	p->view.readers = session;
	add_shared(p, &p->view);
	relation_index(&p->view);
}

bool processor_sort_view(struct processor *p, struct cycle *cycle)
{
	const struct trace *trace = p->causal->trace;
	const struct budget *budget = p->causal->check->budget;

	*cycle = (struct cycle){ .length = 0 };
	/* Each event has a clock, and pairs with each session that follow. */
	p->visited += (uint64_t)trace->count * (1 + trace->session_count / 4);
	if (p->visited > budget->states_max || budget_expired(budget) ||
	    p->shared_count >
		    budget->bytes_max / 8 / sizeof(struct inference))
		return false;
	relation_sort(&p->view, TRACE_NONE, p->order, cycle);
	return true;
}

static void infer_from(struct processor *p, uint32_t read)
{
	const struct trace *trace = p->causal->trace;
	const struct event *event = &trace->events[read];
	const uint32_t *clock =
		p->clocks + (size_t)read * trace->session_count;
	uint32_t seen = event->reads;

	for (uint32_t r = trace->run_starts[event->key];
	     r < trace->run_starts[event->key + 1]; r++) {
		const struct run *run = &trace->runs[r];
		uint32_t before =
			trace_last_write(trace, run, clock[run->session]);
		uint32_t after = clock_first_after(trace, p->clocks, run, seen,
						   read);

		if (seen != TRACE_INITIAL && before != TRACE_NONE &&
		    before != seen &&
		    !clock_before(trace, p->clocks, before, seen) &&
		    (p->last[r].before != before || p->last[r].after != seen)) {
			p->last[r] = (struct inference){ before, seen, read };
			relation_infer(&p->view, before, seen, read);
			processor_share(p, before, seen, read);
		}
		if (after != TRACE_NONE &&
		    !clock_before(trace, p->clocks, read, after))
			relation_infer(&p->view, read, after, read);
	}
}

/* A read of the session that says nothing of `before` and `after` itself. */
static uint32_t some_read(const struct processor *p, uint32_t before,
			  uint32_t after)
{
	const struct trace *trace = p->causal->trace;
	uint32_t found = TRACE_NONE;

	for (uint32_t e = trace->session_starts[p->session];
	     e < trace->session_starts[p->session + 1]; e++) {
		if (trace->events[e].reads == TRACE_NONE || e == before ||
		    e == after)
			continue;
		found = e;
		if (trace->events[e].reads != after)
			break;
	}
	return found == TRACE_NONE ? trace->session_starts[p->session] : found;
}

/* Shares what of the view is not known to all: the last write of each session
 * that comes before a write of the key. */
static void share_view(struct processor *p)
{
	const struct trace *trace = p->causal->trace;
	size_t sessions = trace->session_count;

	for (uint32_t key = 0; key < trace->key_count; key++) {
		uint32_t from = trace->run_starts[key];
		uint32_t to = trace->run_starts[key + 1];

		if (from == to)
			continue;
		for (uint32_t i = trace->runs[from].start;
		     i < trace->runs[to - 1].start + trace->runs[to - 1].count;
		     i++) {
			uint32_t after = trace->writes[i];
			const uint32_t *clock = p->clocks + after * sessions;
			const uint32_t *known =
				p->common_clocks + after * sessions;

			for (uint32_t r = from; r < to; r++) {
				const struct run *run = &trace->runs[r];
				uint32_t before;

				if (clock[run->session] == known[run->session])
					continue;
				before = trace_last_write(trace, run,
							  clock[run->session]);
				if (before != TRACE_NONE &&
				    !clock_before(trace, p->common_clocks,
						  before, after))
					processor_share(p, before, after,
							some_read(p, before,
								  after));
			}
		}
	}
}

/* The clocks of what is shared; it is free of cycles where a view is. */
static void update_common(struct processor *p)
{
	struct cycle cycle;

	add_shared(p, &p->common);
	relation_index(&p->common);
	relation_sort(&p->common, TRACE_NONE, p->order, &cycle);
	free(cycle.events);
	relation_clocks(&p->common, p->order, p->causal->trace->count,
			p->common_clocks);
}

/* One view, to a fixpoint. */
static enum processor_end settle(struct processor *p, uint32_t session,
				 struct cycle *cycle)
{
	const struct trace *trace = p->causal->trace;
	size_t known;

	processor_open_view(p, session);
	do {
		known = p->view.inference_count;
		if (!processor_sort_view(p, cycle))
			return PROCESSOR_OPEN;
		if (cycle->length)
			return PROCESSOR_CYCLE;
		relation_clocks(&p->view, p->order, trace->count, p->clocks);
		memset(p->last, 0xff,
		       (trace->run_starts[trace->key_count] + 1) *
			       sizeof(*p->last));
		for (uint32_t e = trace->session_starts[session];
		     e < trace->session_starts[session + 1]; e++) {
			if (trace_is_event(trace->events[e].reads) ||
			    trace->events[e].reads == TRACE_INITIAL)
				infer_from(p, e);
		}
		relation_index(&p->view);
	} while (p->view.inference_count > known);
	update_common(p);
	share_view(p);
	p->settled[session] = p->shared_count;
	return PROCESSOR_FITS;
}

enum processor_end processor_saturate(struct processor *p,
				      struct cycle *cycle)
{
	const struct trace *trace = p->causal->trace;
	bool again = true;

	while (again) {
		again = false;
		for (uint32_t s = 0; s < trace->session_count; s++) {
			enum processor_end end;

			if (p->settled[s] == p->shared_count)
				continue;
			end = settle(p, s, cycle);
			if (end != PROCESSOR_FITS)
				return end;
			again = true;
		}
	}
	update_common(p);
	return PROCESSOR_FITS;
}
