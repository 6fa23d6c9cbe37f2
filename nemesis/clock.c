/* SPDX-License-Identifier: MIT */
/* Wrong clocks: of the store's processes, or of machines of their own. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/agent.h"
#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/clock_draw.h"
#include "nemesis/clock_line.h"
#include "nemesis/clock_look.h"
#include "nemesis/clock_scope.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

/* A daemon may just be starting, or a store have nothing to do for a while. */
#define LOOKS_MAX 25

struct clock {
	struct victims victims;
	struct clock_scope scope;
	const char *kind; /* in force, or NULL */
	const char *const *daemons;
	struct clock_draw *draws; /* [i]: of node i, and so on */
	bool *is_machine;	  /* its machine's clock is wrong */
	struct clock_look *looks;
	enum daemon_state *keepers;
	struct arena *arenas; /* for what the thread of node i asks */
	bool has_scope;
};

static void *clock_open(const struct fault_setup *setup, struct error *err)
{
	struct clock *state = arena_alloc(setup->arena, sizeof(*state));
	size_t count = cluster_count(setup->cluster);

	if (clock_draw_check(setup->options, err))
		return NULL;
	victims_init(&state->victims, setup);
	state->draws = arena_array(setup->arena, count, sizeof(*state->draws));
	state->is_machine = arena_array(setup->arena, count, sizeof(bool));
	state->looks = arena_array(setup->arena, count, sizeof(*state->looks));
	state->keepers =
		arena_array(setup->arena, count, sizeof(*state->keepers));
	state->arenas =
		arena_array(setup->arena, count, sizeof(*state->arenas));
	return state;
}

static void clock_close(void *context)
{
	struct clock *state = context;

	for (size_t i = 0; state && i < state->victims.count; i++)
		arena_release(&state->arenas[i]);
}

/* All nodes are drawn for, so that who is hit does not change what others
 * get. A machine's clock cannot stand still. */
static void draw_all(struct clock *state)
{
	const struct fault_setup *setup = state->victims.setup;
	const struct options *options = setup->options;
	bool may_be = !options_is(options, "scope", "process") &&
		      (strcmp(state->kind, "freeze") != 0 ||
		       options_is(options, "scope", "machine"));

	for (size_t i = 0; i < state->victims.count; i++) {
		state->draws[i] = clock_draw(options, state->kind, setup->rng);
		state->is_machine[i] =
			may_be && (options_is(options, "scope", "machine") ||
				   clock_scope_is_own(&state->scope, i));
	}
}

static void note_draws(const struct clock *state, struct figure *note)
{
	const struct fault_setup *setup = state->victims.setup;
	struct arena *arena = setup->arena;
	struct figure *group = figure_add_group(note, arena, "skew");

	for (size_t i = 0; i < state->victims.count; i++) {
		const struct clock_draw *draw = &state->draws[i];
		struct figure *one;

		if (!state->victims.picked[i])
			continue;
		one = figure_add_group(
			group, arena,
			node_name(cluster_node(setup->cluster, i)));
		figure_add_text(one, arena, "scope",
				state->is_machine[i] ? "machine" : "process");
		figure_add_int(one, arena, "offset-ns", draw->offset_ns);
		figure_add_int(one, arena, "rate-ppb", draw->rate_ppb);
		figure_add_int(one, arena, "period-ns", draw->period_ns);
	}
}

static int begin_node(struct node *node, void *argument, struct error *err)
{
	const struct clock *state = argument;
	const struct options *options = state->victims.setup->options;
	size_t i = node_index(node);
	struct arena arena = { 0 };
	struct daemon daemon = {
		.name = CLOCK_DAEMON,
		.log = CLOCK_LOG,
	};
	int result = -1;

	daemon.line = clock_line_keep(
		&arena, &state->draws[i], options_bool(options, "monotonic"),
		state->daemons,
		state->is_machine[i]
			? clock_scope_foreign(&state->scope, i, &arena)
			: NULL);
	if (agent_install(node, err) == 0 &&
	    node_run(node, NULL, NULL, err, "%s && : >" CLOCK_LOG,
		     clock_line_undo()) == 0)
		result = node_daemon_start(node, &daemon, err);
	arena_release(&arena);
	return result;
}

