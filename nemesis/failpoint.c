/* SPDX-License-Identifier: MIT */
/*
 * Failpoints of the store, where it was built with gofail's: places in its
 * code that are told over HTTP to sleep, to return an error, to panic. They
 * are set by the agent (nemesis/agent/failpoint.h), on the node.
 */
#include <inttypes.h>
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
#include "harness/core/rng.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/layer.h"
#include "nemesis/pick.h"
#include "nemesis/victims.h"

struct failpoint {
	struct victims victims;
	const char *endpoint; /* on every node */
	const char *point;    /* of the last injection */
	const char *term;
	struct layer_answers answers;
};

static const char undo_line[] = "[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
				" failpoint undo";

static void *failpoint_open(const struct fault_setup *setup, struct error *err)
{
	struct failpoint *state = arena_alloc(setup->arena, sizeof(*state));

	(void)err;
	victims_init(&state->victims, setup);
	state->victims.may_end = true;
	layer_answers_init(&state->answers, state->victims.count, setup->arena);
	return state;
}

static void failpoint_close(void *context)
{
	struct failpoint *state = context;

	if (state)
		layer_answers_release(&state->answers);
}

static bool find_endpoint(struct failpoint *state, struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	const struct cluster_control *control = cluster_control(setup->cluster);
	const char *given = options_text(setup->options, "endpoint");

	state->endpoint = given && *given ? given :
			  control	  ? control->failpoints :
					    NULL;
	if (!state->endpoint)
		error_set(err, "failpoint: this store does not tell where it "
			       "serves failpoints: it has to be built with "
			       "gofail, and failpoint.endpoint to be given");
	return state->endpoint != NULL;
}

static int install_node(struct node *node, void *argument, struct error *err)
{
	(void)argument;
	return agent_install(node, err);
}

/* One of all that the first node hit has. */
static int draw_point(struct failpoint *state, struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	const bool *picked = state->victims.picked;
	const char *names = "";
	size_t first = 0, count = 0, drawn;

	while (!picked[first] && first + 1 < state->victims.count)
		first++;
	if (layer_ask(&state->answers, cluster_node(setup->cluster, first),
		      err, "failpoint names %s",
		      shell_quote(setup->arena, state->endpoint)) < 0)
		return -1;
	names = state->answers.replies[first];
	for (const char *at = names; *at; at += *at == '\n') {
		at += strcspn(at, "\n");
		count++;
	}
	if (!count)
		return error_set(err, "%s has no failpoints that are free",
				 state->endpoint);
	drawn = rng_below(setup->rng, count);
	while (drawn-- > 0)
		names += strcspn(names, "\n") + 1;
	state->point =
		arena_strndup(setup->arena, names, strcspn(names, "\n"));
	return 0;
}

static int set_node(struct node *node, void *argument, struct error *err)
{
	struct failpoint *state = argument;
	struct arena *arena = &state->answers.arenas[node_index(node)];

	return layer_ask(&state->answers, node, err, "failpoint set %s %s %s",
			 shell_quote(arena, state->endpoint),
			 shell_quote(arena, state->point),
			 shell_quote(arena, state->term));
}

static int failpoint_inject(void *context, const char *target,
			    struct figure *note, struct error *err)
{
	struct failpoint *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (!find_endpoint(state, err))
		return -1;
	if (victims_draw_running(victims, target, note, err) < 0)
		return error_wrap(err, "failpoint");
	state->term = pick_choice(options_list(setup->options, "terms"),
				  setup->rng);
	state->point = pick_choice(options_list(setup->options, "points"),
				   setup->rng);
	if (!state->term)
		return error_set(err, "failpoint: terms is empty");
	if (!victims_any(victims->picked, victims->count))
		return 0;
	if (cluster_each(setup->cluster, victims->picked, install_node, state,
			 err) < 0 ||
	    (!state->point && draw_point(state, err) < 0))
		return error_wrap(err, "failpoint");
	figure_add_text(note, setup->arena, "failpoint", state->point);
	figure_add_text(note, setup->arena, "term", state->term);
	if (cluster_each(setup->cluster, victims->picked, set_node, state,
			 err) < 0)
		return error_wrap(err, "failpoint");
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	struct failpoint *state = argument;

	return layer_ask(&state->answers, node, err, "failpoint look");
}

