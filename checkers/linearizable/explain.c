/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/explain.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/problem.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

/* At most so many operations are listed in a story. */
#define STORY_CALLS_MAX 24

/* A story as it grows. */
struct story {
	const struct judge *judge;
	const struct calls *few;
	const struct call *stuck;
	struct arena *arena;
	const char *text;
};

/* The history as it was when `position` had just been written: calls that
 * returned later are open. */
static void cut(struct calls *few, const struct calls *calls,
		uint32_t position)
{
	few->items = array_reserve(few->items, &few->capacity, calls->count,
				   sizeof(*few->items));
	few->count = 0;
	for (size_t i = 0; i < calls->count; i++) {
		struct call call = calls->items[i];

		if (call.invoke > position)
			continue;
		if (!call_is_open(&call) && call.complete > position) {
			call.complete = CALL_OPEN;
			call.result = value_nil();
			if (call.is_refused)
				continue;
		}
		few->items[few->count++] = call;
	}
}

static void say(struct story *story, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void say(struct story *story, const char *format, ...)
{
	const char *line;
	va_list args;

	va_start(args, format);
	line = arena_vprintf(story->arena, format, args);
	va_end(args);
	story->text = story->text ? arena_printf(story->arena, "%s\n%s",
						 story->text, line) :
				    line;
}

static const char *when_text(int64_t time_ns, struct arena *arena)
{
	if (time_ns < 0)
		return "";
	return arena_printf(arena, " (%.3f s)", (double)time_ns / 1e9);
}

/* "by process 3 on n2" */
static const char *who_text(const struct history *history, const struct op *op,
			    struct arena *arena)
{
	const char *node = NULL;

	if (value_kind(history->values, op->node) == VALUE_STRING)
		node = value_as_string(history->values, op->node, NULL);
	return arena_printf(arena, "process %" PRId32 "%s%s", op->process,
			    node ? " on " : "", node ? node : "");
}

static void tell_call(struct story *story, const struct call *call)
{
	const struct history *history = story->judge->history;
	const struct op *op = &history->ops[call->op];
	struct arena *arena = story->arena;
	const char *end;

	if (op->complete == HISTORY_NONE)
		end = "never answered";
	else
		end = arena_printf(
			arena, "%s at %" PRIu64 "%s",
			op->outcome == OUTCOME_OK   ? "ok" :
			op->outcome == OUTCOME_FAIL ? "refused" :
						      "indeterminate",
			history_index(history, op->complete),
			when_text(op->complete_ns, arena));
	say(story, "  %" PRIu64 "%s: %s: %s; %s%s",
	    history_index(history, op->invoke),
	    when_text(op->invoke_ns, arena), who_text(history, op, arena),
	    call_text(history, call, arena), end,
	    call == story->stuck ? "   <-- cannot be placed" : "");
}

static const char *states_line(const struct judge *judge,
			       const struct states *states,
			       const struct search_result *result,
			       struct arena *arena)
{
	const char *text = "";

	for (size_t i = 0; i < result->state_count && i < 8; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? " or " : "",
				    judge->model->describe(
					    states, result->states[i], arena));
	if (result->state_count > 8)
		text = arena_printf(arena, "%s or others", text);
	return text;
}

static void tell(struct story *story, const char *possible, size_t all_count)
{
	const struct history *history = story->judge->history;
	const struct call *stuck = story->stuck;
	struct arena *arena = story->arena;
	size_t count = story->few->count;

	if (count == 1)
		say(story, "This operation (of %zu) is impossible on a %s:",
		    all_count, story->judge->model->name);
	else
		say(story, "These %zu operations (of %zu) have no order that "
			   "a %s allows:", count, all_count,
		    story->judge->model->name);
	for (size_t i = 0; i < count && i < STORY_CALLS_MAX; i++)
		tell_call(story, &story->few->items[i]);
	if (count > STORY_CALLS_MAX)
		say(story, "  ... and %zu more, up to the one that cannot be "
			   "placed:", count - STORY_CALLS_MAX);
	if (stuck - story->few->items >= STORY_CALLS_MAX)
		tell_call(story, stuck);
	say(story, "What completed before index %" PRIu64 " can be put in "
		   "order. The state of the %s is then: %s.",
	    history_index(history, stuck->complete),
	    story->judge->model->name, possible);
	say(story, "\"%s\" took effect between index %" PRIu64 " and %" PRIu64
		   ", and does not fit.",
	    call_text(history, stuck, arena),
	    history_index(history, stuck->invoke),
	    history_index(history, stuck->complete));
}

static const char *role_of(const struct call *call, const struct call *stuck)
{
	if (call == stuck)
		return "cannot be placed";
	if (call_is_open(call))
		return "indeterminate: may have taken effect or not";
	if (call->complete < stuck->invoke)
		return "completed before";
	return "concurrent";
}

static void add_roles(const struct judge *judge, const struct calls *few,
		      const struct call *stuck, struct arena *arena,
		      struct finding *finding)
{
	finding->roles = arena_array(arena, few->count,
				     sizeof(*finding->roles));
	for (size_t i = 0; i < few->count && i < STORY_CALLS_MAX; i++) {
		const struct call *call = &few->items[i];

		if (call == stuck)
			continue;
		finding->roles[finding->role_count++] = (struct finding_role){
			call->op,
			arena_printf(arena, "%s; %s",
				     call_text(judge->history, call, arena),
				     role_of(call, stuck)),
		};
	}
	finding->roles[finding->role_count++] = (struct finding_role){
		stuck->op,
		arena_printf(arena, "%s; %s",
			     call_text(judge->history, stuck, arena),
			     role_of(stuck, stuck)),
	};
}

/* Finds the call that cannot be placed among a few, with the states possible
 * there. NULL if the few are too many to decide. */
static const struct call *find_stuck(const struct judge *judge,
				     const struct calls *few,
				     struct arena *arena, const char **possible)
{
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;
	struct problem problem;
	const struct call *stuck = NULL;

	problem_init(&problem, judge->model, states, few->items, few->count);
	search(&problem, judge->limits, &result);
	if (result.kind == VERDICT_INVALID) {
		stuck = &few->items[result.stuck];
		*possible = states_line(judge, states, &result, arena);
	}
	problem_release(&problem);
	states_free(states);
	return stuck;
}

static void tell_everything(const struct judge *judge,
			    const struct calls *calls, const struct calls *few,
			    const struct call *stuck, struct arena *arena,
			    struct finding *finding)
{
	struct story story = { .judge = judge, .few = few, .stuck = stuck,
			       .arena = arena };

	finding->anomaly = anomaly_name(judge, calls, few, stuck, arena,
					&finding->text);
	finding->prefix_position = stuck->complete;
	tell(&story, finding->states_text, calls->count);
	finding->story = story.text;
	add_roles(judge, few, stuck, arena, finding);
}

/* Brings calls that a monitor collected into order of invocation. */
static void sort_calls(struct calls *few)
{
	struct sort_item *order =
		heap_alloc((few->count + 1) * sizeof(*order));
	struct call *sorted = heap_alloc((few->count + 1) * sizeof(*sorted));

	for (uint32_t i = 0; i < few->count; i++)
		order[i] = (struct sort_item){ few->items[i].invoke, i };
	sort_items(order, few->count);
	for (size_t i = 0; i < few->count; i++)
		sorted[i] = few->items[order[i].number];
	free(few->items);
	free(order);
	few->items = sorted;
	few->capacity = few->count + 1;
}

/*
 * Cuts off what follows the stuck call, in place. Calls that were open then
 * lose their results, which may be what is wrong: in that case everything
 * stays. Returns the stuck call of what remains.
 */
static const struct call *cut_after(const struct judge *judge,
				    struct calls *few,
				    const struct call *stuck,
				    struct arena *arena, const char **possible)
{
	struct calls fewer = { 0 };
	const struct call *stuck_there;

	cut(&fewer, few, stuck->complete);
	stuck_there = find_stuck(judge, &fewer, arena, possible);
	if (!stuck_there) {
		calls_release(&fewer);
		return find_stuck(judge, few, arena, possible);
	}
	calls_release(few);
	*few = fewer;
	return stuck_there;
}

/* Where there was no time to find out more: the calls that are wrong together,
 * as far as a page holds them. */
static void tell_core(const struct judge *judge, const struct calls *core,
		      struct arena *arena, struct finding *finding)
{
	struct story story = { .judge = judge, .few = core, .arena = arena };
	size_t count = core->count < STORY_CALLS_MAX ? core->count :
						       STORY_CALLS_MAX;
	const struct call *calls = core->items + (core->count - count);

	say(&story, "These %zu operations have no order that a %s allows; "
		    "there was no time to shrink them. The last are:",
	    core->count, judge->model->name);
	finding->roles = arena_array(arena, count, sizeof(*finding->roles));
	for (size_t i = 0; i < count; i++) {
		tell_call(&story, &calls[i]);
		finding->roles[finding->role_count++] = (struct finding_role){
			calls[i].op,
			call_text(judge->history, &calls[i], arena),
		};
	}
	finding->story = story.text;
}

void explain_violation(const struct judge *judge, const struct calls *calls,
		       const struct calls *core, struct arena *arena,
		       struct finding *finding)
{
	const char **possible = &finding->states_text;
	struct calls few = { 0 };
	const struct call *stuck;

	finding->anomaly = "non-linearizable";
	finding->text = "no order of the operations is possible";
	cut(&few, core, CALL_OPEN - 1);
	sort_calls(&few);
	stuck = find_stuck(judge, &few, arena, possible);
	if (stuck)
		stuck = cut_after(judge, &few, stuck, arena, possible);
	if (stuck) {
		shrink(judge, &few);
		stuck = find_stuck(judge, &few, arena, possible);
	}
	if (stuck)
		stuck = cut_after(judge, &few, stuck, arena, possible);
	if (stuck)
		tell_everything(judge, calls, &few, stuck, arena, finding);
	else if (core->count == calls->count)
		tell_core(judge, core, arena, finding);
	calls_release(&few);
}
