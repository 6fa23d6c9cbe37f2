/* SPDX-License-Identifier: MIT */
/*
 * Too little of the processor, or of the memory: by a control group of the
 * agent's (nemesis/agent/starve.h). Neither belongs to a family, for not every
 * machine lets us have one.
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
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/layer.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

#define CPU_PERIOD_US 100000

struct starve {
	struct victims victims;
	const char *kind; /* as the agent calls it */
	int64_t amount;
	const char *who; /* the agent's arguments: which daemons */
	struct layer_answers answers;
};

static const char undo_line[] = "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
				" starve undo";

static struct starve *open_as(const struct fault_setup *setup, const char *kind)
{
	struct starve *state = arena_alloc(setup->arena, sizeof(*state));

	victims_init(&state->victims, setup);
	layer_answers_init(&state->answers, state->victims.count, setup->arena);
	state->kind = kind;
	return state;
}

static bool is_cpu(const struct starve *state)
{
	return strcmp(state->kind, "cpu") == 0;
}

static void *cpu_open(const struct fault_setup *setup, struct error *err)
{
	struct starve *state;
	double share = options_real(setup->options, "share");

	if (share < 0.01 || share > 64) {
		error_set(err, "starve-cpu: share is 1%% to 6400%%");
		return NULL;
	}
	state = open_as(setup, "cpu");
	state->amount = (int64_t)(share * CPU_PERIOD_US);
	return state;
}

static void *memory_open(const struct fault_setup *setup, struct error *err)
{
	struct starve *state;
	uint64_t size = options_size(setup->options, "memory");

	if (size < 1 << 20 || size > UINT64_C(1) << 40) {
		error_set(err, "starve-memory: memory is 1MiB to 1TiB");
		return NULL;
	}
	state = open_as(setup, "memory");
	state->victims.may_end = true;
	state->amount = (int64_t)size;
	return state;
}

static void starve_close(void *context)
{
	struct starve *state = context;

	if (state)
		layer_answers_release(&state->answers);
}

static int begin_node(struct node *node, void *argument, struct error *err)
{
	struct starve *state = argument;

	if (agent_install(node, err))
		return -1;
	return layer_ask(&state->answers, node, err,
			 "starve begin %s %" PRId64 "%s", state->kind,
			 state->amount, state->who);
}

static int starve_inject(void *context, const char *target, struct figure *note,
			 struct error *err)
{
	struct starve *state = context;
	const struct fault_setup *setup = state->victims.setup;
	const struct cluster_control *control = cluster_control(setup->cluster);
	const char *const *names = state->victims.daemons;

	if (!control || !control->daemons || !control->daemons[0])
		return error_set(err, "starve-%s: this store has no daemons",
				 state->kind);
	if (!names)
		names = control->daemons;
	state->who = "";
	for (size_t i = 0; names[i]; i++)
		state->who = arena_printf(
			setup->arena, "%s --daemon %s", state->who,
			shell_quote(setup->arena, names[i]));
	if (victims_draw_running(&state->victims, target, note, err) < 0)
		return error_wrap(err, "starve-%s", state->kind);
	figure_add_int(note, setup->arena, state->kind, state->amount);
	if (cluster_each(setup->cluster, state->victims.picked, begin_node,
			 state, err) < 0)
		return error_wrap(err, "starve-%s", state->kind);
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	struct starve *state = argument;

	return layer_ask(&state->answers, node, err, "starve look %s",
			 state->kind);
}

/* Held back while it works; or ended, for its own daemons are gone. */
static bool is_seen(const struct starve *state, const char *reply)
{
	if (is_cpu(state))
		return layer_number(reply, "processes") > 0 &&
		       layer_number(reply, "throttled") > 0;
	return layer_number(reply, "oom-kills") > 0;
}

