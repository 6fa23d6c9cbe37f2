/* SPDX-License-Identifier: MIT */
#include "checkers/causal/evidence.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A story of more lines is cut. */
#define STORY_STEPS_MAX 40

static const struct action *event_action(const struct trace *trace, uint32_t e)
{
	const struct history *history = trace->history;

	return op_actions(history, &history->ops[trace->events[e].op]);
}

int32_t event_process(const struct trace *trace, uint32_t e)
{
	return trace->history->ops[trace->events[e].op].process;
}

const char *event_key(const struct trace *trace, uint32_t e,
		      struct arena *arena)
{
	const struct values *values = trace->history->values;
	struct value key = trace->keys[trace->events[e].key];

	if (value_is_nil(key))
		return "the register";
	return arena_printf(arena, "key %s", value_text(values, key, arena));
}

const char *event_text(const struct trace *trace, uint32_t e,
		       struct arena *arena)
{
	const struct values *values = trace->history->values;
	const struct action *action = event_action(trace, e);
	const char *key = event_key(trace, e, arena);
	int32_t process = event_process(trace, e);

	if (action->verb == VERB_READ)
		return arena_printf(arena, "process %" PRId32 " read %s: %s",
				    process, key,
				    value_text(values, action->result, arena));
	if (action->verb == VERB_WRITE)
		return arena_printf(arena, "process %" PRId32 " wrote %s to %s",
				    process,
				    value_text(values, action->arg, arena),
				    key);
	return arena_printf(arena,
			    "process %" PRId32 " changed %s from %s to %s",
			    process, key,
			    value_text(values, action->expected, arena),
			    value_text(values, action->arg, arena));
}

void evidence_say(struct anomaly *anomaly, struct arena *arena,
		  const char *format, ...)
{
	const char *line;
	va_list args;

	va_start(args, format);
	line = arena_vprintf(arena, format, args);
	va_end(args);
	anomaly->story = anomaly->story ?
				 arena_printf(arena, "%s\n%s", anomaly->story,
					      line) :
				 line;
}

void evidence_add(struct anomaly *anomaly, const struct trace *trace,
		  struct arena *arena, uint32_t e, const char *format, ...)
{
	const struct history *history = trace->history;
	const struct op *op = &history->ops[trace->events[e].op];
	const char *role;
	va_list args;

	va_start(args, format);
	role = arena_vprintf(arena, format, args);
	va_end(args);
	anomaly_add_evidence(anomaly, arena, trace->events[e].op, "%s", role);
	evidence_say(anomaly, arena, "  %" PRIu64 ": %s   (%s)",
		     history_index(history, op->invoke),
		     event_text(trace, e, arena), role);
}

/* Is the step from a to b one within a session? */
static bool is_session_step(const struct trace *trace, uint32_t a, uint32_t b)
{
	return a + 1 == b && trace->events[b].position > 0;
}

static void tell_step(struct anomaly *anomaly, const struct relation *relation,
		      struct arena *arena, uint32_t a, uint32_t b)
{
	const struct trace *trace = relation->trace;
	const struct inference *why = relation_why(relation, a, b);

	if (why && why->read == TRACE_NONE) {
		evidence_add(anomaly, trace, arena, b,
			     "began only when the one before had ended");
	} else if (why && why->before == why->read) {
		evidence_add(anomaly, trace, arena, b,
			     "overwrites what %s saw, so it comes after that",
			     event_text(trace, a, arena));
	} else if (why && why->read == why->after) {
		evidence_add(anomaly, trace, arena, b,
			     "taken to be newer than %s, for one of the two is",
			     event_text(trace, a, arena));
	} else if (why && trace->events[why->read].reads != why->after) {
		evidence_add(anomaly, trace, arena, b,
			     "must come after %s, for so it does in what "
			     "process %" PRId32 " saw",
			     event_text(trace, a, arena),
			     event_process(trace, why->read));
		evidence_add(anomaly, trace, arena, why->read,
			     "a read of that process");
	} else if (why) {
		evidence_add(anomaly, trace, arena, b,
			     "must come after %s, for process %" PRId32
			     " knew of that one when it read this one",
			     event_text(trace, a, arena),
			     event_process(trace, why->read));
		evidence_add(anomaly, trace, arena, why->read,
			     "the read that tells so");
	} else if (trace->events[a].session == trace->events[b].session) {
		evidence_add(anomaly, trace, arena, b,
			     "later in the same session");
	} else {
		evidence_add(anomaly, trace, arena, b,
			     "saw what process %" PRId32 " wrote",
			     event_process(trace, a));
	}
}

/* Steps of one session in a row are told as one. */
static void tell_steps(struct anomaly *anomaly, const struct relation *relation,
		       struct arena *arena, const uint32_t *events,
		       uint32_t count)
{
	const struct trace *trace = relation->trace;
	uint32_t told = 0;
	uint32_t from = 0;

	for (uint32_t i = 1; i < count; i++) {
		if (i + 1 < count &&
		    is_session_step(trace, events[i - 1], events[i]) &&
		    is_session_step(trace, events[i], events[i + 1]))
			continue;
		if (told++ < STORY_STEPS_MAX)
			tell_step(anomaly, relation, arena,
				  is_session_step(trace, events[i - 1],
						  events[i]) ?
					  events[from] :
					  events[i - 1],
				  events[i]);
		from = i;
	}
	if (told > STORY_STEPS_MAX)
		evidence_say(anomaly, arena, "  ... and %" PRIu32 " steps more",
			     told - STORY_STEPS_MAX);
}

