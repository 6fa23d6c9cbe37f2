/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/judge.h"

#include <inttypes.h>
#include <string.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/problem.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/option.h"

struct value read_initial(struct values *values, const char *text)
{
	struct error ignored;
	int64_t number;

	if (!text || strcmp(text, "nil") == 0 || strcmp(text, "null") == 0)
		return value_nil();
	if (parse_int(text, &number, &ignored) == 0)
		return value_int(values, number);
	return value_string(values, text);
}

static size_t open_before(const struct calls *calls, uint32_t position)
{
	size_t count = 0;

	for (size_t i = 0; i < calls->count; i++)
		count += call_is_open(&calls->items[i]) &&
			 calls->items[i].invoke < position;
	return count;
}

static const char *stop_text(const struct search_result *result,
			     struct arena *arena)
{
	switch (result->stop) {
	case SEARCH_STATES:
		return arena_printf(arena, "the search used up its budget of "
					   "%" PRIu64 " configurations",
				    result->visited);
	case SEARCH_BYTES:
		return "the search used up its budget of memory";
	case SEARCH_EXPIRED:
		return "the search ran out of time";
	case SEARCH_COPIES:
		return "more than 32767 copies of one indeterminate operation";
	case SEARCH_DONE:
		break;
	}
	return "the search did not decide";
}

static void explain_stop(const struct judge *judge, const struct calls *calls,
			 const struct problem *problem,
			 const struct search_result *result,
			 struct arena *arena, struct finding *finding)
{
	uint32_t position = 0;

	if (result->event < problem->event_count)
		position = problem_position(problem, result->event);
	finding->prefix_position = position;
	finding->reason = arena_printf(
		arena, "%s; what was explored explains everything before index "
		       "%" PRIu64 ", with %zu indeterminate operations open",
		stop_text(result, arena),
		history_index(judge->history, position),
		open_before(calls, position));
}

/* What laying out a call takes, in monitors (measured, rounded up) and in the
 * search, besides what either needs for its work. */
#define MONITOR_CALL_BYTES 72
#define SEARCH_CALL_BYTES 104

/* Searches `rest`, which is right iff all calls are. */
static void judge_by_search(const struct judge *judge,
			    const struct calls *calls,
			    const struct calls *rest, struct arena *arena,
			    struct finding *finding)
{
	struct states *states = states_new(judge->history, judge->settings);
	struct search_limits limits = *judge->limits;
	size_t held = rest->count * SEARCH_CALL_BYTES;
	struct search_result result;
	struct problem problem;

	if (rest != calls)
		held += calls->count * sizeof(*calls->items);
	limits.bytes_max -= held < limits.bytes_max ? held : limits.bytes_max;
	problem_init(&problem, judge->model, states, rest->items, rest->count);
	search(&problem, &limits, &result);
	finding->method = "search";
	finding->kind = result.kind;
	finding->visited = result.visited;
	if (result.kind == VERDICT_UNKNOWN)
		explain_stop(judge, calls, &problem, &result, arena, finding);
	problem_release(&problem);
	states_free(states);
	if (result.kind == VERDICT_INVALID)
		explain_violation(judge, calls, rest,
				  rest->items[result.stuck].complete, arena,
				  finding);
}

/* Explains what a monitor found by its core; by all calls where the core,
 * after all, can be put in order without the others. */
static void explain_core(const struct judge *judge, const struct calls *calls,
			 const struct monitor_result *result,
			 struct arena *arena, struct finding *finding)
{
	struct model_settings settings = *judge->settings;
	struct judge about = *judge;
	struct value_map shown = { 0 };

	for (size_t i = 0; i < result->concerned_count; i++)
		value_map_put(&shown, result->concerned[i], 1);
	if (result->concerned_count)
		settings.shown = &shown;
	about.settings = &settings;
	explain_violation(&about, calls, &result->core, CALL_OPEN, arena,
			  finding);
	value_map_release(&shown);
	if (!finding->story && result->core.count < calls->count)
		explain_violation(judge, calls, calls, CALL_OPEN, arena,
				  finding);
}