static enum effect starve_verify(void *context, struct figure *note,
				 struct error *err)
{
	static const char *const cpu[] = { "processes", "throttled",
					   "probe-permille", NULL };
	static const char *const memory[] = { "oom-kills", NULL };
	struct starve *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!victims->is_injected) {
		error_set(err, "starve-%s: none was injected", state->kind);
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	if (cluster_each(setup->cluster, victims->picked, look_at_node, state,
			 err) < 0)
		return EFFECT_UNKNOWN;
	layer_answers_note(&state->answers, setup->cluster, victims->picked,
			   "groups", is_cpu(state) ? cpu : memory, setup->arena,
			   note);
	for (size_t i = 0; i < victims->count; i++) {
		if (!victims->picked[i] ||
		    is_seen(state, state->answers.replies[i]))
			continue;
		error_set(err, "node %s: the store has enough (%s)",
			  node_name(cluster_node(setup->cluster, i)),
			  state->answers.replies[i]);
		return EFFECT_ABSENT;
	}
	if (is_cpu(state))
		return EFFECT_PROVEN;
	return daemons_verify(setup->cluster, victims->picked,
			      victims->daemons, DAEMON_ABSENT, true,
			      setup->arena, note, err);
}

/* Not with layer_ask: a node that nothing was done to has no agent. */
static int ask_of_kind(struct node *node, void *argument, const char *verb,
		       struct error *err)
{
	struct starve *state = argument;
	size_t i = node_index(node);

	return node_run(node, &state->answers.arenas[i],
			&state->answers.replies[i], err,
			"[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
			" starve %s %s",
			verb, state->kind);
}

static int undo_node(struct node *node, void *argument, struct error *err)
{
	return ask_of_kind(node, argument, "undo", err);
}

static int list_node(struct node *node, void *argument, struct error *err)
{
	return ask_of_kind(node, argument, "list", err);
}

static int cpu_heal(void *context, struct figure *note, struct error *err)
{
	struct starve *state = context;

	(void)note;
	if (cluster_each(state->victims.setup->cluster, NULL, undo_node, state,
			 err) < 0)
		return error_wrap(err, "starve-%s: heal", state->kind);
	state->victims.is_injected = false;
	return 0;
}

static int memory_heal(void *context, struct figure *note, struct error *err)
{
	struct starve *state = context;
	bool was_injected = state->victims.is_injected;

	if (cpu_heal(context, note, err))
		return -1;
	state->victims.is_injected = was_injected;
	return victims_start(&state->victims, note, err);
}

static enum effect starve_verify_healed(void *context, struct figure *note,
				     struct error *err)
{
	struct starve *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (cluster_each(setup->cluster, NULL, list_node, state, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		if (!*state->answers.replies[i])
			continue;
		error_set(err, "node %s: %s is there yet",
			  node_name(cluster_node(setup->cluster, i)),
			  state->answers.replies[i]);
		return EFFECT_ABSENT;
	}
	return victims_verify_started(victims, note, err);
}

static const char *starve_undo_line(void)
{
	return undo_line;
}

static const struct option cpu_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ OPTION_DAEMONS, OPTION_LIST, NULL, VICTIMS_DAEMONS, NULL },
	{ "share", OPTION_REAL, "5%",
	  "of one processor that the store's daemons on a node get together",
	  NULL },
	{ .name = NULL },
};

static const struct option memory_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ OPTION_DAEMONS, OPTION_LIST, NULL, VICTIMS_DAEMONS, NULL },
	{ "memory", OPTION_SIZE, "8MiB",
	  "what the daemons and a process of ours can take yet, which takes it",
	  NULL },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for the nodes it started", NULL },
	{ .name = NULL },
};

const struct fault fault_starve_cpu = {
	.name = "starve-cpu",
	.summary = "daemons get little processor time (control groups)",
	.options = cpu_options,
	.targets = pick_names,
	.open = cpu_open,
	.close = starve_close,
	.inject = starve_inject,
	.verify = starve_verify,
	.heal = cpu_heal,
	.verify_healed = starve_verify_healed,
	.undo_line = starve_undo_line,
};

const struct fault fault_starve_memory = {
	.name = "starve-memory",
	.summary = "daemons run out of memory and are ended (control groups)",
	.options = memory_options,
	.targets = pick_names,
	.open = memory_open,
	.close = starve_close,
	.inject = starve_inject,
	.verify = starve_verify,
	.heal = memory_heal,
	.verify_healed = starve_verify_healed,
	.undo_line = starve_undo_line,
};