static int learn(struct clock *state, struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	const struct cluster_control *control = cluster_control(setup->cluster);

	if (!control || !control->daemons || !control->daemons[0])
		return error_set(err, "clock: this store has no daemons");
	state->daemons = control->daemons;
	if (!state->has_scope &&
	    clock_scope_learn(&state->scope, setup->cluster, setup->arena, err))
		return error_wrap(err, "clock");
	state->has_scope = true;
	return 0;
}

static int clock_inject(void *context, const char *target, struct figure *note,
			struct error *err)
{
	struct clock *state = context;
	const struct fault_setup *setup = state->victims.setup;
	const char *kind =
		pick_choice(options_list(setup->options, "kinds"), setup->rng);

	if (learn(state, err))
		return -1;
	state->kind = kind ? kind : clock_kinds[0];
	draw_all(state);
	victims_draw(&state->victims, target, note);
	figure_add_text(note, setup->arena, "kind", state->kind);
	note_draws(state, note);
	if (cluster_each(setup->cluster, state->victims.picked, begin_node,
			 state, err) < 0)
		return error_wrap(err, "clock");
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	struct clock *state = argument;
	size_t i = node_index(node);

	if (node_daemon_state(node, CLOCK_DAEMON, &state->keepers[i], err))
		return -1;
	return clock_look_at(node, state->daemons, &state->looks[i],
			     &state->arenas[i], err);
}

static void note_looks(const struct clock *state, const char *name,
		       struct figure *note)
{
	const struct fault_setup *setup = state->victims.setup;
	struct arena *arena = setup->arena;
	struct figure *group = figure_add_group(note, arena, name);

	for (size_t i = 0; i < state->victims.count; i++) {
		const struct clock_look *look = &state->looks[i];
		struct figure *one = figure_add_group(
			group, arena,
			node_name(cluster_node(setup->cluster, i)));

		figure_add_int(one, arena, "requested-ns", look->requested_ns);
		figure_add_int(one, arena, "observed-ns", look->observed_ns);
		figure_add_int(one, arena, "processes",
			       (int64_t)look->processes);
	}
}

/* Of one node, whose clock is to be wrong only if it was picked. */
static const char *doubt(struct clock *state, size_t i)
{
	const struct clock_look *look = &state->looks[i];

	if (!state->victims.picked[i])
		return look->wrong ? "its clock is wrong and should not be"
				   : NULL;
	if (state->keepers[i] != DAEMON_RUNNING &&
	    state->keepers[i] != DAEMON_PAUSED)
		return "the agent that keeps its clock wrong is not there";
	return clock_look_doubt(look, state->is_machine[i], &state->arenas[i]);
}

/* The first node with a doubt, in `err`; true if there is one. */
static bool has_doubt(struct clock *state, struct error *err)
{
	struct cluster *cluster = state->victims.setup->cluster;

	for (size_t i = 0; i < state->victims.count; i++) {
		const char *why = doubt(state, i);

		if (why) {
			error_set(err, "node %s: %s",
				  node_name(cluster_node(cluster, i)), why);
			return true;
		}
	}
	return false;
}

/* Nothing can be said of a store that does not run on any node picked. */
static bool is_seen(const struct clock *state)
{
	for (size_t i = 0; i < state->victims.count; i++) {
		if (state->victims.picked[i] && state->looks[i].wrong)
			return true;
	}
	return false;
}

static enum effect clock_verify(void *context, struct figure *note,
				struct error *err)
{
	struct clock *state = context;
	const struct fault_setup *setup = state->victims.setup;
	struct error why;
	bool is_doubted = true;

