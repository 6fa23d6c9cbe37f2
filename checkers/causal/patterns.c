/* SPDX-License-Identifier: MIT */
#include "checkers/causal/sparse.h"

#include <inttypes.h>
#include <stdlib.h>

/* Beside its clock, an operation takes about so many bytes. */
#define EVENT_BYTES 160

bool causal_fits(struct causal *causal)
{
	const struct trace *trace = causal->trace;
	const struct budget *budget = causal->check->budget;
	uint64_t row = (uint64_t)trace->session_count * sizeof(uint32_t);

	if (trace->count == 0 ||
	    row + EVENT_BYTES <= budget->bytes_max / trace->count)
		return true;
	verdict_set(causal->verdict, causal->check->arena, VERDICT_UNKNOWN,
		    "the clocks of %" PRIu32 " operations in %" PRIu32
		    " sessions do not fit into the memory allowed (%" PRIu64
		    " MiB); see --memory",
		    trace->count, trace->session_count,
		    budget->bytes_max >> 20);
	return false;
}

/* Does a step of the cycle rest on real time? */
static bool has_time(const struct relation *relation, const struct cycle *cycle)
{
	for (uint32_t i = 0; i < cycle->length; i++) {
		const struct inference *why = relation_why(
			relation, cycle->events[i],
			cycle->events[(i + 1) % cycle->length]);

		if (why && why->read == TRACE_NONE)
			return true;
	}
	return false;
}

void causal_tell_cycle(struct causal *causal, const struct relation *relation,
		       const struct cycle *cycle)
{
	struct arena *arena = causal->check->arena;
	bool is_inferred = relation->inference_count > 0;
	struct anomaly *anomaly;

	causal->found++;
	if (is_inferred && has_time(relation, cycle))
		anomaly = verdict_add_anomaly(
			causal->verdict, arena, "CyclicRT",
			"no order that agrees with real time explains all "
			"reads: what they saw demands a cycle of %" PRIu32
			" operations",
			cycle->length);
	else if (is_inferred)
		anomaly = verdict_add_anomaly(
			causal->verdict, arena, "CyclicCF",
			"no order of the writes explains all reads: what they "
			"saw demands a cycle of %" PRIu32 " operations",
			cycle->length);
	else
		anomaly = verdict_add_anomaly(
			causal->verdict, arena, "CyclicCO",
			"an operation causally precedes itself, through "
			"%" PRIu32 " operations",
			cycle->length);
	evidence_cycle(anomaly, relation, arena, cycle);
}

void causal_tell_overlooked(struct causal *causal, struct relation *relation,
			    uint32_t write, uint32_t read)
{
	const struct trace *trace = causal->trace;
	struct arena *arena = causal->check->arena;
	uint32_t seen = trace->events[read].reads;
	bool is_initial = seen == TRACE_INITIAL;
	struct anomaly *anomaly;

	if (causal->found++ >= EVIDENCE_MAX)
		return;
	if (is_initial)
		anomaly = verdict_add_anomaly(
			causal->verdict, arena, "WriteCOInitRead",
			"%s, the initial value, although what it had seen "
			"already came after a write of that key: %s",
			event_text(trace, read, arena),
			event_text(trace, write, arena));
	else
		anomaly = verdict_add_anomaly(
			causal->verdict, arena, "WriteCORead",
			"%s, although what it had seen already came after a "
			"newer write: %s",
			event_text(trace, read, arena),
			event_text(trace, write, arena));
	if (!is_initial) {
		evidence_add(anomaly, trace, arena, seen,
			     "the write that was read");
		evidence_path(anomaly, relation, arena, seen, write);
	}
	evidence_add(anomaly, trace, arena, write,
		     is_initial ? "a write of the key" : "the newer write");
	evidence_path(anomaly, relation, arena, write, read);
	evidence_add(anomaly, trace, arena, read,
		     is_initial ? "saw the initial value" :
				  "saw the older write");
}

/* Each read against the last write of each session that precedes it; earlier
 * ones precede that one. */