void evidence_path(struct anomaly *anomaly, struct relation *relation,
		   struct arena *arena, uint32_t a, uint32_t b)
{
	uint32_t count = relation->trace->count;
	uint32_t *from = heap_alloc(count * sizeof(*from));
	uint32_t *queue = heap_alloc((count + 1) * sizeof(*queue));
	uint32_t head = 0;
	uint32_t tail = 0;
	uint32_t length = 0;

	memset(from, 0xff, count * sizeof(*from));
	queue[tail++] = b;
	while (head < tail && from[a] == TRACE_NONE) {
		uint32_t e = queue[head++];
		uint32_t before;

		for (uint32_t i = 0; (before = relation_before(
					      relation, e, i)) != TRACE_NONE;
		     i++) {
			if (from[before] == TRACE_NONE && before != b) {
				from[before] = e;
				queue[tail++] = before;
			}
		}
	}
	if (from[a] != TRACE_NONE) {
		/* What was visited is no longer needed. */
		for (uint32_t e = a; e != b; e = from[e])
			queue[length++] = e;
		tell_steps(anomaly, relation, arena, queue, length);
	}
	free(from);
	free(queue);
}

void evidence_cycle(struct anomaly *anomaly, const struct relation *relation,
		    struct arena *arena, const struct cycle *cycle)
{
	const struct trace *trace = relation->trace;
	uint32_t *events = heap_alloc((cycle->length + 1) * sizeof(*events));
	uint32_t start = 0;

	/* Begin where a session begins, so that its steps stay together. */
	for (uint32_t i = 1; i < cycle->length; i++) {
		if (!is_session_step(trace, cycle->events[i - 1],
				     cycle->events[i])) {
			start = i;
			break;
		}
	}
	for (uint32_t i = 0; i <= cycle->length; i++)
		events[i] = cycle->events[(start + i) % cycle->length];
	evidence_add(anomaly, trace, arena, events[0], "begin here");
	tell_steps(anomaly, relation, arena, events, cycle->length + 1);
	evidence_say(anomaly, arena,
		     "so the first comes before itself: no order fits");
	free(events);
}

/* A write of that value which the store had refused, or HISTORY_NONE. */
static uint32_t find_refused(const struct history *history,
			     const struct action *read)
{
	struct value value = read->verb == VERB_CAS ? read->expected :
						      read->result;

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);

		if (op_is_client(op) && op->outcome == OUTCOME_FAIL &&
		    action->verb != VERB_READ &&
		    value_equal(action->key, read->key) &&
		    value_equal(action->arg, value))
			return i;
	}
	return HISTORY_NONE;
}

static void tell_stranger(const struct check *check, const struct trace *trace,
			  struct verdict *verdict, uint32_t e)
{
	const struct history *history = trace->history;
	struct arena *arena = check->arena;
	uint32_t refused = find_refused(history, event_action(trace, e));
	struct anomaly *anomaly = verdict_add_anomaly(
		verdict, arena, "ThinAirRead", "%s, which %s",
		event_text(trace, e, arena),
		refused == HISTORY_NONE ? "nobody wrote" :
					  "nobody wrote but one whose write "
					  "was refused");

	evidence_add(anomaly, trace, arena, e,
		     "no write of that value happened");
	if (refused != HISTORY_NONE) {
		anomaly_add_evidence(anomaly, arena, refused,
				     "wrote it and was refused");
		evidence_say(anomaly, arena,
			     "  %" PRIu64 ": its write was refused",
			     history_index(history,
					   history->ops[refused].invoke));
	}
}

uint32_t evidence_strangers(const struct check *check,
			    const struct trace *trace, struct verdict *verdict)
{
	uint32_t told = 0;

	for (uint32_t e = 0; trace->strangers && e < trace->count; e++) {
		if (trace->events[e].reads == TRACE_STRANGER &&
		    told++ < EVIDENCE_MAX)
			tell_stranger(check, trace, verdict, e);
	}
	return trace->strangers;
}

void evidence_conclude(const struct check *check, const struct trace *trace,
		       struct verdict *verdict, const char *praise)
{
	struct arena *arena = check->arena;
	struct figure *figures = &verdict->figures;
	uint32_t reads = 0;

	for (uint32_t e = 0; e < trace->count; e++)
		reads += trace->events[e].reads != TRACE_NONE;
	figure_add_int(figures, arena, "operations", trace->count);
	figure_add_int(figures, arena, "sessions", trace->session_count);
	figure_add_int(figures, arena, "keys", trace->key_count);
	figure_add_int(figures, arena, "reads", reads);
	figure_add_int(figures, arena, "ambiguous-reads", trace->ambiguous);
	if (verdict->kind == VERDICT_INVALID || verdict->reason)
		return;
	if (trace->ambiguous)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "%" PRIu32 " reads saw a value that was written "
			    "more than once (the first at index %" PRIu64
			    "), so that nobody can tell whose write they saw; "
			    "each key needs distinct values",
			    trace->ambiguous,
			    history_index(trace->history,
					  trace->history
						  ->ops[trace->ambiguous_op]
						  .invoke));
	else if (reads == 0)
		verdict_set(verdict, arena, VERDICT_UNKNOWN,
			    "no read succeeded: nothing was seen of any order");
	else
		verdict_set(verdict, arena, VERDICT_VALID, "%s", praise);
}