	if (!state->kind) {
		error_set(err, "clock: none was injected");
		return EFFECT_ABSENT;
	}
	memset(state->looks, 0, state->victims.count * sizeof(*state->looks));
	for (int look = 0; is_doubted && look < LOOKS_MAX; look++) {
		if (cluster_each(setup->cluster, NULL, look_at_node, state,
				 err) < 0)
			return EFFECT_UNKNOWN;
		is_doubted = has_doubt(state, &why);
	}
	note_looks(state, "clocks", note);
	if (is_doubted) {
		error_set(err, "%s", why.text);
		return EFFECT_ABSENT;
	}
	if (victims_are_none(&state->victims))
		return EFFECT_SKIPPED;
	if (is_seen(state))
		return EFFECT_PROVEN;
	if (victims_may_be_down(&state->victims, note))
		return EFFECT_SKIPPED;
	error_set(err, "clock: the store does not run on any node picked");
	return EFFECT_UNKNOWN;
}

static int heal_node(struct node *node, void *argument, struct error *err)
{
	(void)argument;
	return node_run(node, NULL, NULL, err, "%s", clock_line_undo());
}

static int clock_heal(void *context, struct figure *note, struct error *err)
{
	struct clock *state = context;
	struct cluster *cluster = state->victims.setup->cluster;
	struct error ignored;

	/* How far a drift has come; that nobody answers is no trouble now. */
	if (state->kind &&
	    cluster_each(cluster, NULL, look_at_node, state, &ignored) == 0)
		note_looks(state, "clocks-before", note);
	if (cluster_each(cluster, NULL, heal_node, NULL, err) < 0)
		return error_wrap(err, "clock: heal");
	state->kind = NULL;
	return 0;
}

static int look_for_rest(struct node *node, void *argument, struct error *err)
{
	struct clock *state = argument;
	size_t i = node_index(node);
	const char *left = "";

	state->looks[i] = (struct clock_look){ 0 };
	if (node_run(node, &state->arenas[i], &left, err, "%s",
		     clock_line_left()) ||
	    node_daemon_state(node, CLOCK_DAEMON, &state->keepers[i], err))
		return -1;
	state->looks[i].trouble = *left ? left : NULL;
	return 0;
}

/* The functions are as they were, so the clocks are those of the kernel. */
static enum effect clock_verify_healed(void *context, struct figure *note,
				       struct error *err)
{
	struct clock *state = context;
	struct cluster *cluster = state->victims.setup->cluster;

	if (cluster_each(cluster, NULL, look_for_rest, state, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < state->victims.count; i++) {
		const char *left = state->looks[i].trouble;

		if (left || state->keepers[i] != DAEMON_ABSENT) {
			error_set(err, "node %s: a clock is still wrong: %s",
				  node_name(cluster_node(cluster, i)),
				  left ? left : "the agent keeps it so");
			return EFFECT_ABSENT;
		}
	}
	note_looks(state, "clocks", note);
	victims_forget(&state->victims);
	return EFFECT_PROVEN;
}

static const char *const scopes[] = { "auto", "process", "machine", NULL };

static const struct option clock_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ "kinds", OPTION_LIST, "step,strobe,drift,freeze",
	  "what to draw from, one at a time", clock_kinds },
	{ "offset-min", OPTION_DURATION, "10ms", "least step", NULL },
	{ "offset-max", OPTION_DURATION, "4m", "largest step", NULL },
	{ "distribution", OPTION_CHOICE, "exponential",
	  "of steps: each power of two alike, or each length",
	  clock_distributions },
	{ "direction", OPTION_CHOICE, "both", "of steps and drift",
	  clock_directions },
	{ "rate", OPTION_REAL, "5%", "largest drift", NULL },
	{ "period", OPTION_DURATION, "100ms", "between two turns of a strobe",
	  NULL },
	{ "monotonic", OPTION_BOOL, "false",
	  "also the clocks that nobody sets (processes only)", NULL },
	{ "scope", OPTION_CHOICE, "auto",
	  "the machine's clock, or that of the store's processes alone; auto: "
	  "the machine's where its kernel is its own",
	  scopes },
	{ .name = NULL },
};

const struct fault fault_clock = {
	.name = "clock",
	.summary = "clocks step, flap, drift or stand still; never this "
		   "machine's",
	.family = "clock",
	.options = clock_options,
	.targets = pick_names,
	.open = clock_open,
	.close = clock_close,
	.inject = clock_inject,
	.verify = clock_verify,
	.heal = clock_heal,
	.verify_healed = clock_verify_healed,
	.undo_line = clock_line_undo,
};
