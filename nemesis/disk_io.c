/* SPDX-License-Identifier: MIT */
/*
 * Bad disks: calls fail with EIO, or take long, or find no space left; by a
 * layer under the store's data.
 */
#include <inttypes.h>
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

#include "nemesis/layer.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

static const char *const behaviours[] = { "error", "slow", "full", NULL };
static const char *const calls[] = { "read", "write", "fsync", "names", NULL };

static const char *const probed[] = { "calls",	    "failed", "refused",
				      "slowest-us", "free",   NULL };
static const char *const suffered[] = { "failed", "delayed", "refused", NULL };

struct disk {
	struct victims victims;
	bool is_prepared;
	const char *data_quoted; /* for a shell */
	const char *behaviour; /* in force */
	const char *rule;
	struct layer_answers answers;
};

static void *disk_open(const struct fault_setup *setup, struct error *err)
{
	const struct options *options = setup->options;
	struct disk *state = arena_alloc(setup->arena, sizeof(*state));
	double share = options_real(options, "error");

	if (!(share > 0 && share <= 1)) {
		error_set(err, "disk-io.error is a share, up to 100%%");
		return NULL;
	}
	if (strpbrk(options_text(options, "files"), " \t\n")) {
		error_set(err, "disk-io.files is a pattern without spaces");
		return NULL;
	}
	victims_init(&state->victims, setup);
	state->victims.may_end = true;
	layer_answers_init(&state->answers, state->victims.count, setup->arena);
	return state;
}

static void disk_close(void *context)
{
	struct disk *state = context;

	if (state)
		layer_answers_release(&state->answers);
}

static int disk_prepare(void *context, struct error *err)
{
	struct disk *state = context;
	const struct fault_setup *setup = state->victims.setup;
	const char *data = layer_data(setup->cluster, err);

	if (!data || layer_prepare(setup->cluster, NULL, err) < 0)
		return -1;
	state->data_quoted = shell_quote(setup->arena, data);
	state->is_prepared = true;
	return 0;
}

static int disk_dismantle(void *context, struct error *err)
{
	struct disk *state = context;

	state->is_prepared = false;
	return layer_dismantle(state->victims.setup->cluster, err);
}

/* What the layer is told; see disk_rules.h. */
static const char *rule_of(const struct disk *state)
{
	const struct options *options = state->victims.setup->options;
	struct arena *arena = state->victims.setup->arena;
	const char *files = shell_quote(arena, options_text(options, "files"));
	const char *const *which = options_list(options, "calls");
	const char *list = "";

	for (; *which; which++)
		list = arena_printf(arena, "%s%s%s", list, *list ? "," : "",
				    *which);
	if (strcmp(state->behaviour, "error") == 0)
		return arena_printf(arena, "rule error %g %s %s",
				    options_real(options, "error"), list,
				    files);
	if (strcmp(state->behaviour, "slow") == 0)
		return arena_printf(
			arena, "rule slow %" PRId64 " %" PRId64 " %s %s",
			options_duration_ns(options, "delay") / NS_PER_US,
			options_duration_ns(options, "jitter") / NS_PER_US,
			list, files);
	return arena_printf(arena, "rule full %" PRIu64,
			    options_size(options, "space"));
}

static int begin_node(struct node *node, void *argument, struct error *err)
{
	const struct disk *state = argument;

	return layer_tell(node, NULL, NULL, err, "%s", state->rule);
}

static int disk_inject(void *context, const char *target, struct figure *note,
		       struct error *err)
{
	struct disk *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!state->is_prepared)
		return error_set(err, "disk-io: no layer is under the data");
	state->behaviour = pick_choice(
		options_list(setup->options, "behaviours"), setup->rng);
	if (!state->behaviour)
		state->behaviour = behaviours[0];
	victims_draw(victims, target, note);
	state->rule = rule_of(state);
	figure_add_text(note, setup->arena, "behaviour", state->behaviour);
	figure_add_text(note, setup->arena, "parameters", state->rule);
	if (cluster_each(setup->cluster, victims->picked, begin_node, state,
			 err) < 0)
		return error_wrap(err, "disk-io");
	return 0;
}

