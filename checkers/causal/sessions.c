/* SPDX-License-Identifier: MIT */
/* Monotonic writes, writes follow reads: what a session may no longer see
 * once it has seen what was written later, or by who knew more. */
#include "checkers/causal/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/causal/firsts.h"
#include "checkers/causal/sparse.h"

/* One session as it goes. */
struct view {
	struct causal *causal;
	uint32_t *bounds; /* by session: below it lies the last of its writes
			   * that was read */
	uint32_t *witnesses; /* the reads that tell so */
	uint32_t *seen; /* likewise, by run: writes of the run's key alone */
	/* By write and session: where the session first read a later write of
	 * the key by the same writer. */
	uint32_t *firsts; /* NULL: many sessions; then `many` */
	struct firsts many;
	uint32_t *heard; /* the sessions whose bound is not 0 */
	uint32_t heard_count;
	uint64_t steps; /* of budget.states_max */
};

static struct anomaly *accuse(struct view *view, const char *name,
			      uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	struct arena *arena = view->causal->check->arena;

	if (view->causal->found++ >= EVIDENCE_MAX)
		return NULL;
	return verdict_add_anomaly(
		view->causal->verdict, arena, name,
		"%s, although its process had seen what was written by who "
		"knew of a newer write",
		event_text(trace, read, arena));
}

static void tell_writes(struct view *view, uint32_t a, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	struct arena *arena = view->causal->check->arena;
	uint32_t seen = trace->events[read].reads;
	uint32_t witness = view->witnesses[trace->events[a].session];
	uint32_t b = trace->events[witness].reads;
	struct anomaly *anomaly =
		accuse(view, "non-monotonic-writes", read);

	if (!anomaly)
		return;
	if (trace_is_event(seen))
		evidence_add(anomaly, trace, arena, seen, "the older write");
	evidence_add(anomaly, trace, arena, a, "a newer write of that key");
	if (b != a)
		evidence_add(anomaly, trace, arena, b,
			     "later in the same session");
	evidence_add(anomaly, trace, arena, witness, "saw that");
	evidence_add(anomaly, trace, arena, read,
		     trace_is_event(seen) ?
			     "and then, in the same session, the older write" :
			     "and then, in the same session, the initial "
			     "value");
}

static void check_writes(struct view *view, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	const struct event *event = &trace->events[read];
	uint32_t first = trace->run_starts[event->key];
	uint32_t end = trace->run_starts[event->key + 1];

	if (trace_is_event(event->reads)) {
		first = trace_run_of(trace, event->reads);
		end = first + 1;
	}
	for (uint32_t r = first; r < end; r++) {
		const struct run *run = &trace->runs[r];
		uint32_t bound = view->bounds[run->session];
		uint32_t a = TRACE_NONE;

		if (bound == 0)
			continue;
		if (event->reads == TRACE_INITIAL)
			a = trace_last_write(trace, run, bound - 1);
		else if (trace_is_event(event->reads) &&
			 trace->events[event->reads].session == run->session)
			a = trace_last_write(trace, run, bound);
		if (a == TRACE_NONE ||
		    (trace_is_event(event->reads) && a <= event->reads))
			continue;
		tell_writes(view, a, read);
		return;
	}
}

/* The read by session `q`, before it made its write at `bound` - 1, of what
 * `read` should have known of; TRACE_NONE if there is none. */
static uint32_t find_reader(const struct view *view, uint32_t q, uint32_t bound,
			    uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	const struct event *event = &trace->events[read];
	uint32_t start = trace->session_starts[q];

	for (uint32_t e = start; e < start + bound; e++) {
		uint32_t a = trace->events[e].reads;

		if (trace->events[e].key != event->key || !trace_is_event(a))
			continue;
		if (event->reads == TRACE_INITIAL || a == event->reads ||
		    (a > event->reads &&
		     trace->events[a].session ==
			     trace->events[event->reads].session))
			return e;
	}
	return TRACE_NONE;
}

