/* SPDX-License-Identifier: MIT */
/*
 * Spoiled files: bits flip, ends are missing, writes went astray or were lost;
 * by the agent, on files of the store's data. What was there is written down.
 * Healing puts it back where the store has not written over it since: to put
 * back more would lose what it wrote.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/agent.h"
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

static const char *const kinds[] = { "bitflip", "truncate", "copy", "restore",
				     NULL };
static const char *const cures[] = { "mend", "keep", NULL };

static const char *const spoiled[] = { "files", "changes", "bytes", NULL };
static const char *const cured[] = { "mended", "overwritten", "gone", NULL };

static const char mend_line[] = "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
				" disk mend";

struct corrupt {
	struct victims victims;
	const char *kind;
	const char *data;
	const char *line; /* for all nodes, but for the seed */
	bool mends;
	uint64_t *seeds;
	struct layer_answers answers;
};

static void *corrupt_open(const struct fault_setup *setup, struct error *err)
{
	const struct options *options = setup->options;
	struct corrupt *state = arena_alloc(setup->arena, sizeof(*state));

	if (options_int(options, "count") < 1 ||
	    options_int(options, "count") > 100000) {
		error_set(err, "corrupt.count is 1 to 100000");
		return NULL;
	}
	if (options_size(options, "chunk") < 1 ||
	    options_size(options, "chunk") > UINT64_C(64) << 20) {
		error_set(err, "corrupt.chunk is 1 byte to 64MiB");
		return NULL;
	}
	victims_init(&state->victims, setup);
	state->victims.may_end = true;
	state->mends = options_is(options, "cure", "mend");
	state->seeds = arena_array(setup->arena, state->victims.count,
				   sizeof(*state->seeds));
	layer_answers_init(&state->answers, state->victims.count, setup->arena);
	return state;
}

static void corrupt_close(void *context)
{
	struct corrupt *state = context;

	if (state)
		layer_answers_release(&state->answers);
}

static int snapshot_node(struct node *node, void *argument, struct error *err)
{
	const struct corrupt *state = argument;
	struct arena arena = { 0 };
	int result = node_run(
		node, &arena, NULL, err, AGENT_PROGRAM " disk snapshot %s %s",
		shell_quote(&arena, state->data),
		shell_quote(&arena, options_text(state->victims.setup->options,
						 "files")));

	arena_release(&arena);
	return result;
}

static int install_node(struct node *node, void *argument, struct error *err)
{
	(void)argument;
	return agent_install(node, err);
}

static int spoil_node(struct node *node, void *argument, struct error *err)
{
	struct corrupt *state = argument;

	return layer_ask(&state->answers, node, err, "%s %" PRIu64, state->line,
			 state->seeds[node_index(node)]);
}

static const char *corrupt_line(const struct corrupt *state)
{
	const struct fault_setup *setup = state->victims.setup;
	struct arena *arena = setup->arena;

	return arena_printf(
		arena,
		"disk corrupt %s %s %s %" PRId64 " %" PRIu64,
		state->kind, shell_quote(arena, state->data),
		shell_quote(arena, options_text(setup->options, "files")),
		options_int(setup->options, "count"),
		options_size(setup->options, "chunk"));
}

/* While the daemons are down: a store that runs has its files in memory. */
static int spoil(struct corrupt *state, struct figure *note, struct error *err)
{
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	bool kills = options_bool(setup->options, "kill");
	struct error refusal;

	if (cluster_each(setup->cluster, victims->picked, install_node, state,
			 err) < 0)
		return -1;
	if (strcmp(state->kind, "restore") == 0) {
		if (cluster_each(setup->cluster, victims->picked, snapshot_node,
				 state, err) < 0)
			return -1;
		clock_sleep_until(clock_now_ns() +
				  options_duration_ns(setup->options, "age"));
	}
	if (kills && daemons_signal(setup->cluster, victims->picked, NULL,
				    "KILL", err) < 0)
		return -1;
	if (cluster_each(setup->cluster, victims->picked, spoil_node, state,
			 err) < 0)
		return -1;
	/* A store may well refuse to run on that. */
	if (kills && daemons_start(setup->cluster, victims->picked, 0,
				   setup->arena, note, &refusal) < 0)
		figure_add_text(note, setup->arena, "refused", refusal.text);
	return 0;
}

static int corrupt_inject(void *context, const char *target,
			  struct figure *note, struct error *err)
{
	struct corrupt *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	state->data = layer_data(setup->cluster, err);
	if (!state->data)
		return error_wrap(err, "corrupt");
	victims_draw(victims, target, note);
	state->kind =
		pick_choice(options_list(setup->options, "kinds"), setup->rng);
	if (!state->kind)
		state->kind = kinds[0];
	figure_add_text(note, setup->arena, "kind", state->kind);
	state->line = corrupt_line(state);
	for (size_t i = 0; i < victims->count; i++) {
		state->answers.replies[i] = NULL;
		state->seeds[i] = rng_below(setup->rng, UINT64_C(1) << 53);
	}
	if (spoil(state, note, err) < 0)
		return error_wrap(err, "corrupt");
	return 0;
}

