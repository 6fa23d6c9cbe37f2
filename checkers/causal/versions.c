/* SPDX-License-Identifier: MIT */
/* Read your writes, monotonic reads: orders of the versions of one key, as one
 * session must see them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/causal/sessions.h"

/* `before` is the older version of the two, both writes of the key. `first`
 * and `then` are the events of the session that tell so, or TRACE_NONE where
 * the writer's own session does. */
struct step {
	uint32_t before;
	uint32_t after;
	uint32_t first;
	uint32_t then;
};

/* What one session did with one key. */
struct versions {
	struct causal *causal;
	bool of_reads; /* monotonic reads; else read your writes */
	uint32_t *touched; /* events of the session, then by key */
	uint32_t *nodes;   /* writes that it made or saw, ascending */
	uint32_t node_count;
	struct step *steps;
	uint32_t step_count;
	uint32_t *starts; /* of the steps by `after` */
	uint32_t *next;
	uint32_t *stack;
};

/* An event, to be sorted by key and then by time. */
struct version_key {
	uint32_t key;
	uint32_t event;
};

static int compare_keys(const void *a, const void *b)
{
	const struct version_key *x = a;
	const struct version_key *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->event < y->event ? -1 : x->event > y->event;
}

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t node_of(const struct versions *v, uint32_t write)
{
	const uint32_t *node = bsearch(&write, v->nodes, v->node_count,
				       sizeof(*node), compare_numbers);

	return (uint32_t)(node - v->nodes);
}

static void add_step(struct versions *v, uint32_t before, uint32_t after,
		     uint32_t first, uint32_t then)
{
	if (before != after)
		v->steps[v->step_count++] =
			(struct step){ node_of(v, before), node_of(v, after),
				       first, then };
}

static const char *anomaly_of(const struct versions *v)
{
	return v->of_reads ? "non-monotonic-reads" : "not-read-your-writes";
}

static void tell_initial(struct versions *v, uint32_t first, uint32_t read)
{
	const struct trace *trace = v->causal->trace;
	struct arena *arena = v->causal->check->arena;
	struct anomaly *anomaly;

	if (v->causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		v->causal->verdict, arena, anomaly_of(v),
		"%s, the initial value, although before %s",
		event_text(trace, read, arena),
		event_text(trace, first, arena));
	evidence_add(anomaly, trace, arena, first,
		     v->of_reads ? "saw a write" : "wrote the key");
	evidence_add(anomaly, trace, arena, read,
		     "later in the same session: saw nothing of it");
}

static void tell_step(struct versions *v, struct anomaly *anomaly,
		      const struct step *step)
{
	const struct trace *trace = v->causal->trace;
	struct arena *arena = v->causal->check->arena;
	uint32_t after = v->nodes[step->after];

	if (step->first == TRACE_NONE) {
		evidence_add(anomaly, trace, arena, after,
			     "is newer: the same session wrote it later");
		return;
	}
	if (step->first != v->nodes[step->before])
		evidence_add(anomaly, trace, arena, step->first,
			     "first it saw this");
	evidence_add(anomaly, trace, arena, step->then,
		     step->then == after ? "then it wrote this, newer" :
					   "then it saw this, which must be "
					   "newer");
}

/* The stack holds steps backwards from `again`'s. */
static void tell_cycle(struct versions *v, uint32_t session, uint32_t depth,
		       uint32_t again)
{
	const struct trace *trace = v->causal->trace;
	struct arena *arena = v->causal->check->arena;
	struct anomaly *anomaly;

	if (v->causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		v->causal->verdict, arena, anomaly_of(v),
		v->of_reads ? "process %" PRId32
			      " read %s backwards: what it saw later is older" :
			      "process %" PRId32
			      " did not see what it had written to %s",
		event_process(trace, trace->session_starts[session]),
		event_key(trace, v->nodes[again], arena));
	evidence_add(anomaly, trace, arena, v->nodes[again], "begin here");
	/* stack[d] comes directly before stack[d - 1]. */
	for (uint32_t from = again;;) {
		uint32_t to = v->stack[--depth];

		for (uint32_t i = v->starts[to]; i < v->starts[to + 1]; i++) {
			if (v->steps[i].before == from) {
				tell_step(v, anomaly, &v->steps[i]);
				break;
			}
		}
		if (to == again)
			break;
		from = to;
	}
	evidence_say(anomaly, arena, "so the first is newer than itself");
}

