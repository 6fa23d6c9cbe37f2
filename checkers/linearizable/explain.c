/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/explain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/problem.h"
#include "checkers/linearizable/shown.h"
#include "harness/core/arena.h"

/* At most so many operations are listed in a story. */
#define STORY_CALLS_MAX 24

/* A story as it grows. */
struct story {
	const struct judge *judge;
	const struct calls *few;
	const struct call *stuck;
	bool any_start; /* whatever a register held before */
	bool hides_open; /* bystanders are counted, not told */
	struct arena *arena;
	const char *text;
};

static bool is_told(const struct story *story, const struct call *call)
{
	return !story->hides_open || !call_is_open(call);
}

static size_t count_told(const struct story *story)
{
	size_t count = 0;

	for (size_t i = 0; i < story->few->count; i++)
		count += is_told(story, &story->few->items[i]);
	return count;
}

/* What is known to be wrong by itself, getting shorter. */
struct excerpt {
	const struct judge *judge;
	struct calls few;
	struct value_map *shown; /* of a set read whole; NULL */
	bool any_start;
	struct arena *arena;
	const char **possible; /* states, where the stuck call returns */
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

static void tell_call(struct story *story, const struct call *call)
{
	const struct history *history = story->judge->history;
	const struct op *op = &history->ops[call->op];
	struct arena *arena = story->arena;
	const char *end = "never answered";

	if (op->complete != HISTORY_NONE)
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
	    call_text(story->judge, call, arena), end,
	    call == story->stuck ? "   <-- cannot be placed" : "");
}

/* The first invocation of a call that is told with its end. */
static uint32_t start_of(const struct calls *few)
{
	size_t i = 0;

	while (i + 1 < few->count && call_is_open(&few->items[i]))
		i++;
	return few->items[i].invoke;
}

/* "Whatever the register held before index 7 and whichever of 3 others ..." */
static void tell_start(struct story *story, size_t told, size_t all_count)
{
	size_t hidden = story->few->count - told;
	const char *others = "";

	if (hidden)
		others = arena_printf(
			story->arena, ", and whichever of %zu other operations "
			"that overlap them or are indeterminate took effect, "
			"and when", hidden);
	say(story, "Whatever the %s held before index %" PRIu64 "%s: these %zu "
		   "operations (of %zu) have no order that it allows:",
	    story->judge->model->name,
	    history_index(story->judge->history, start_of(story->few)), others,
	    told, all_count);
}

static void tell_calls(struct story *story, size_t count)
{
	const struct calls *few = story->few;
	size_t told = 0;
	size_t i = 0;

	for (; i < few->count && told < STORY_CALLS_MAX; i++) {
		if (!is_told(story, &few->items[i]))
			continue;
		tell_call(story, &few->items[i]);
		told++;
	}
	if (count <= told)
		return;
	say(story, "  ... and %zu more, up to the one that cannot be placed:",
	    count - told);
	if (story->stuck && story->stuck >= few->items + i)
		tell_call(story, story->stuck);
}

/* "an owner-mutex" */
static const char *a_model(const struct story *story)
{
	const char *name = story->judge->model->name;

	return arena_printf(story->arena, "%s %s",
			    strchr("aeiou", *name) ? "an" : "a", name);
}

static void tell(struct story *story, const char *possible, size_t all_count)
{
	const struct history *history = story->judge->history;
	const struct call *stuck = story->stuck;
	size_t count = count_told(story);

	if (story->any_start)
		tell_start(story, count, all_count);
	else if (count == 1)
		say(story, "This operation (of %zu) is impossible on %s:",
		    all_count, a_model(story));
	else
		say(story, "These %zu operations (of %zu) have no order that "
			   "%s allows:", count, all_count, a_model(story));
	if (story->judge->settings->shown)
		say(story, "Elements that matter: %s; what is done to others, "
			   "and what reads show of them, is left out.",
		    shown_text(story->judge, story->arena));
	tell_calls(story, count);
	if (story->few->count > 1)
		say(story, "What completed before index %" PRIu64 " can be put "
			   "in order. The state of the %s is then: %s.",
		    history_index(history, stuck->complete),
		    story->judge->model->name, possible);
	else
		say(story, "Nothing that the others did makes it possible.");
	say(story, "\"%s\" took effect between index %" PRIu64 " and %" PRIu64
		   ", and does not fit.",
	    call_text(story->judge, stuck, story->arena),
	    history_index(history, stuck->invoke),
	    history_index(history, stuck->complete));
}

static const char *role_of(const struct call *call, const struct call *stuck,
			   bool is_done)
{
	if (call == stuck)
		return "cannot be placed";
	if (call_is_open(call))
		return is_done ? "under way: may have taken effect before, "
				 "meanwhile or later" :
				 "indeterminate: may have taken effect or not";
	if (call->complete < stuck->invoke)
		return "completed before";
	return "concurrent";
}

static void add_roles(const struct story *story, struct finding *finding)
{
	const struct history *history = story->judge->history;
	const struct calls *few = story->few;
	const struct call *stuck = story->stuck;
	struct arena *arena = story->arena;

	finding->roles = arena_array(arena, few->count,
				     sizeof(*finding->roles));
	for (size_t i = 0;
	     i < few->count && finding->role_count < STORY_CALLS_MAX; i++) {
		const struct call *call = &few->items[i];
		bool is_done = history->ops[call->op].outcome == OUTCOME_OK;

		if (call == stuck || !is_told(story, call))
			continue;
		finding->roles[finding->role_count++] = (struct finding_role){
			call->op,
			arena_printf(arena, "%s; %s",
				     call_text(story->judge, call, arena),
				     role_of(call, stuck, is_done)),
		};
	}
	finding->roles[finding->role_count++] = (struct finding_role){
		stuck->op,
		arena_printf(arena, "%s; %s",
			     call_text(story->judge, stuck, arena),
			     role_of(stuck, stuck, true)),
	};
}

