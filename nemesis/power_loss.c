/* SPDX-License-Identifier: MIT */
/*
 * Power losses: daemons are killed, and what they had not synced is gone, as a
 * whole, up to a moment, or torn. The layer under the store's data keeps the
 * books.
 */
#include <inttypes.h>
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
#include "harness/core/rng.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/layer.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

static const char *const losses[] = { "all", "latest", "torn", NULL };
static const char *const orders[] = { "journal", "posix", NULL };

/* Words of the agent's reply that go into the note. */
static const char *const counted[] = { "unsynced", "survived", "synced-probe",
				       "unsynced-probe", NULL };

struct power_loss {
	struct victims victims;
	bool is_prepared; /* the layer is there, and ought to stay */
	bool ignores_fsync;
	const char *data_quoted; /* for a shell */
	const char *loss;
	uint64_t *seeds; /* of each node */
	struct layer_answers answers;
};

static void *power_loss_open(const struct fault_setup *setup, struct error *err)
{
	struct power_loss *state = arena_alloc(setup->arena, sizeof(*state));

	(void)err;
	victims_init(&state->victims, setup);
	state->victims.may_end = true;
	state->ignores_fsync = options_bool(setup->options, "ignore-fsync");
	state->seeds = arena_array(setup->arena, state->victims.count,
				   sizeof(*state->seeds));
	layer_answers_init(&state->answers, state->victims.count, setup->arena);
	return state;
}

static void power_loss_close(void *context)
{
	struct power_loss *state = context;

	if (state)
		layer_answers_release(&state->answers);
}

static int power_loss_prepare(void *context, struct error *err)
{
	struct power_loss *state = context;
	const struct fault_setup *setup = state->victims.setup;
	const char *requests[4] = { NULL };
	const char *data;

	requests[0] = arena_printf(setup->arena, "fsync %s",
				   state->ignores_fsync ? "ignore" : "obey");
	requests[1] = arena_printf(
		setup->arena, "writeback %" PRId64,
		options_duration_ns(setup->options, "writeback") / NS_PER_MS);
	requests[2] = arena_printf(setup->arena, "log %s",
				   options_text(setup->options, "names"));
	data = layer_data(setup->cluster, err);
	if (!data || layer_prepare(setup->cluster, requests, err) < 0)
		return -1;
	state->data_quoted = shell_quote(setup->arena, data);
	state->is_prepared = true;
	return 0;
}

static int power_loss_dismantle(void *context, struct error *err)
{
	struct power_loss *state = context;

	state->is_prepared = false;
	return layer_dismantle(state->victims.setup->cluster, err);
}

static int lose_node(struct node *node, void *argument, struct error *err)
{
	struct power_loss *state = argument;

	return layer_ask(&state->answers, node, err, "disk lose %s %s %" PRIu64,
			 state->data_quoted, state->loss,
			 state->seeds[node_index(node)]);
}

/* Killed everywhere first: what was acknowledged by some while others had
 * lost already is what is looked for, but the plug is one for all. */
static int power_loss_inject(void *context, const char *target,
			     struct figure *note, struct error *err)
{
	struct power_loss *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!state->is_prepared)
		return error_set(err, "power-loss: no layer is under the data");
	victims_draw(victims, target, note);
	state->loss =
		pick_choice(options_list(setup->options, "losses"), setup->rng);
	if (!state->loss)
		state->loss = losses[0];
	figure_add_text(note, setup->arena, "loss", state->loss);
	for (size_t i = 0; i < victims->count; i++)
		state->seeds[i] = rng_below(setup->rng, UINT64_C(1) << 53);
	if (daemons_signal(setup->cluster, victims->picked, NULL, "KILL",
			   err) < 0 ||
	    cluster_each(setup->cluster, victims->picked, lose_node, state,
			 err) < 0)
		return error_wrap(err, "power-loss");
	return 0;
}

/* The file that was synced is there, the one that was not is gone. A disk that
 * lies about fsync may lose both. */
static bool is_proven(const struct power_loss *state, size_t node,
		      struct error *err)
{
	const char *reply = state->answers.replies[node];
	const char *name = node_name(
		cluster_node(state->victims.setup->cluster, node));

	if (!reply || layer_number(reply, "unsynced-probe") != 0) {
		error_set(err, "node %s: a file that was not synced is there",
			  name);
		return false;
	}
	if (!state->ignores_fsync &&
	    layer_number(reply, "synced-probe") != 1) {
		error_set(err, "node %s: a file that was synced is gone", name);
		return false;
	}
	return true;
}

static enum effect power_loss_verify(void *context, struct figure *note,
				     struct error *err)
{
	struct power_loss *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	enum effect effect = EFFECT_PROVEN;

	if (!victims->is_injected) {
		error_set(err, "power-loss: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	layer_answers_note(&state->answers, setup->cluster, victims->picked,
			   "lost", counted, setup->arena, note);
	for (size_t i = 0; i < victims->count; i++) {
		if (victims->picked[i] && !is_proven(state, i, err))
			effect = EFFECT_ABSENT;
	}
	if (effect != EFFECT_PROVEN)
		return effect;
	return daemons_verify(setup->cluster, victims->picked, NULL,
			      DAEMON_ABSENT, true, setup->arena, note, err);
}

/* The power comes back. What was lost stays lost. */
static int power_loss_heal(void *context, struct figure *note,
			   struct error *err)
{
	struct power_loss *state = context;
	struct cluster *cluster = state->victims.setup->cluster;

	if (!state->is_prepared)
		return layer_heal_leftovers(cluster, err);
	return victims_start_on_layer(&state->victims, note, err);
}

static enum effect power_loss_verify_healed(void *context, struct figure *note,
					    struct error *err)
{
	struct power_loss *state = context;

	return victims_verify_started(&state->victims, note, err);
}

static const struct option power_loss_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ "losses", OPTION_LIST, "all,torn",
	  "of what was not synced: all, what came after a moment, or each "
	  "sector and name for itself",
	  losses },
	{ "names", OPTION_CHOICE, "journal",
	  "when names in folders are durable: in the order of a journal, as "
	  "ext4 and XFS have it, or by fsync of the folder alone (POSIX)",
	  orders },
	{ "writeback", OPTION_DURATION, "5s",
	  "how often all is written back, as a kernel does; 0: never", NULL },
	{ "ignore-fsync", OPTION_BOOL, "false",
	  "the disk lies: fsync succeeds, and only the writeback keeps", NULL },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_power_loss = {
	.name = "power-loss",
	.summary = "daemons are killed, and what they had not synced is gone",
	.family = "disk",
	.options = power_loss_options,
	.targets = pick_names,
	.open = power_loss_open,
	.close = power_loss_close,
	.prepare = power_loss_prepare,
	.dismantle = power_loss_dismantle,
	.inject = power_loss_inject,
	.verify = power_loss_verify,
	.heal = power_loss_heal,
	.verify_healed = power_loss_verify_healed,
	.undo_line = layer_undo_line,
};
