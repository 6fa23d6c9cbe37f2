/* SPDX-License-Identifier: MIT */
/*
 * Regular and safe registers. Each read is judged by itself, against the writes
 * of its key in order of their ends: the one that began last of those that had
 * ended when the read began shows what must not be older than that.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "checkers/causal/patterns.h"
#include "harness/core/table.h"

#define NEVER UINT32_MAX

/* When an operation began and ended; NEVER while it is in doubt. */
struct span {
	uint32_t key;
	uint32_t begin;
	uint32_t end;
	uint32_t last; /* of those that ended no later: began last */
};

struct registers {
	struct causal *causal;
	bool is_safe;
	struct span *by_end; /* the writes, by key, then by end */
	struct span *by_begin;
	uint32_t *starts; /* of each key, in both */
	uint32_t *doubt; /* by key: the first write in doubt, that nobody saw,
			  * began; NEVER if there is none */
};

static uint32_t begin_of(const struct trace *trace, uint32_t e)
{
	return trace->history->ops[trace->events[e].op].invoke;
}

static uint32_t end_of(const struct trace *trace, uint32_t e)
{
	const struct op *op = &trace->history->ops[trace->events[e].op];

	return op->outcome == OUTCOME_OK ? op->complete : NEVER;
}

static int compare_ends(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->end < y->end ? -1 : x->end > y->end;
}

static int compare_begins(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* How many spans of the key end (begin) before `moment`. */
static uint32_t count_before(const struct registers *r, uint32_t key,
			     uint32_t moment, bool ends)
{
	const struct span *spans = ends ? r->by_end : r->by_begin;
	uint32_t low = r->starts[key];
	uint32_t high = r->starts[key + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if ((ends ? spans[middle].end : spans[middle].begin) < moment)
			low = middle + 1;
		else
			high = middle;
	}
	return low - r->starts[key];
}

/* A write other than the read itself was under way at the same time. */
static bool overlaps_write(const struct registers *r, uint32_t read)
{
	const struct trace *trace = r->causal->trace;
	const struct event *event = &trace->events[read];
	uint32_t begun = count_before(r, event->key, end_of(trace, read),
				      false);
	uint32_t ended = count_before(r, event->key, begin_of(trace, read),
				      true);

	return begun - ended > event->is_write ||
	       r->doubt[event->key] < end_of(trace, read);
}

/* The event whose operation began at `begin`. */
static uint32_t find_event(const struct trace *trace, uint32_t key,
			   uint32_t begin)
{
	for (uint32_t i = trace->run_starts[key];
	     i < trace->run_starts[key + 1]; i++) {
		const struct run *run = &trace->runs[i];

		for (uint32_t n = 0; n < run->count; n++) {
			uint32_t e = trace->writes[run->start + n];

			if (begin_of(trace, e) == begin)
				return e;
		}
	}
	return TRACE_NONE;
}

/* `begin`: of the write that it should have known. */
static void tell_stale(struct registers *r, uint32_t read, uint32_t begin)
{
	const struct trace *trace = r->causal->trace;
	struct arena *arena = r->causal->check->arena;
	uint32_t seen = trace->events[read].reads;
	struct anomaly *anomaly;
	uint32_t newer;

	if (r->causal->found++ >= EVIDENCE_MAX)
		return;
	newer = find_event(trace, trace->events[read].key, begin);
	anomaly = verdict_add_anomaly(
		r->causal->verdict, arena, "stale-read",
		"%s, although before it began %s%s",
		event_text(trace, read, arena),
		event_text(trace, newer, arena),
		trace_is_event(seen) ?
			", which had begun when the value's write was over" :
			"");
	if (trace_is_event(seen))
		evidence_add(anomaly, trace, arena, seen,
			     "the write that was read");
	evidence_add(anomaly, trace, arena, newer, "%s",
		     trace_is_event(seen) ? "began after that had ended" :
					    "a write of the key");
	evidence_add(anomaly, trace, arena, read, "began after that had ended");
}

static void tell_future(struct registers *r, uint32_t read)
{
	const struct trace *trace = r->causal->trace;
	struct arena *arena = r->causal->check->arena;
	uint32_t seen = trace->events[read].reads;
	struct anomaly *anomaly;

	if (r->causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		r->causal->verdict, arena, "future-read",
		seen == read ? "%s: it saw what it was about to write" :
			       "%s, which was written only after the read had "
			       "ended",
		event_text(trace, read, arena));
	evidence_add(anomaly, trace, arena, read, "%s",
		     seen == read ? "read before it wrote" :
				    "ended before the write");
	if (seen != read)
		evidence_add(anomaly, trace, arena, seen,
			     "began after the read");
}

static void tell_stranger(struct registers *r, uint32_t read)
{
	const struct trace *trace = r->causal->trace;
	struct arena *arena = r->causal->check->arena;
	struct anomaly *anomaly;

	if (r->causal->found++ >= EVIDENCE_MAX)
		return;
	anomaly = verdict_add_anomaly(
		r->causal->verdict, arena, "ThinAirRead",
		"%s, which nobody wrote, while no write was under way",
		event_text(trace, read, arena));
	evidence_add(anomaly, trace, arena, read,
		     "no write of that value happened");
}

static void judge_read(struct registers *r, uint32_t read)
{
	const struct trace *trace = r->causal->trace;
	const struct event *event = &trace->events[read];
	uint32_t seen = event->reads;
	uint32_t ended;
	uint32_t last;

	/* What is in doubt need not have happened: where any value may be
	 * shown, nobody proves that it did. */
	if (seen == TRACE_NONE ||
	    (r->is_safe &&
	     (end_of(trace, read) == NEVER || overlaps_write(r, read))))
		return;
	if (seen == TRACE_STRANGER) {
		/* A regular register's have been told already. */
		if (r->is_safe)
			tell_stranger(r, read);
		return;
	}
	if (seen == read || (trace_is_event(seen) &&
			     begin_of(trace, seen) > end_of(trace, read))) {
		tell_future(r, read);
		return;
	}
	ended = count_before(r, event->key, begin_of(trace, read), true);
	if (ended == 0)
		return;
	last = r->by_end[r->starts[event->key] + ended - 1].last;
	if (seen == TRACE_INITIAL || last > end_of(trace, seen))
		tell_stale(r, read, last);
}

static uint32_t collect(struct registers *r)
{
	const struct trace *trace = r->causal->trace;
	uint32_t count = 0;

	for (uint32_t e = 0; e < trace->count; e++) {
		if (trace->events[e].is_write)
			r->by_end[count++] = (struct span){
				.key = trace->events[e].key,
				.begin = begin_of(trace, e),
				.end = end_of(trace, e),
			};
	}
	return count;
}

/* Writes in doubt count for a safe register although nobody saw them. */
static void find_doubts(struct registers *r)
{
	const struct trace *trace = r->causal->trace;
	const struct history *history = trace->history;
	bool *is_event = heap_zeroed(history->op_count + 1, sizeof(*is_event));
	struct table keys;

	table_init(&keys, r->causal->check->arena, trace->key_count);
	for (uint32_t k = 0; k < trace->key_count; k++) {
		*table_at(&keys, table_pair(1, trace->keys[k].bits)) = k + 1;
		r->doubt[k] = NEVER;
	}
	for (uint32_t e = 0; e < trace->count; e++)
		is_event[trace->events[e].op] = true;
	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);
		uint32_t key;

		if (!op_is_client(op) || is_event[i] ||
		    op->outcome == OUTCOME_OK || op->outcome == OUTCOME_FAIL ||
		    action->verb == VERB_READ)
			continue;
		key = table_find(&keys, table_pair(1, action->key.bits));
		if (key && op->invoke < r->doubt[key - 1])
			r->doubt[key - 1] = op->invoke;
	}
	free(is_event);
}