static void tell_follows(struct view *view, uint32_t q, uint32_t b,
			 uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	struct arena *arena = view->causal->check->arena;
	uint32_t reader =
		find_reader(view, q, trace->events[b].position + 1, read);
	struct anomaly *anomaly =
		accuse(view, "writes-do-not-follow-reads", read);

	if (!anomaly || reader == TRACE_NONE)
		return;
	if (trace_is_event(trace->events[read].reads) &&
	    trace->events[reader].reads != trace->events[read].reads)
		evidence_add(anomaly, trace, arena, trace->events[read].reads,
			     "the older write");
	evidence_add(anomaly, trace, arena, trace->events[reader].reads,
		     "a write of that key");
	evidence_add(anomaly, trace, arena, reader, "saw it");
	if (reader != b)
		evidence_add(anomaly, trace, arena, b,
			     "later in that session");
	for (uint32_t i = trace->reader_starts[b];
	     i < trace->reader_starts[b + 1]; i++) {
		if (trace->events[trace->readers[i]].session ==
		    trace->events[read].session) {
			evidence_add(anomaly, trace, arena, trace->readers[i],
				     "saw that");
			break;
		}
	}
	evidence_add(anomaly, trace, arena, read,
		     "and then, in the same session, something older");
}

/* Who wrote what p has read, and had read `read`'s write itself before,
 * replaced it. */
static bool is_replaced(struct view *view, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	uint32_t write = trace->events[read].reads;
	uint32_t key = trace->events[read].key;

	for (uint32_t i = trace->reader_starts[write];
	     i < trace->reader_starts[write + 1]; i++) {
		const struct event *reader =
			&trace->events[trace->readers[i]];
		uint32_t r = trace_run_at(trace, key, reader->session);

		if (r == trace->run_starts[key + 1])
			continue;
		if (trace->runs[r].session == reader->session &&
		    reader->position < view->seen[r]) {
			uint32_t b = trace->session_starts[reader->session] +
				     view->seen[r] - 1;

			tell_follows(view, reader->session, b, read);
			return true;
		}
	}
	return false;
}

/* As check_follows, where there is no row for each write. */
static void check_many(struct view *view, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	uint32_t reads = trace->events[read].reads;
	uint32_t q;

	if ((reads != TRACE_INITIAL && !trace_is_event(reads)) ||
	    view->steps > view->causal->check->budget->states_max)
		return;
	q = firsts_find(&view->many, read, view->bounds, view->heard,
			view->heard_count, &view->steps);
	if (q != TRACE_NONE)
		tell_follows(view, q,
			     trace->session_starts[q] + view->bounds[q] - 1,
			     read);
	else if (trace_is_event(reads))
		is_replaced(view, read);
}

static void check_follows(struct view *view, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	const struct event *event = &trace->events[read];
	size_t sessions = trace->session_count;
	const uint32_t *firsts;

	if (!view->firsts) {
		check_many(view, read);
		return;
	}
	if (event->reads == TRACE_INITIAL)
		firsts = view->firsts +
			 (trace->count + (size_t)event->key) * sessions;
	else if (trace_is_event(event->reads))
		firsts = view->firsts + event->reads * sessions;
	else
		return;
	for (uint32_t q = 0; q < sessions; q++) {
		if (firsts[q] < view->bounds[q]) {
			tell_follows(view, q,
				     trace->session_starts[q] +
					     view->bounds[q] - 1,
				     read);
			return;
		}
	}
	if (trace_is_event(event->reads))
		is_replaced(view, read);
}