static void find_overlooked(struct causal *causal, struct relation *relation,
			    const uint32_t *clocks)
{
	const struct trace *trace = causal->trace;

	for (uint32_t e = 0; e < trace->count; e++) {
		const struct event *event = &trace->events[e];
		const uint32_t *clock =
			clocks + (size_t)e * trace->session_count;

		if (event->reads == TRACE_NONE ||
		    event->reads == TRACE_STRANGER)
			continue;
		for (uint32_t r = trace->run_starts[event->key];
		     r < trace->run_starts[event->key + 1]; r++) {
			const struct run *run = &trace->runs[r];
			uint32_t write = trace_last_write(trace, run,
							  clock[run->session]);

			if (write == TRACE_NONE || write == event->reads)
				continue;
			if (event->reads == TRACE_INITIAL ||
			    clock_before(trace, clocks, event->reads, write)) {
				causal_tell_overlooked(causal, relation,
						       write, e);
				break;
			}
		}
	}
}

/* All readers of `after`: the last write of each session that precedes one of
 * them must come before it. */
static void infer_conflicts(const struct trace *trace,
			    struct relation *relation, const uint32_t *clocks,
			    uint32_t after, struct inference *last)
{
	uint32_t key = trace->events[after].key;
	uint32_t first_run = trace->run_starts[key];
	uint32_t run_count = trace->run_starts[key + 1] - first_run;
	uint32_t start = trace->reader_starts[after];
	uint32_t end = trace->reader_starts[after + 1];

	for (uint32_t r = 0; r < run_count; r++)
		last[r] = (struct inference){ TRACE_NONE, after, TRACE_NONE };
	for (uint32_t i = start; i < end; i++) {
		uint32_t read = trace->readers[i];
		const uint32_t *clock =
			clocks + (size_t)read * trace->session_count;

		for (uint32_t r = 0; r < run_count; r++) {
			const struct run *run = &trace->runs[first_run + r];
			uint32_t write = trace_last_write(trace, run,
							  clock[run->session]);

			if (write != TRACE_NONE && write != after &&
			    (last[r].read == TRACE_NONE ||
			     write > last[r].before)) {
				last[r].before = write;
				last[r].read = read;
			}
		}
	}
	for (uint32_t r = 0; r < run_count; r++) {
		if (last[r].read != TRACE_NONE &&
		    !clock_before(trace, clocks, last[r].before, after))
			relation_infer(relation, last[r].before, after,
				       last[r].read);
	}
}

static void find_conflicts(struct causal *causal, struct relation *relation,
			   const uint32_t *clocks, uint32_t *order,
			   bool with_time)
{
	const struct trace *trace = causal->trace;
	struct inference *last =
		heap_alloc((trace->session_count + 1) * sizeof(*last));
	struct cycle cycle;

	for (uint32_t e = 0; e < trace->count; e++) {
		if (trace->reader_starts[e] < trace->reader_starts[e + 1])
			infer_conflicts(trace, relation, clocks, e, last);
	}
	relation_index(relation);
	relation_sort(relation, TRACE_NONE, order, &cycle);
	if (with_time && !cycle.length) {
		relation_infer_time(relation);
		relation_index(relation);
		relation_sort(relation, TRACE_NONE, order, &cycle);
	}
	if (cycle.length)
		causal_tell_cycle(causal, relation, &cycle);
	free(cycle.events);
	free(last);
}

void judge_causal(struct causal *causal, enum causal_reading reading)
{
	const struct trace *trace = causal->trace;
	struct relation relation;
	struct cycle cycle;
	uint32_t *order;
	uint32_t count;

	if (trace->session_count > SPARSE_SESSIONS) {
		judge_causal_sparse(causal, reading);
		return;
	}
	if (!causal_fits(causal))
		return;
	relation_init(&relation, trace, READS_OF_ALL);
	order = heap_alloc((trace->count + 1) * sizeof(*order));
	count = relation_sort(&relation, TRACE_NONE, order, &cycle);
	if (cycle.length) {
		causal_tell_cycle(causal, &relation, &cycle);
	} else {
		uint32_t *clocks = heap_alloc(
			((size_t)trace->count * trace->session_count + 1) *
			sizeof(*clocks));

		relation_clocks(&relation, order, count, clocks);
		find_overlooked(causal, &relation, clocks);
		if (reading != CAUSAL_WEAK && !causal->found)
			find_conflicts(causal, &relation, clocks, order,
				       reading == CAUSAL_REAL_TIME);
		free(clocks);
	}
	free(cycle.events);
	free(order);
	relation_release(&relation);
}
