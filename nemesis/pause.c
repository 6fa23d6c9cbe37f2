/* SPDX-License-Identifier: MIT */
/* Pauses: daemons are stopped in the middle of what they do, and go on. */
#include <stddef.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

static void *pause_open(const struct fault_setup *setup, struct error *err)
{
	struct victims *victims = arena_alloc(setup->arena, sizeof(*victims));

	(void)err;
	victims_init(victims, setup);
	return victims;
}

static void pause_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

static int pause_inject(void *context, const char *target, struct figure *note,
			struct error *err)
{
	struct victims *victims = context;

	if (victims_draw_running(victims, target, note, err) < 0)
		return error_wrap(err, "pause");
	if (daemons_signal(victims->setup->cluster, victims->picked,
			   victims->daemons, "STOP", err) < 0)
		return error_wrap(err, "pause");
	return 0;
}

static enum effect pause_verify(void *context, struct figure *note,
				struct error *err)
{
	struct victims *victims = context;

	if (!victims->is_injected) {
		error_set(err, "pause: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	return daemons_verify(victims->setup->cluster, victims->picked,
			      victims->daemons, DAEMON_PAUSED, true,
			      victims->setup->arena, note, err);
}

static int pause_heal(void *context, struct figure *note, struct error *err)
{
	struct victims *victims = context;

	(void)note;
	if (daemons_continue_all(victims->setup->cluster, err) < 0)
		return error_wrap(err, "pause: heal");
	victims->is_injected = false;
	return 0;
}

/* None that it hit is stopped. That one is gone is the doing of others. */
static enum effect pause_verify_healed(void *context, struct figure *note,
				       struct error *err)
{
	struct victims *victims = context;
	enum effect effect = daemons_verify(victims->setup->cluster,
					    victims->hit, NULL, DAEMON_PAUSED,
					    false, victims->setup->arena, note,
					    err);

	if (effect == EFFECT_PROVEN)
		victims_forget(victims);
	return effect;
}

static const struct option pause_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ OPTION_DAEMONS, OPTION_LIST, NULL, VICTIMS_DAEMONS, NULL },
	{ .name = NULL },
};

const struct fault fault_pause = {
	.name = "pause",
	.summary = "daemons are stopped (SIGSTOP) and go on later",
	.family = "process",
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
