/* SPDX-License-Identifier: MIT */
/*
 * sequential: is there one order of all operations, each session's among them
 * in its own, in which every read sees the last write of its key before it
 * (L. Lamport: How to make a multiprocessor computer that correctly executes
 * multiprocess programs. 1979)? Real time does not matter.
 *
 * That is NP-complete even where values are distinct (P. Gibbons, E. Korach:
 * Testing shared memories. 1997). Unless an order is found at once, what must
 * follow is inferred, to a fixpoint, which convicts most histories that are
 * not: where w2 precedes a read of w1, it precedes w1; where w1 precedes w2,
 * its readers precede w2.
 * Then an order is searched, within the budget.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "checkers/causal/interleave.h"
#include "checkers/causal/patterns.h"

/* So many operations that cannot come next are told. */
#define STUCK_TOLD 8

struct sequential {
	struct causal *causal;
	struct relation relation;
	uint32_t *order;
	uint32_t *clocks;
};

static void infer(struct sequential *s, uint32_t before, uint32_t after,
		  uint32_t read)
{
	if (!clock_before(s->causal->trace, s->clocks, before, after))
		relation_infer(&s->relation, before, after, read);
}

static void infer_from(struct sequential *s, uint32_t read)
{
	const struct trace *trace = s->causal->trace;
	const struct event *event = &trace->events[read];
	const uint32_t *clock =
		s->clocks + (size_t)read * trace->session_count;
	uint32_t seen = event->reads;

	for (uint32_t r = trace->run_starts[event->key];
	     r < trace->run_starts[event->key + 1]; r++) {
		const struct run *run = &trace->runs[r];
		uint32_t before =
			trace_last_write(trace, run, clock[run->session]);
		uint32_t after = clock_first_after(trace, s->clocks, run, seen,
						   read);

		if (seen != TRACE_INITIAL && before != TRACE_NONE &&
		    before != seen)
			infer(s, before, seen, read);
		if (after != TRACE_NONE)
			infer(s, read, after, read);
	}
}

static void tell_cycle(struct sequential *s, const struct cycle *cycle)
{
	struct causal *causal = s->causal;
	struct arena *arena = causal->check->arena;
	struct anomaly *anomaly = verdict_add_anomaly(
		causal->verdict, arena,
		s->relation.inference_count ? "non-sequential" : "CyclicCO",
		"no one order of all operations explains all reads: they "
		"demand a cycle of %" PRIu32 " operations",
		cycle->length);

	causal->found++;
	evidence_cycle(anomaly, &s->relation, arena, cycle);
}

/* To a fixpoint; false when the verdict is in. */
static bool saturate(struct sequential *s)
{
	struct causal *causal = s->causal;
	const struct trace *trace = causal->trace;
	const struct budget *budget = causal->check->budget;

	for (uint64_t visited = 0;; visited += trace->count) {
		size_t known = s->relation.inference_count;
		struct cycle cycle;

		relation_sort(&s->relation, TRACE_NONE, s->order, &cycle);
		if (cycle.length) {
			tell_cycle(s, &cycle);
			free(cycle.events);
			return false;
		}
		if (visited > budget->states_max || budget_expired(budget) ||
		    known > budget->bytes_max / 4 / sizeof(struct inference)) {
			verdict_set(causal->verdict, causal->check->arena,
				    VERDICT_UNKNOWN,
				    "the budget ran out before all that "
				    "follows was inferred");
			return false;
		}
		relation_clocks(&s->relation, s->order, trace->count,
				s->clocks);
		for (uint32_t e = 0; e < trace->count; e++) {
			if (trace_is_event(trace->events[e].reads) ||
			    trace->events[e].reads == TRACE_INITIAL)
				infer_from(s, e);
		}
		if (s->relation.inference_count == known)
			return true;
		relation_index(&s->relation);
	}
}

static void tell_stuck(struct sequential *s, const struct interleaving *result)
{
	struct causal *causal = s->causal;
	const struct trace *trace = causal->trace;
	struct arena *arena = causal->check->arena;
	struct anomaly *anomaly = verdict_add_anomaly(
		causal->verdict, arena, "non-sequential",
		"no one order of all operations explains all reads; the "
		"longest that does so has %" PRIu32 " of %" PRIu32
		" (%" PRIu64 " steps were tried)",
		result->placed, trace->count, result->tried);
	uint32_t told = 0;

	causal->found++;
	evidence_say(anomaly, arena,
		     "Of each session, that order ends before:");
	for (uint32_t p = 0; p < trace->session_count; p++) {
		uint32_t e = trace->session_starts[p] + result->fronts[p];

		if (e < trace->session_starts[p + 1] && told++ < STUCK_TOLD)
			evidence_add(anomaly, trace, arena, e,
				     "cannot come next");
	}
}

static void search(struct sequential *s)
{
	struct causal *causal = s->causal;
	struct interleaving result;

	interleave(&s->relation, causal->check->budget, &result);
	if (result.end == INTERLEAVE_NONE)
		tell_stuck(s, &result);
	else if (result.end == INTERLEAVE_UNDECIDED)
		verdict_set(causal->verdict, causal->check->arena,
			    VERDICT_UNKNOWN,
			    "not decided: the budget ran out after %" PRIu64
			    " steps, with %" PRIu32 " of %" PRIu32
			    " operations in order",
			    result.tried, result.placed, causal->trace->count);
	figure_add_int(&causal->verdict->figures, causal->check->arena, "steps",
		       (int64_t)result.tried);
	free(result.fronts);
}

bool causal_is_sequential(const struct causal *causal)
{
	struct budget budget = *causal->check->budget;
	uint64_t enough = 2 * (uint64_t)causal->trace->count + 1000;
	struct interleaving result;
	struct relation relation;

	if (budget.states_max > enough)
		budget.states_max = enough;
	relation_init(&relation, causal->trace, READS_OF_ALL);
	interleave(&relation, &budget, &result);
	free(result.fronts);
	relation_release(&relation);
	return result.end == INTERLEAVE_FOUND;
}

void judge_sequential(struct causal *causal)
{
	const struct trace *trace = causal->trace;
	struct sequential s = { .causal = causal };
	size_t cells = (size_t)trace->count * trace->session_count;

	if (causal->found || causal_is_sequential(causal) ||
	    !causal_fits(causal))
		return;
	relation_init(&s.relation, trace, READS_OF_ALL);
	s.order = heap_alloc((trace->count + 1) * sizeof(uint32_t));
	s.clocks = heap_alloc((cells + 1) * sizeof(uint32_t));
	if (saturate(&s))
		search(&s);
	free(s.order);
	free(s.clocks);
	relation_release(&s.relation);
}
