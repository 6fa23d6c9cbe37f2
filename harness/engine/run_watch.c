/* SPDX-License-Identifier: MIT */
/* Streaming checkers in a run: what they say, and what follows from it. */
#include <inttypes.h>

#include "harness/core/clock.h"
#include "harness/engine/run_private.h"

void run_open_live(struct run *run)
{
	struct error err;

	if (watch_open(&run->config->panel, run->start_ns, &run->live, &err))
		run_note_trouble(run, &err);
	else if (run->live)
		recorder_set_tap(run->recorder, watch_take, run->live);
}

static bool wants_stop(const struct run *run)
{
	return options_is(run->config->options, "stop", "on-violation");
}

bool run_look_live(struct run *run)
{
	const struct conviction *seen = watch_conviction(run->live);

	if (!seen)
		return false;
	if (!run->has_told_live)
		console_say(run->console,
			    "convicted while running: %s: %s; at %.3f s, "
			    "seen %.3f s after the completion that proves it",
			    seen->checker->name, seen->reason.text,
			    (double)seen->time_ns / NS_PER_S,
			    (double)seen->delay_ns / NS_PER_S);
	run->has_told_live = true;
	return wants_stop(run);
}

void run_finish_live(struct run *run)
{
	watch_finish(run->live);
	run_look_live(run);
	if (watch_gave_up(run->live) && !watch_conviction(run->live))
		console_say(run->console,
			    "watching ended early: streaming checkers could "
			    "not keep up; the whole is judged now");
}

/* Whoever was open in the panel is judged by it as well. */
static const struct verdict *verdict_of(const struct judgement *judgement,
					const struct checker *checker)
{
	for (size_t i = 0; i < judgement->count; i++) {
		if (judgement->judged[i].checker == checker)
			return &judgement->judged[i].verdict;
	}
	return NULL;
}

void run_compare_live(struct run *run, const struct judgement *judgement)
{
	const struct conviction *seen = watch_conviction(run->live);
	const struct verdict *verdict =
		seen ? verdict_of(judgement, seen->checker) : NULL;
	struct error err;

	if (!verdict || verdict->kind != VERDICT_VALID)
		return;
	run->result->has_failed = true;
	error_set(&err,
		  "%s convicted at index %" PRIu64 " while running (%s), but "
		  "acquits the whole history; one of the two is wrong: please "
		  "keep %s and report it",
		  seen->checker->name, seen->index, seen->reason.text,
		  run->history_path);
	run_note_trouble(run, &err);
}