static int probe_node(struct node *node, void *argument, struct error *err)
{
	struct disk *state = argument;

	return layer_ask(&state->answers, node, err, "disk probe %s",
			 state->data_quoted);
}

/* Does what a program saw there agree with what was injected? */
static bool is_seen(const struct disk *state, const char *reply)
{
	const struct options *options = state->victims.setup->options;
	int64_t longest_us = options_duration_ns(options, "delay") / NS_PER_US;

	if (strcmp(state->behaviour, "error") == 0)
		return layer_number(reply, "failed") > 0;
	if (strcmp(state->behaviour, "slow") == 0)
		return layer_number(reply, "slowest-us") >= longest_us;
	return layer_number(reply, "refused") > 0 ||
	       (uint64_t)layer_number(reply, "free") <=
		       options_size(options, "space");
}

static enum effect disk_verify(void *context, struct figure *note,
			       struct error *err)
{
	struct disk *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	enum effect effect = EFFECT_PROVEN;

	if (!victims->is_injected) {
		error_set(err, "disk-io: nothing was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	if (cluster_each(setup->cluster, victims->picked, probe_node, state,
			 err) < 0)
		return EFFECT_UNKNOWN;
	layer_answers_note(&state->answers, setup->cluster, victims->picked,
			   "probes", probed, setup->arena, note);
	for (size_t i = 0; i < victims->count; i++) {
		if (!victims->picked[i] ||
		    is_seen(state, state->answers.replies[i]))
			continue;
		error_set(err, "node %s: files are as good as ever",
			  node_name(cluster_node(setup->cluster, i)));
		effect = EFFECT_ABSENT;
	}
	return effect;
}

static int end_node(struct node *node, void *argument, struct error *err)
{
	struct disk *state = argument;

	return layer_ask(&state->answers, node, err, LAYER_ASK "rule none");
}

/* Daemons that the errors have ended are started again. */
static int disk_heal(void *context, struct figure *note, struct error *err)
{
	struct disk *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!state->is_prepared)
		return layer_heal_leftovers(setup->cluster, err);
	if (cluster_each(setup->cluster, NULL, end_node, state, err) < 0)
		return victims_start_on_layer(victims, note, err);
	layer_answers_note(&state->answers, setup->cluster, NULL, "calls-hit",
			   suffered, setup->arena, note);
	return victims_start(victims, note, err);
}

static enum effect disk_verify_healed(void *context, struct figure *note,
				      struct error *err)
{
	struct disk *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!state->is_prepared)
		return EFFECT_PROVEN;
	if (cluster_each(setup->cluster, NULL, probe_node, state, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		if (layer_number(state->answers.replies[i], "failed") == 0 &&
		    layer_number(state->answers.replies[i], "refused") == 0)
			continue;
		error_set(err, "node %s: calls still fail",
			  node_name(cluster_node(setup->cluster, i)));
		return EFFECT_ABSENT;
	}
	return victims_verify_started(victims, note, err);
}

static const struct option disk_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "whose disks", pick_choices },
	{ "behaviours", OPTION_LIST, "error,slow,full",
	  "what to draw from, one at a time", behaviours },
	{ "error", OPTION_REAL, "5%", "share of calls that fail with EIO",
	  NULL },
	{ "delay", OPTION_DURATION, "50ms", "of each call, in the mean", NULL },
	{ "jitter", OPTION_DURATION, "20ms", "half the width around it", NULL },
	{ "calls", OPTION_LIST, "read,write,fsync",
	  "which fail or are slow; names: create, remove, rename", calls },
	{ "files", OPTION_TEXT, "*",
	  "which fail or are slow: a pattern for paths in the store's data",
	  NULL },
	{ "space", OPTION_SIZE, "0", "bytes that are left until it is full",
	  NULL },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_disk_io = {
	.name = "disk-io",
	.summary = "calls to the disk fail, are slow, or find it full",
	.family = "disk",
	.options = disk_options,
	.targets = pick_names,
	.excuses_crashes = true,
	.open = disk_open,
	.close = disk_close,
	.prepare = disk_prepare,
	.dismantle = disk_dismantle,
	.inject = disk_inject,
	.verify = disk_verify,
	.heal = disk_heal,
	.verify_healed = disk_verify_healed,
	.undo_line = layer_undo_line,
};