/* The agent has read every change back before it counted it. */
static enum effect corrupt_verify(void *context, struct figure *note,
				  struct error *err)
{
	struct corrupt *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	enum effect effect = EFFECT_PROVEN;

	if (!victims->is_injected) {
		error_set(err, "corrupt: nothing was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	layer_answers_note(&state->answers, setup->cluster, victims->picked,
			   "spoiled", spoiled, setup->arena, note);
	for (size_t i = 0; i < victims->count; i++) {
		const char *reply = state->answers.replies[i];

		if (!victims->picked[i] ||
		    (reply && layer_number(reply, "changes") > 0))
			continue;
		error_set(err, "node %s: no file was changed",
			  node_name(cluster_node(setup->cluster, i)));
		effect = EFFECT_ABSENT;
	}
	return effect;
}

static int cure_node(struct node *node, void *argument, struct error *err)
{
	struct corrupt *state = argument;
	size_t i = node_index(node);

	if (!state->mends)
		return node_run(node, NULL, NULL, err, "rm -f " AGENT_CHANGES);
	return node_run(node, &state->answers.arenas[i],
			&state->answers.replies[i], err, "%s", mend_line);
}

static int cure(struct corrupt *state, struct figure *note, struct error *err)
{
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (state->mends && victims->is_injected &&
	    options_bool(setup->options, "kill") &&
	    daemons_signal(setup->cluster, victims->hit, NULL, "KILL", err) < 0)
		return -1;
	if (cluster_each(setup->cluster, NULL, cure_node, state, err) < 0)
		return -1;
	if (!state->mends || !victims->is_injected)
		return 0;
	layer_answers_note(&state->answers, setup->cluster, victims->hit,
			   "cured", cured, setup->arena, note);
	return 0;
}

static int corrupt_heal(void *context, struct figure *note, struct error *err)
{
	struct corrupt *state = context;

	if (cure(state, note, err) < 0)
		return error_wrap(err, "corrupt: heal");
	return victims_start(&state->victims, note, err);
}

static int look_for_changes(struct node *node, void *argument,
			    struct error *err)
{
	(void)argument;
	return node_run(node, NULL, NULL, err,
			"! [ -e " AGENT_CHANGES " ] || "
			"{ echo 'changes were not put back' >&2; exit 1; }");
}

static enum effect corrupt_verify_healed(void *context, struct figure *note,
					 struct error *err)
{
	struct corrupt *state = context;
	struct victims *victims = &state->victims;

	if (cluster_each(victims->setup->cluster, NULL, look_for_changes, NULL,
			 err) < 0)
		return EFFECT_ABSENT;
	if (state->mends)
		return victims_verify_started(victims, note, err);
	/* What stays corrupt may well refuse to start. */
	victims_forget(victims);
	return EFFECT_PROVEN;
}

static const char *corrupt_undo_line(void)
{
	return mend_line;
}

static const struct option corrupt_options[] = {
	{ "targets", OPTION_SETS, "one,minority", "whose files", pick_choices },
	{ "kinds", OPTION_LIST, "bitflip,truncate,copy,restore",
	  "what to draw from: bits flip, ends are cut off, chunks are copied "
	  "over others, chunks are as they were some time ago",
	  kinds },
	{ "files", OPTION_TEXT, "*",
	  "which: a pattern for paths in the store's data", NULL },
	{ "count", OPTION_INT, "10", "bits, files or chunks", NULL },
	{ "chunk", OPTION_SIZE, "4KiB",
	  "of a copy or what is restored; the most that is cut off", NULL },
	{ "age", OPTION_DURATION, "2s", "of what is restored", NULL },
	{ "kill", OPTION_BOOL, "true",
	  "kill the daemons for it and start them again", NULL },
	{ "cure", OPTION_CHOICE, "mend",
	  "put back what was not written over since, or keep it corrupt",
	  cures },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_corrupt = {
	.name = "corrupt",
	.summary = "files of the store are spoiled: flipped bits, cut ends, "
		   "writes astray or lost",
	.options = corrupt_options,
	.targets = pick_names,
	.excuses_crashes = true,
	.open = corrupt_open,
	.close = corrupt_close,
	.inject = corrupt_inject,
	.verify = corrupt_verify,
	.heal = corrupt_heal,
	.verify_healed = corrupt_verify_healed,
	.undo_line = corrupt_undo_line,
};
