/* SPDX-License-Identifier: MIT */
/* Pauses: daemons are stopped in the middle of what they do, and go on. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/pick.h"

struct pause {
	const struct fault_setup *setup;
	bool *picked; /* paused at the last injection */
	bool *hit;    /* since the last heal */
	bool is_injected;
};

static void *pause_open(const struct fault_setup *setup, struct error *err)
{
	struct pause *state = arena_alloc(setup->arena, sizeof(*state));
	size_t count = cluster_count(setup->cluster);

	(void)err;
	state->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	state->picked = arena_array(setup->arena, count, sizeof(bool));
	state->hit = arena_array(setup->arena, count, sizeof(bool));
	return state;
}

static void pause_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

static int pause_inject(void *context, const char *target, struct figure *note,
			struct error *err)
{
	struct pause *state = context;
	const struct fault_setup *setup = state->setup;
	size_t count = cluster_count(setup->cluster);

	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, state->picked);
	state->is_injected = true;
	for (size_t i = 0; i < count; i++)
		state->hit[i] = state->hit[i] || state->picked[i];
	if (daemons_signal(setup->cluster, state->picked, "STOP", err) < 0)
		return error_wrap(err, "pause");
	return 0;
}

static enum effect pause_verify(void *context, struct figure *note,
				struct error *err)
{
	struct pause *state = context;

	if (!state->is_injected) {
		error_set(err, "pause: none was injected");
		return EFFECT_ABSENT;
	}
	return daemons_verify(state->setup->cluster, state->picked,
			      DAEMON_PAUSED, true, state->setup->arena, note,
			      err);
}

static int pause_heal(void *context, struct figure *note, struct error *err)
{
	struct pause *state = context;

	(void)note;
	if (daemons_continue_all(state->setup->cluster, err) < 0)
		return error_wrap(err, "pause: heal");
	state->is_injected = false;
	return 0;
}

/* None that it hit is stopped. That one is gone is the doing of others. */
static enum effect pause_verify_healed(void *context, struct figure *note,
				       struct error *err)
{
	struct pause *state = context;
	const struct fault_setup *setup = state->setup;
	enum effect effect;

	effect = daemons_verify(setup->cluster, state->hit, DAEMON_PAUSED,
				false, setup->arena, note, err);
	if (effect == EFFECT_PROVEN)
		memset(state->hit, 0,
		       cluster_count(setup->cluster) * sizeof(bool));
	return effect;
}

static const struct option pause_options[] = {
	{ "targets", OPTION_LIST, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_names },
	{ .name = NULL },
};

const struct fault fault_pause = {
	.name = "pause",
	.summary = "daemons are stopped (SIGSTOP) and go on later",
	.options = pause_options,
	.targets = pick_names,
	.open = pause_open,
	.close = pause_close,
	.inject = pause_inject,
	.verify = pause_verify,
	.heal = pause_heal,
	.verify_healed = pause_verify_healed,
	.undo_line = daemons_continue_line,
};