/* Finds the call that cannot be placed, and *possible. NULL if the few are too
 * many to decide. */
static const struct call *find_stuck(struct excerpt *excerpt)
{
	const struct judge *judge = excerpt->judge;
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;
	const struct call *stuck = NULL;

	decide_excerpt(judge, states, excerpt->few.items, excerpt->few.count,
		       excerpt->any_start, &result);
	if (result.kind == VERDICT_INVALID) {
		stuck = &excerpt->few.items[result.stuck];
		*excerpt->possible = states_text(judge, states, &result,
						 excerpt->arena);
	}
	states_free(states);
	return stuck;
}

static void tell_everything(const struct excerpt *excerpt,
			    const struct calls *calls,
			    const struct call *stuck, struct finding *finding)
{
	const struct judge *judge = excerpt->judge;
	const struct calls *few = &excerpt->few;
	struct arena *arena = excerpt->arena;
	struct story story = { .judge = judge, .few = few, .stuck = stuck,
			       .any_start = excerpt->any_start,
			       .hides_open = excerpt->any_start &&
					     few->count > EXPLAIN_CALLS_MAX,
			       .arena = arena };

	finding->anomaly = anomaly_name(judge, calls, few, stuck, arena,
					&finding->text);
	finding->prefix_position = stuck->complete;
	tell(&story, finding->states_text, calls->count);
	finding->story = story.text;
	add_roles(&story, finding);
}

/*
 * Cuts off what follows the stuck call, in place. Calls that were open then
 * lose their results, which may be what is wrong: in that case everything
 * stays. Returns the stuck call of what remains.
 */
static const struct call *cut_after(struct excerpt *excerpt,
				    const struct call *stuck)
{
	struct excerpt fewer = *excerpt;
	const struct call *stuck_there;

	fewer.few = (struct calls){ 0 };
	cut(&fewer.few, &excerpt->few, stuck->complete);
	stuck_there = find_stuck(&fewer);
	if (!stuck_there) {
		calls_release(&fewer.few);
		return find_stuck(excerpt);
	}
	calls_release(&excerpt->few);
	*excerpt = fewer;
	return stuck_there;
}

/* Copies what began in time, in order of invocation. */
static void begin_excerpt(struct excerpt *excerpt, const struct calls *core,
			  uint32_t until)
{
	struct calls *few = &excerpt->few;

	few->items = array_reserve(NULL, &few->capacity, core->count,
				   sizeof(*few->items));
	for (size_t i = 0; i < core->count; i++) {
		if (core->items[i].invoke < until)
			few->items[few->count++] = core->items[i];
	}
	sort_calls(few);
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

	assert(calls || !count);
	say(&story, "These %zu operations have no order that %s allows; "
		    "there was no time to shrink them. The last are:",
	    core->count, a_model(&story));
	finding->roles = arena_array(arena, count, sizeof(*finding->roles));
	for (size_t i = 0; i < count; i++) {
		tell_call(&story, &calls[i]);
		finding->roles[finding->role_count++] = (struct finding_role){
			calls[i].op,
			call_text(judge, &calls[i], arena),
		};
	}
	finding->story = story.text;
}

/* Shrinks the excerpt and tells what remains; by its end, if there was not
 * enough time to find out what that is. */
static void explain_excerpt(struct excerpt *excerpt, const struct calls *calls,
			    const struct calls *core, uint32_t until,
			    struct finding *finding)
{
	const struct call *stuck = NULL;

	if (until == CALL_OPEN)
		stuck = find_stuck(excerpt);
	if (stuck)
		stuck = cut_after(excerpt, stuck);
	if (stuck || until != CALL_OPEN) {
		shrink(excerpt->judge, &excerpt->few, excerpt->shown,
		       &excerpt->any_start);
		stuck = find_stuck(excerpt);
	}
	if (stuck)
		stuck = cut_after(excerpt, stuck);
	if (stuck)
		tell_everything(excerpt, calls, stuck, finding);
	else if (until != CALL_OPEN || core->count == calls->count)
		tell_core(excerpt->judge, &excerpt->few, excerpt->arena,
			  finding);
}

void explain_violation(const struct judge *judge, const struct calls *calls,
		       const struct calls *core, uint32_t until,
		       struct arena *arena, struct finding *finding)
{
	struct model_settings settings = *judge->settings;
	struct judge about = *judge;
	struct value_map shown = { 0 };
	struct excerpt excerpt = { .judge = &about, .arena = arena,
				   .possible = &finding->states_text };

	about.settings = &settings;
	finding->anomaly = "non-linearizable";
	finding->text = "no order of the operations is possible";
	begin_excerpt(&excerpt, core, until);
	add_sources(judge, calls, &excerpt.few);
	if (has_whole_reads(judge, core)) {
		shown_init(&shown, judge, core);
		settings.shown = &shown;
		excerpt.shown = &shown;
	}
	explain_excerpt(&excerpt, calls, core, until, finding);
	calls_release(&excerpt.few);
	value_map_release(&shown);
}