/* What is shorter is decided in less time than it is worth to look for. */
static bool is_long(const struct calls *calls)
{
	return calls->count >= 65536;
}

static bool is_out_of_time(const struct judge *judge,
			   const struct calls *calls)
{
	return is_long(calls) && budget_expired(judge->limits->budget);
}

/* Nothing of the part is decided. */
static void set_late(const char *method, const struct calls *calls,
		     struct arena *arena, struct finding *finding)
{
	finding->kind = VERDICT_UNKNOWN;
	finding->method = method;
	finding->why = "time ran out";
	finding->reason = arena_printf(
		arena, "the check ran out of time before anything was known "
		       "of %zu operations (method: %s)", calls->count, method);
}

/* Asks the monitors of the model. False if none decides; then `rest` is what
 * one has left to decide, or empty if that is everything. */
static bool judge_by_monitor(const struct judge *judge,
			     const struct calls *calls, struct calls *rest,
			     struct arena *arena, struct finding *finding)
{
	const struct monitor *monitor;

	finding->why = "there is no monitor for this model";
	for (size_t i = 0; (monitor = monitor_at(judge->model, i)); i++) {
		struct monitor_result result = {
			.budget = is_long(calls) ? judge->limits->budget :
						   NULL,
		};

		monitor->decide(judge, calls, &result);
		finding->kind = result.kind;
		if (result.is_late) {
			calls_release(&result.core);
			set_late(monitor->name, calls, arena, finding);
			return true;
		}
		if (result.kind == VERDICT_UNKNOWN) {
			finding->why = result.why;
			calls_release(rest);
			*rest = result.core;
			continue;
		}
		finding->method = monitor->name;
		finding->why = monitor->why;
		if (result.kind == VERDICT_INVALID)
			explain_core(judge, calls, &result, arena, finding);
		calls_release(&result.core);
		return true;
	}
	return false;
}

/* Unknown where the calls alone take more memory than there is. */
static bool is_too_big(const struct judge *judge, const struct calls *calls,
		       size_t call_bytes, struct arena *arena,
		       struct finding *finding)
{
	size_t needed = calls->count * call_bytes;

	if (needed <= judge->limits->bytes_max)
		return false;
	finding->kind = VERDICT_UNKNOWN;
	finding->method = "none";
	finding->reason = arena_printf(
		arena, "%zu operations need %zu MiB of memory, more than the "
		       "budget allows", calls->count, (needed >> 20) + 1);
	return true;
}

/* The search has the rest that a monitor left, or everything. */
static void judge_rest(const struct judge *judge, const struct calls *calls,
		       const struct calls *rest, struct arena *arena,
		       struct finding *finding)
{
	if (!rest->count)
		rest = calls;
	if (judge->algorithm == ALGORITHM_MONITOR) {
		finding->method = "monitor";
		finding->reason =
			arena_printf(arena, "no monitor decides this: %s",
				     finding->why);
	} else if (is_out_of_time(judge, rest)) {
		set_late("search", calls, arena, finding);
	} else if (!is_too_big(judge, rest, SEARCH_CALL_BYTES, arena,
			       finding)) {
		judge_by_search(judge, calls, rest, arena, finding);
	}
}

void judge_part(const struct judge *judge, const struct calls *calls,
		struct arena *arena, struct finding *finding)
{
	struct calls rest = { 0 };

	*finding = (struct finding){ .why = "asked for" };
	if (is_out_of_time(judge, calls)) {
		set_late("none", calls, arena, finding);
		return;
	}
	if (is_too_big(judge, calls, judge->algorithm == ALGORITHM_SEARCH ?
				     SEARCH_CALL_BYTES : MONITOR_CALL_BYTES,
		       arena, finding))
		return;
	if (judge->algorithm == ALGORITHM_SEARCH ||
	    !judge_by_monitor(judge, calls, &rest, arena, finding))
		judge_rest(judge, calls, &rest, arena, finding);
	calls_release(&rest);
}