static void sort_writes(struct registers *r)
{
	const struct trace *trace = r->causal->trace;
	uint32_t count = collect(r);
	uint32_t last = 0;

	qsort(r->by_end, count, sizeof(*r->by_end), compare_ends);
	for (uint32_t i = 0, key = 0; key <= trace->key_count; key++) {
		while (i < count && r->by_end[i].key < key)
			i++;
		r->starts[key] = i;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i == r->starts[r->by_end[i].key])
			last = 0;
		if (r->by_end[i].begin > last)
			last = r->by_end[i].begin;
		r->by_end[i].last = last;
		r->by_begin[i] = r->by_end[i];
	}
	qsort(r->by_begin, count, sizeof(*r->by_begin), compare_begins);
}

void judge_registers(struct causal *causal, bool is_safe)
{
	const struct trace *trace = causal->trace;
	struct registers r = { .causal = causal, .is_safe = is_safe };

	r.by_end = heap_alloc((trace->count + 1) * sizeof(*r.by_end));
	r.by_begin = heap_alloc((trace->count + 1) * sizeof(*r.by_begin));
	r.starts = heap_alloc((trace->key_count + 1) * sizeof(*r.starts));
	r.doubt = heap_alloc((trace->key_count + 1) * sizeof(*r.doubt));
	find_doubts(&r);
	sort_writes(&r);
	for (uint32_t e = 0; e < trace->count; e++)
		judge_read(&r, e);
	free(r.by_end);
	free(r.by_begin);
	free(r.starts);
	free(r.doubt);
}
