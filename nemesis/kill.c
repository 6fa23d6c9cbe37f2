/* SPDX-License-Identifier: MIT */
/* Crashes: daemons are killed in the middle of what they do, and started. */
#include <stddef.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

static void *kill_open(const struct fault_setup *setup, struct error *err)
{
	struct victims *victims = arena_alloc(setup->arena, sizeof(*victims));

	(void)err;
	victims_init(victims, setup);
	victims->may_end = true;
	return victims;
}

static void kill_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

static int kill_inject(void *context, const char *target, struct figure *note,
		       struct error *err)
{
	struct victims *victims = context;
	const struct fault_setup *setup = victims->setup;

	if (victims_draw_running(victims, target, note, err) < 0)
		return error_wrap(err, "kill");
	if (daemons_signal(setup->cluster, victims->picked, victims->daemons,
			   options_text(setup->options, "signal"), err) < 0)
		return error_wrap(err, "kill");
	return 0;
}

static enum effect kill_verify(void *context, struct figure *note,
			       struct error *err)
{
	struct victims *victims = context;

	if (!victims->is_injected) {
		error_set(err, "kill: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	return daemons_verify(victims->setup->cluster, victims->picked,
			      victims->daemons, DAEMON_ABSENT, true,
			      victims->setup->arena, note, err);
}

static int kill_heal(void *context, struct figure *note, struct error *err)
{
	return victims_start(context, note, err);
}

static enum effect kill_verify_healed(void *context, struct figure *note,
				      struct error *err)
{
	return victims_verify_started(context, note, err);
}

static const struct option kill_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ OPTION_DAEMONS, OPTION_LIST, NULL, VICTIMS_DAEMONS, NULL },
	{ "signal", OPTION_CHOICE, "KILL", "what ends them",
	  daemons_ending_signals },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_kill = {
	.name = "kill",
	.summary = "daemons are killed (SIGKILL or another) and started again",
	.family = "process",
	.options = kill_options,
	.targets = pick_names,
	.open = kill_open,
	.close = kill_close,
	.inject = kill_inject,
	.verify = kill_verify,
	.heal = kill_heal,
	.verify_healed = kill_verify_healed,
};