static int compare_steps(const void *a, const void *b)
{
	const struct step *x = a;
	const struct step *y = b;

	if (x->after != y->after)
		return x->after < y->after ? -1 : 1;
	if (x->before != y->before)
		return x->before < y->before ? -1 : 1;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Depth-first backwards from one node; false when there was a cycle. */
static bool visit(struct versions *v, uint32_t session, uint32_t root)
{
	uint32_t depth = 0;

	v->stack[depth++] = root;
	v->next[root] = 1;
	while (depth > 0) {
		uint32_t node = v->stack[depth - 1];
		uint32_t i = v->starts[node] + v->next[node] - 1;
		uint32_t before;

		if (i >= v->starts[node + 1]) {
			v->next[node] = UINT32_MAX;
			depth--;
			continue;
		}
		v->next[node]++;
		before = v->steps[i].before;
		if (v->next[before] == 0) {
			v->next[before] = 1;
			v->stack[depth++] = before;
		} else if (v->next[before] != UINT32_MAX) {
			tell_cycle(v, session, depth, before);
			return false;
		}
	}
	return true;
}

static void find_cycle(struct versions *v, uint32_t session)
{
	uint32_t step = 0;

	qsort(v->steps, v->step_count, sizeof(*v->steps), compare_steps);
	for (uint32_t n = 0; n <= v->node_count; n++) {
		while (step < v->step_count && v->steps[step].after < n)
			step++;
		v->starts[n] = step;
	}
	memset(v->next, 0, (v->node_count + 1) * sizeof(*v->next));
	for (uint32_t n = 0; n < v->node_count; n++) {
		if (v->next[n] == 0 && !visit(v, session, n))
			return;
	}
}

/* The writes that the session made or saw, in sessions' order. */
static void find_nodes(struct versions *v, const uint32_t *events,
		       uint32_t count)
{
	const struct trace *trace = v->causal->trace;
	uint32_t kept = 0;

	v->node_count = 0;
	v->step_count = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event = &trace->events[events[i]];

		if (event->is_write)
			v->nodes[v->node_count++] = events[i];
		if (trace_is_event(event->reads))
			v->nodes[v->node_count++] = event->reads;
	}
	qsort(v->nodes, v->node_count, sizeof(*v->nodes), compare_numbers);
	for (uint32_t i = 0; i < v->node_count; i++) {
		if (kept == 0 || v->nodes[kept - 1] != v->nodes[i])
			v->nodes[kept++] = v->nodes[i];
	}
	v->node_count = kept;
	for (uint32_t i = 1; i < kept; i++) {
		if (trace->events[v->nodes[i - 1]].session ==
		    trace->events[v->nodes[i]].session)
			add_step(v, v->nodes[i - 1], v->nodes[i], TRACE_NONE,
				 TRACE_NONE);
	}
}

/* What the session saw before it wrote `write`, since its write before. */
static void step_from_reads(struct versions *v, const uint32_t *events,
			    uint32_t from, uint32_t write)
{
	const struct event *all = v->causal->trace->events;

	for (uint32_t i = from; i <= write; i++) {
		uint32_t seen = all[events[i]].reads;

		if (trace_is_event(seen))
			add_step(v, seen, events[write], events[i],
				 events[write]);
	}
}

/* False when an initial value was read too late. */
static bool step_writes(struct versions *v, const uint32_t *events,
			uint32_t count)
{
	const struct event *all = v->causal->trace->events;
	uint32_t wrote = TRACE_NONE;
	uint32_t from = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t seen = all[events[i]].reads;

		if (seen == TRACE_INITIAL && wrote != TRACE_NONE) {
			tell_initial(v, wrote, events[i]);
			return false;
		}
		if (trace_is_event(seen) && wrote != TRACE_NONE)
			add_step(v, wrote, seen, wrote, events[i]);
		if (all[events[i]].is_write) {
			step_from_reads(v, events, from, i);
			wrote = events[i];
			from = i + 1;
		}
	}
	return true;
}

/* Likewise. */
static bool step_reads(struct versions *v, const uint32_t *events,
		       uint32_t count)
{
	const struct event *all = v->causal->trace->events;
	uint32_t read = TRACE_NONE;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t seen = all[events[i]].reads;

		if (seen == TRACE_INITIAL && read != TRACE_NONE) {
			tell_initial(v, read, events[i]);
			return false;
		}
		if (!trace_is_event(seen))
			continue;
		if (read != TRACE_NONE)
			add_step(v, all[read].reads, seen, read, events[i]);
		read = events[i];
	}
	return true;
}

static void judge_key(struct versions *v, uint32_t session,
		      const uint32_t *events, uint32_t count)
{
	bool is_told;

	find_nodes(v, events, count);
	is_told = v->of_reads ? !step_reads(v, events, count) :
				!step_writes(v, events, count);
	if (!is_told)
		find_cycle(v, session);
}

static void judge_session(struct versions *v, struct version_key *sorted,
			  uint32_t session)
{
	const struct trace *trace = v->causal->trace;
	uint32_t start = trace->session_starts[session];
	uint32_t count = trace->session_starts[session + 1] - start;
	uint32_t from = 0;

	for (uint32_t i = 0; i < count; i++)
		sorted[i] = (struct version_key){ trace->events[start + i].key,
						  start + i };
	qsort(sorted, count, sizeof(*sorted), compare_keys);
	for (uint32_t i = 0; i < count; i++)
		v->touched[i] = sorted[i].event;
	for (uint32_t i = 1; i <= count; i++) {
		if (i < count && sorted[i].key == sorted[from].key)
			continue;
		judge_key(v, session, v->touched + from, i - from);
		from = i;
	}
}

static void judge_versions(struct causal *causal, bool of_reads)
{
	const struct trace *trace = causal->trace;
	struct versions v = { .causal = causal, .of_reads = of_reads };
	struct version_key *sorted =
		heap_alloc((trace->count + 1) * sizeof(*sorted));
	size_t most = 2 * (size_t)trace->count + 2;

	v.touched = heap_alloc(most * sizeof(uint32_t));
	v.nodes = heap_alloc(most * sizeof(uint32_t));
	v.steps = heap_alloc(2 * most * sizeof(*v.steps));
	v.starts = heap_alloc(most * sizeof(uint32_t));
	v.next = heap_alloc(most * sizeof(uint32_t));
	v.stack = heap_alloc(most * sizeof(uint32_t));
	for (uint32_t s = 0; s < trace->session_count; s++)
		judge_session(&v, sorted, s);
	free(sorted);
	free(v.touched);
	free(v.nodes);
	free(v.steps);
	free(v.starts);
	free(v.next);
	free(v.stack);
}

void judge_read_your_writes(struct causal *causal)
{
	judge_versions(causal, false);
}

void judge_monotonic_reads(struct causal *causal)
{
	judge_versions(causal, true);
}
