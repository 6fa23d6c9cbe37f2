/* SPDX-License-Identifier: MIT */
/*
 * Restarts: daemons end and start again, all at once or one node after the
 * other (a rolling restart), once or again and again (a crash loop). It is
 * over when the injection is; healing starts what did not come back.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

#define CYCLES_MAX 100

struct restart {
	struct victims victims;
	const char **births; /* of each node, before the injection */
	bool *turn;	     /* whose turn it is in a rolling restart */
};

static void *restart_open(const struct fault_setup *setup, struct error *err)
{
	struct restart *state = arena_alloc(setup->arena, sizeof(*state));
	int64_t cycles = options_int(setup->options, "cycles");

	if (cycles < 1 || cycles > CYCLES_MAX) {
		error_set(err, "cycles is 1 to %d", CYCLES_MAX);
		return NULL;
	}
	victims_init(&state->victims, setup);
	state->victims.may_end = true;
	state->births = arena_array(setup->arena, state->victims.count,
				    sizeof(*state->births));
	state->turn =
		arena_array(setup->arena, state->victims.count, sizeof(bool));
	return state;
}

static void restart_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

/* Which processes the daemons are: their pids and start times, a line each. */
struct look {
	const char *files; /* of a shell line */
	const char **births;
	struct arena *arenas; /* one a node: they are asked in parallel */
};

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	const struct look *look = argument;
	size_t i = node_index(node);

	return node_run(node, &look->arenas[i], &look->births[i], err,
			"cat%s 2>/dev/null; true", look->files);
}

/* node.h: each daemon has them in /run/ordeal/NAME.pid. */
static const char *files_of(const struct victims *victims, struct arena *arena)
{
	const struct cluster_control *control =
		cluster_control(victims->setup->cluster);
	const char *const *names = victims->daemons;
	const char *files = "";

	if (!names)
		names = control->daemons;
	for (size_t i = 0; names[i]; i++)
		files = arena_printf(arena, "%s /run/ordeal/%s.pid", files,
				     shell_quote(arena, names[i]));
	return files;
}

static int ask_births(struct restart *state, const char **births,
		      struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	const struct cluster_control *control = cluster_control(setup->cluster);
	size_t count = state->victims.count;
	struct arena scratch = { 0 };
	struct look look = { .births = births };
	int result;

	if (!control || !control->daemons)
		return error_set(err, "this store has no daemons");
	look.files = files_of(&state->victims, &scratch);
	look.arenas = arena_array(&scratch, count, sizeof(*look.arenas));
	result = cluster_each(setup->cluster, state->victims.picked,
			      look_at_node, &look, err);
	for (size_t i = 0; i < count; i++) {
		births[i] =
			births[i] ? arena_printf(setup->arena, "%s", births[i])
				  : "";
		arena_release(&look.arenas[i]);
	}
	arena_release(&scratch);
	return result;
}

/* Ends and starts the nodes of `whom`, as often as asked. */
static int restart_nodes(struct restart *state, const bool *whom,
			 int64_t await_ns, struct figure *note,
			 struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	int64_t cycles = options_int(setup->options, "cycles");
	int64_t delay_ns = options_duration_ns(setup->options, "delay");

	for (int64_t i = 0; i < cycles; i++) {
		bool is_last = i + 1 == cycles;

		if (daemons_signal(setup->cluster, whom,
				   state->victims.daemons,
				   options_text(setup->options, "signal"),
				   err) < 0)
			return -1;
		clock_sleep_until(clock_now_ns() + delay_ns);
		if (daemons_start(setup->cluster, whom, is_last ? await_ns : 0,
				  setup->arena, note, err) < 0)
			return -1;
	}
	return 0;
}

static int restart_inject(void *context, const char *target,
			  struct figure *note, struct error *err)
{
	struct restart *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	int64_t await_ns = options_duration_ns(setup->options, "await");

	if (victims_draw_running(victims, target, note, err) < 0)
		return error_wrap(err, "restart");
	memset(state->births, 0, victims->count * sizeof(*state->births));
	if (ask_births(state, state->births, err) < 0)
		return error_wrap(err, "restart");
	if (!options_bool(setup->options, "rolling")) {
		if (restart_nodes(state, victims->picked, await_ns, note, err))
			return error_wrap(err, "restart");
		return 0;
	}
	for (size_t i = 0; i < victims->count; i++) {
		int result;

		if (!victims->picked[i])
			continue;
		state->turn[i] = true;
		result = restart_nodes(state, state->turn, await_ns, note, err);
		state->turn[i] = false;
		if (result < 0)
			return error_wrap(err, "restart");
	}
	return 0;
}

/* Does a line of one text stand in the other? */
static bool share_a_line(const char *one, const char *other)
{
	for (; *one; one += strcspn(one, "\n"), one += *one == '\n') {
		size_t length = strcspn(one, "\n");
		const char *at = other;

		while (*at) {
			size_t size = strcspn(at, "\n");

			if (size == length && memcmp(at, one, size) == 0)
				return true;
			at += size + (at[size] == '\n');
		}
	}
	return false;
}

/* Each is there, and is not who it was. */
static enum effect restart_verify(void *context, struct figure *note,
				  struct error *err)
{
	struct restart *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	const char **births;
	enum effect effect;

	if (!victims->is_injected) {
		error_set(err, "restart: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	births = arena_array(setup->arena, victims->count, sizeof(*births));
	if (ask_births(state, births, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		if (!victims->picked[i] ||
		    (*births[i] && *state->births[i] &&
		     !share_a_line(births[i], state->births[i])))
			continue;
		error_set(err, "node %s: a daemon is the same as before",
			  node_name(cluster_node(setup->cluster, i)));
		return EFFECT_ABSENT;
	}
	effect = daemons_verify(setup->cluster, victims->picked,
				victims->daemons, DAEMON_ABSENT, false,
				setup->arena, note, err);
	if (effect == EFFECT_ABSENT)
		error_set(err, "restart: a daemon did not stay");
	return effect;
}

static int restart_heal(void *context, struct figure *note, struct error *err)
{
	struct restart *state = context;

	return victims_start(&state->victims, note, err);
}

static enum effect restart_verify_healed(void *context, struct figure *note,
					 struct error *err)
{
	struct restart *state = context;

	return victims_verify_started(&state->victims, note, err);
}

static const struct option restart_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ OPTION_DAEMONS, OPTION_LIST, NULL, VICTIMS_DAEMONS, NULL },
	{ "signal", OPTION_CHOICE, "TERM", "what ends them",
	  daemons_ending_signals },
	{ "rolling", OPTION_BOOL, "true",
	  "one node after the other, each once it is ready; else together",
	  NULL },
	{ "cycles", OPTION_INT, "1", "how often each: more is a crash loop",
	  NULL },
	{ "delay", OPTION_DURATION, "0s", "how long each stays away", NULL },
	{ "await", OPTION_DURATION, "5s",
	  "how long to wait for a node that was started", NULL },
	{ .name = NULL },
};

const struct fault fault_restart = {
	.name = "restart",
	.summary = "daemons end and start again: rolling, together, in a loop",
	.family = "process",
	.options = restart_options,
	.targets = pick_names,
	.open = restart_open,
	.close = restart_close,
	.inject = restart_inject,
	.verify = restart_verify,
	.heal = restart_heal,
	.verify_healed = restart_verify_healed,
};