static int look(struct failpoint *state, struct figure *note, struct error *err)
{
	static const char *const words[] = { "points", "set", "gone", "hits",
					     NULL };
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (cluster_each(setup->cluster, victims->picked, look_at_node, state,
			 err) < 0)
		return -1;
	layer_answers_note(&state->answers, setup->cluster, victims->picked,
			   "failpoints", words, setup->arena, note);
	return 0;
}

/* Read back from the store; or nobody serves them any more, and the daemons
 * that did have ended, as a term may have it. */
static enum effect failpoint_verify(void *context, struct figure *note,
				    struct error *err)
{
	struct failpoint *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	bool *gone = arena_array(setup->arena, victims->count, sizeof(bool));

	if (!victims->is_injected) {
		error_set(err, "failpoint: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	if (look(state, note, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		const char *reply = state->answers.replies[i];

		if (!victims->picked[i] || layer_number(reply, "set") > 0)
			continue;
		gone[i] = layer_number(reply, "gone") > 0;
		if (gone[i])
			continue;
		error_set(err, "node %s: the failpoint is not set (%s)",
			  node_name(cluster_node(setup->cluster, i)), reply);
		return EFFECT_ABSENT;
	}
	return daemons_verify(setup->cluster, gone, NULL, DAEMON_ABSENT,
			      true, setup->arena, note, err);
}

/* Not with layer_ask: a node that nothing was done to has no agent. */
static int ask_node(struct node *node, struct failpoint *state,
		    const char *verb, struct error *err)
{
	size_t i = node_index(node);

	return node_run(node, &state->answers.arenas[i],
			&state->answers.replies[i], err,
			"[ ! -x " AGENT_PROGRAM " ] || " AGENT_PROGRAM
			" failpoint %s",
			verb);
}

static int undo_node(struct node *node, void *argument, struct error *err)
{
	return ask_node(node, argument, "undo", err);
}

static int list_node(struct node *node, void *argument, struct error *err)
{
	return ask_node(node, argument, "list", err);
}

static int failpoint_heal(void *context, struct figure *note, struct error *err)
{
	struct failpoint *state = context;
	struct error ignored;

	/* How often they were met, for who reads the history. */
	if (state->victims.is_injected)
		look(state, note, &ignored);
	if (cluster_each(state->victims.setup->cluster, NULL, undo_node, state,
			 err) < 0)
		return error_wrap(err, "failpoint: heal");
	return victims_start(&state->victims, note, err);
}

static enum effect failpoint_verify_healed(void *context, struct figure *note,
					   struct error *err)
{
	struct failpoint *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;

	if (cluster_each(setup->cluster, NULL, list_node, state, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		if (!*state->answers.replies[i])
			continue;
		error_set(err, "node %s: %s is set yet",
			  node_name(cluster_node(setup->cluster, i)),
			  state->answers.replies[i]);
		return EFFECT_ABSENT;
	}
	return victims_verify_started(victims, note, err);
}

static const char *failpoint_undo_line(void)
{
	return undo_line;
}

static const struct option failpoint_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "which nodes to draw from", pick_choices },
	{ "endpoint", OPTION_TEXT, "",
	  "ADDRESS:PORT where daemons serve failpoints, as seen on their nodes "
	  "(else as the target has it)",
	  NULL },
	{ "points", OPTION_LIST, "",
	  "failpoints to draw from, in full or by the last part of their names "
	  "(none: all that the store has)",
	  NULL },
	{ "terms", OPTION_LIST, "sleep(100)",
	  "what they do, to draw from, in gofail's words: sleep(MS), panic, "
	  "50%return(\"x\")",
	  NULL },
	{ "await", OPTION_DURATION, "5s",
	  "how long healing waits for nodes that had to be started", NULL },
	{ .name = NULL },
};

const struct fault fault_failpoint = {
	.name = "failpoint",
	.summary = "places in the store's code go wrong (gofail, over HTTP)",
	.options = failpoint_options,
	.targets = pick_names,
	.excuses_crashes = true,
	.open = failpoint_open,
	.close = failpoint_close,
	.inject = failpoint_inject,
	.verify = failpoint_verify,
	.heal = failpoint_heal,
	.verify_healed = failpoint_verify_healed,
	.undo_line = failpoint_undo_line,
};
