/* SPDX-License-Identifier: MIT */
/* Crashes: daemons are killed in the middle of what they do, and started. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

struct kill {
	const struct fault_setup *setup;
	bool *picked;	/* killed at the last injection */
	bool *is_down;	/* killed and not started again */
	bool *was_down; /* started by the last heal */
	bool is_injected;
};

static void *kill_open(const struct fault_setup *setup, struct error *err)
{
	struct kill *state = arena_alloc(setup->arena, sizeof(*state));
	size_t count = cluster_count(setup->cluster);

	(void)err;
	state->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	state->picked = arena_array(setup->arena, count, sizeof(bool));
	state->is_down = arena_array(setup->arena, count, sizeof(bool));
	state->was_down = arena_array(setup->arena, count, sizeof(bool));
	return state;
}

static void kill_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

static int kill_inject(void *context, const char *target, struct figure *note,
		       struct error *err)
{
	struct kill *state = context;
	const struct fault_setup *setup = state->setup;
	size_t count = cluster_count(setup->cluster);

	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, state->picked);
	state->is_injected = true;
	for (size_t i = 0; i < count; i++)
		state->is_down[i] = state->is_down[i] || state->picked[i];
	if (daemons_signal(setup->cluster, state->picked, "KILL", err) < 0)
		return error_wrap(err, "kill");
	return 0;
}

static enum effect kill_verify(void *context, struct figure *note,
			       struct error *err)
{
	struct kill *state = context;

	if (!state->is_injected) {
		error_set(err, "kill: none was injected");
		return EFFECT_ABSENT;
	}
	return daemons_verify(state->setup->cluster, state->picked,
			      DAEMON_ABSENT, true, state->setup->arena, note,
			      err);
}

static int start_node(struct node *node, void *argument, struct error *err)
{
	const struct cluster_control *control = argument;

	return control->start(control->context, node, err);
}

struct waiting {
	const struct cluster_control *control;
	int64_t deadline_ns;
};

static int await_node(struct node *node, void *argument, struct error *err)
{
	const struct waiting *waiting = argument;
	const struct cluster_control *control = waiting->control;

	return control->await_ready(control->context, node,
				    waiting->deadline_ns, err);
}

/*
 * Starts what it killed, and nothing else: what a run that died has left dead
 * is started by the next run itself, once it is installed. That a store comes
 * back is not the fault's business (other faults may keep it from that), so
 * waiting in vain is noted and no error.
 */
static int kill_heal(void *context, struct figure *note, struct error *err)
{
	struct kill *state = context;
	const struct fault_setup *setup = state->setup;
	const struct cluster_control *control = cluster_control(setup->cluster);
	size_t count = cluster_count(setup->cluster);
	struct cluster_control copy;
	struct waiting waiting = { .control = control };
	struct error reason;

	if (!state->is_injected)
		return 0;
	if (!control || !control->start)
		return error_set(err, "kill: this store cannot be started");
	copy = *control;
	for (size_t i = 0; i < count; i++)
		state->was_down[i] = state->was_down[i] || state->is_down[i];
	if (cluster_each(setup->cluster, state->was_down, start_node, &copy,
			 err) < 0)
		return error_wrap(err, "kill: heal");
	for (size_t i = 0; i < count; i++)
		state->is_down[i] = false;
	state->is_injected = false;
	waiting.deadline_ns =
		clock_now_ns() + options_duration_ns(setup->options, "await");
	if (!control->await_ready)
		return 0;
	if (cluster_each(setup->cluster, state->was_down, await_node, &waiting,
			 &reason) < 0)
		figure_add_text(note, setup->arena, "not-ready", reason.text);
	return 0;
}

static enum effect kill_verify_healed(void *context, struct figure *note,
				      struct error *err)
{
	struct kill *state = context;
	const struct fault_setup *setup = state->setup;
	size_t count = cluster_count(setup->cluster);
	enum effect effect;

	if (state->is_injected) {
		error_set(err, "kill: it was not healed");
		return EFFECT_ABSENT;
	}
	effect = daemons_verify(setup->cluster, state->was_down, DAEMON_ABSENT,
				false, setup->arena, note, err);
	for (size_t i = 0; effect == EFFECT_PROVEN && i < count; i++)
		state->was_down[i] = false;
	return effect;
}

static const struct option kill_options[] = {
	{ "targets", OPTION_LIST, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_names },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_kill = {
	.name = "kill",
	.summary = "daemons are killed (SIGKILL) and started again",
	.options = kill_options,
	.targets = pick_names,
	.open = kill_open,
	.close = kill_close,
	.inject = kill_inject,
	.verify = kill_verify,
	.heal = kill_heal,
	.verify_healed = kill_verify_healed,
};