/* Rows of writes, then (for initial values) rows of keys. */
static void find_firsts(struct view *view)
{
	const struct trace *trace = view->causal->trace;
	size_t sessions = trace->session_count;
	size_t rows = (size_t)trace->count + trace->key_count;

	view->firsts = heap_alloc((rows * sessions + 1) * sizeof(uint32_t));
	memset(view->firsts, 0xff, rows * sessions * sizeof(uint32_t));
	for (uint32_t e = 0; e < trace->count; e++) {
		const struct event *event = &trace->events[e];
		uint32_t *first =
			view->firsts +
			(trace->count + (size_t)event->key) * sessions;

		if (trace_is_event(event->reads) &&
		    first[event->session] > event->position)
			first[event->session] = event->position;
	}
	for (uint32_t r = 0; r < trace->run_starts[trace->key_count]; r++) {
		const struct run *run = &trace->runs[r];

		for (uint32_t i = run->count; i-- > 1;) {
			uint32_t write = trace->writes[run->start + i];
			uint32_t older = trace->writes[run->start + i - 1];
			uint32_t *row = view->firsts + older * sessions;

			memcpy(row, view->firsts + write * sessions,
			       sessions * sizeof(*row));
			for (uint32_t n = trace->reader_starts[write];
			     n < trace->reader_starts[write + 1]; n++) {
				const struct event *reader =
					&trace->events[trace->readers[n]];

				if (row[reader->session] > reader->position)
					row[reader->session] = reader->position;
			}
		}
	}
}

static void remember(struct view *view, uint32_t read)
{
	const struct trace *trace = view->causal->trace;
	uint32_t write = trace->events[read].reads;
	const struct event *event = &trace->events[write];
	uint32_t run;

	if (view->bounds[event->session] == 0)
		view->heard[view->heard_count++] = event->session;
	if (view->bounds[event->session] <= event->position) {
		view->bounds[event->session] = event->position + 1;
		view->witnesses[event->session] = read;
	}
	run = trace_run_of(trace, write);
	if (view->seen[run] <= event->position)
		view->seen[run] = event->position + 1;
}

static void judge_session(struct view *view, uint32_t session,
			  void (*check)(struct view *view, uint32_t read))
{
	const struct trace *trace = view->causal->trace;
	uint32_t start = trace->session_starts[session];
	uint32_t end = trace->session_starts[session + 1];

	while (view->heard_count > 0)
		view->bounds[view->heard[--view->heard_count]] = 0;
	for (uint32_t e = start; e < end; e++) {
		check(view, e);
		if (trace_is_event(trace->events[e].reads))
			remember(view, e);
	}
	for (uint32_t e = start; e < end; e++) {
		uint32_t write = trace->events[e].reads;

		if (trace_is_event(write))
			view->seen[trace_run_of(trace, write)] = 0;
	}
}

static void judge_views(struct causal *causal, bool follows, bool is_sparse)
{
	const struct trace *trace = causal->trace;
	struct view view = { .causal = causal };
	size_t sessions = trace->session_count + 1;

	view.bounds = heap_zeroed(sessions, sizeof(uint32_t));
	view.witnesses = heap_zeroed(sessions, sizeof(uint32_t));
	view.heard = heap_zeroed(sessions, sizeof(uint32_t));
	view.seen = heap_zeroed(trace->run_starts[trace->key_count] + 1,
				sizeof(uint32_t));
	if (follows && is_sparse)
		firsts_init(&view.many, trace);
	else if (follows)
		find_firsts(&view);
	for (uint32_t s = 0; s < trace->session_count; s++)
		judge_session(&view, s,
			      follows ? check_follows : check_writes);
	if (view.steps > causal->check->budget->states_max && !causal->found)
		verdict_set(causal->verdict, causal->check->arena,
			    VERDICT_UNKNOWN,
			    "not decided: the budget ran out");
	firsts_release(&view.many);
	free(view.bounds);
	free(view.witnesses);
	free(view.heard);
	free(view.seen);
	free(view.firsts);
}

void judge_monotonic_writes(struct causal *causal)
{
	judge_views(causal, false, false);
}

void judge_writes_follow_reads_sparse(struct causal *causal)
{
	judge_views(causal, true, true);
}

void judge_writes_follow_reads(struct causal *causal)
{
	if (causal->trace->session_count > SPARSE_SESSIONS)
		judge_writes_follow_reads_sparse(causal);
	else if (causal_fits(causal))
		judge_views(causal, true, false);
}
