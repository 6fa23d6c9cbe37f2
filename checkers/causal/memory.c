/* SPDX-License-Identifier: MIT */
/*
 * Causal memory and PRAM, session by session: what its reads saw is added to
 * what precedes what until nothing new follows. What precedes the last event
 * of a session says all of the session, for it only grows along it. None of
 * that is needed where one order of all operations serves every session.
 *
 * Each round sorts what precedes that event and computes clocks anew, which
 * is O(events * sessions); there are as many rounds as inferences depend on
 * one another, in practice two or three.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "checkers/causal/sparse.h"

struct memory {
	struct causal *causal;
	bool with_causality;
	uint32_t session;
	struct relation relation;
	uint32_t *order;
	uint32_t *clocks;
	uint64_t visited; /* in all rounds of all sessions; see cost_of */
};

void memory_tell_cyclic(struct causal *causal, struct relation *relation,
			uint32_t session, const struct cycle *cycle)
{
	const struct trace *trace = causal->trace;
	struct arena *arena = causal->check->arena;
	bool is_inferred = relation->inference_count > 0;
	struct anomaly *anomaly;

	if (causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		causal->verdict, arena, is_inferred ? "CyclicHB" : "CyclicCO",
		"no order of the writes explains the reads of process %" PRId32
		": they demand a cycle of %" PRIu32 " operations",
		event_process(trace, trace->session_starts[session]),
		cycle->length);
	evidence_cycle(anomaly, relation, arena, cycle);
}

void memory_tell_initial(struct causal *causal, struct relation *relation,
			 uint32_t write, uint32_t read)
{
	const struct trace *trace = causal->trace;
	struct arena *arena = causal->check->arena;
	struct anomaly *anomaly;

	if (causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		causal->verdict, arena, "WriteHBInitRead",
		"%s, the initial value, although its process had seen what "
		"must come after a write of that key: %s",
		event_text(trace, read, arena),
		event_text(trace, write, arena));
	evidence_add(anomaly, trace, arena, write, "a write of the key");
	evidence_path(anomaly, relation, arena, write, read);
	evidence_add(anomaly, trace, arena, read, "saw the initial value");
}

/* What follows from one read; false when it is a violation by itself. */
static bool infer_from(struct memory *memory, uint32_t read)
{
	const struct trace *trace = memory->causal->trace;
	const struct event *event = &trace->events[read];
	const uint32_t *clock =
		memory->clocks + (size_t)read * trace->session_count;

	if (event->reads == TRACE_NONE || event->reads == TRACE_STRANGER)
		return true;
	for (uint32_t r = trace->run_starts[event->key];
	     r < trace->run_starts[event->key + 1]; r++) {
		const struct run *run = &trace->runs[r];
		uint32_t write =
			trace_last_write(trace, run, clock[run->session]);

		if (write == TRACE_NONE || write == event->reads)
			continue;
		if (event->reads == TRACE_INITIAL) {
			memory_tell_initial(memory->causal, &memory->relation,
					    write, read);
			return false;
		}
		if (!clock_before(trace, memory->clocks, write, event->reads))
			relation_infer(&memory->relation, write, event->reads,
				       read);
	}
	return true;
}

/* In states of the budget: an event costs one for each 32 sessions, which is
 * what its clock takes. */
static uint64_t cost_of(const struct trace *trace, uint32_t events)
{
	return (uint64_t)events * (1 + trace->session_count / 32);
}

/* One round; true when there must be another. */
static bool advance(struct memory *memory)
{
	const struct trace *trace = memory->causal->trace;
	uint32_t start = trace->session_starts[memory->session];
	uint32_t end = trace->session_starts[memory->session + 1];
	size_t known = memory->relation.inference_count;
	struct cycle cycle;
	uint32_t count;

	count = relation_sort(&memory->relation, end - 1, memory->order,
			      &cycle);
	memory->visited += cost_of(trace, count);
	if (cycle.length) {
		memory_tell_cyclic(memory->causal, &memory->relation,
				   memory->session, &cycle);
		free(cycle.events);
		return false;
	}
	relation_clocks(&memory->relation, memory->order, count,
			memory->clocks);
	for (uint32_t e = start; e < end; e++) {
		if (!infer_from(memory, e))
			return false;
	}
	if (memory->relation.inference_count == known)
		return false;
	relation_index(&memory->relation);
	return true;
}

/* False when the budget has run out. */
static bool judge_session(struct memory *memory)
{
	const struct budget *budget = memory->causal->check->budget;

	relation_forget(&memory->relation);
	if (!memory->with_causality)
		memory->relation.readers = memory->session;
	do {
		if (memory->visited > budget->states_max ||
		    budget_expired(budget))
			return false;
	} while (advance(memory));
	return true;
}

static void judge_sessions(struct memory *memory)
{
	struct causal *causal = memory->causal;
	const struct trace *trace = causal->trace;
	uint32_t undecided = 0;

	for (uint32_t s = 0; s < trace->session_count; s++) {
		memory->session = s;
		undecided += !judge_session(memory);
		if (causal->found >= EVIDENCE_MAX)
			break;
	}
	if (undecided && !causal->found)
		verdict_set(causal->verdict, causal->check->arena,
			    VERDICT_UNKNOWN,
			    "%" PRIu32 " of %" PRIu32
			    " sessions are not decided: the budget ran out",
			    undecided, trace->session_count);
}

void judge_memory(struct causal *causal, bool with_causality)
{
	const struct trace *trace = causal->trace;
	struct memory memory = { .causal = causal,
				 .with_causality = with_causality };
	size_t cells = (size_t)trace->count * trace->session_count;

	if (trace->session_count > SPARSE_SESSIONS) {
		judge_memory_sparse(causal, with_causality);
		return;
	}
	if ((!causal->found && causal_is_sequential(causal)) ||
	    !causal_fits(causal))
		return;
	relation_init(&memory.relation, trace, READS_OF_ALL);
	memory.order = heap_alloc((trace->count + 1) * sizeof(uint32_t));
	memory.clocks = heap_alloc((cells + 1) * sizeof(uint32_t));
	judge_sessions(&memory);
	free(memory.order);
	free(memory.clocks);
	relation_release(&memory.relation);
}
