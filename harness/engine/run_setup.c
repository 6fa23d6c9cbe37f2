/* SPDX-License-Identifier: MIT */
/* Before and after: nodes, the store on them, leftovers. */
#include <unistd.h>

#include "harness/control/local.h"
#include "harness/core/clock.h"
#include "harness/engine/run_private.h"

#define LEASE_MAX_NS (3600 * NS_PER_S)

int64_t run_deadline(const struct run *run, const char *option)
{
	return clock_now_ns() +
	       options_duration_ns(run->config->options, option);
}

/* The local cluster: one that is there is used and left there. */
static int bring_up(struct run *run, struct error *err)
{
	struct run_config *config = run->config;
	const char *name = options_text(config->options, "cluster");
	struct node_config *before = NULL;
	size_t count = 0;

	run->claim = local_claim(name, err);
	if (run->claim < 0 ||
	    local_nodes(name, run->arena, &before, &count, err))
		return -1;
	if (count != config->local)
		console_say(run->console, "bringing up %zu nodes",
			    config->local);
	if (local_up(name, config->local, err))
		return error_wrap(err, "local cluster '%s'", name);
	run->made_cluster = count != config->local;
	if (local_nodes(name, run->arena, &config->nodes, &config->node_count,
			err))
		return error_wrap(err, "local cluster '%s'", name);
	if (config->node_count != config->local)
		return error_set(err, "local cluster '%s': %zu nodes instead "
				      "of %zu", name, config->node_count,
				 config->local);
	for (size_t i = 0; i < config->node_count; i++)
		config->nodes[i].step_timeout_ns =
			options_duration_ns(config->options, "step-timeout");
	return 0;
}

/* Faults that a run which died left behind; its agents first, lest they undo
 * in the middle of ours. */
static int heal_leftovers(struct run *run, struct error *err)
{
	struct nemesis *nemesis;
	int result;

	if (agent_stop_all(run->cluster, err))
		return error_wrap(err, "heal leftovers");
	nemesis = nemesis_open(run->config, run->cluster, NULL, NULL, err);
	if (!nemesis)
		return -1;
	result = nemesis_heal_all(nemesis, err);
	nemesis_close(nemesis);
	return result ? error_wrap(err, "heal leftovers") : 0;
}

static int step_prepare(struct node *node, void *argument, struct error *err)
{
	struct run *run = argument;
	const struct target *target = run->config->target;
	void *state = run->target;

	if (target->install(state, node, err))
		return error_wrap(err, "install %s", target->name);
	if (target->stop(state, node, err))
		return error_wrap(err, "stop %s", target->name);
	if (target->wipe(state, node, err))
		return error_wrap(err, "wipe %s", target->name);
	return 0;
}

static int step_start(struct node *node, void *argument, struct error *err)
{
	struct run *run = argument;

	return run->config->target->start(run->target, node, err);
}

struct await {
	struct run *run;
	int64_t deadline_ns;
};

static int step_await(struct node *node, void *argument, struct error *err)
{
	struct await *await = argument;
	struct run *run = await->run;

	return run->config->target->await_ready(run->target, node,
						await->deadline_ns, err);
}

int run_await_ready(struct run *run, struct error *err)
{
	struct await await = { .run = run };

	if (!run->cluster)
		return 0;
	await.deadline_ns = run_deadline(run, "ready-timeout");
	return cluster_each(run->cluster, NULL, step_await, &await, err);
}

static int reach_nodes(struct run *run, struct error *err)
{
	struct run_config *config = run->config;

	if (config->local && bring_up(run, err))
		return -1;
	console_say(run->console, "connecting to %zu nodes",
		    config->node_count);
	run->cluster = cluster_open(config->nodes, config->node_count,
				    clock_now_ns() + 30 * NS_PER_S, err);
	return run->cluster ? 0 : -1;
}

/* What faults need under the store, before it starts; the run's own nemesis,
 * which writes down what it does, comes later. */
static int prepare_faults(struct run *run, struct error *err)
{
	struct nemesis *nemesis =
		nemesis_open(run->config, run->cluster, NULL, NULL, err);
	int result = nemesis ? nemesis_prepare(nemesis, err) : -1;

	nemesis_close(nemesis);
	return result;
}

static int start_store(struct run *run, struct error *err)
{
	const struct target *target = run->config->target;

	console_say(run->console, "installing and starting %s", target->name);
	if (cluster_each(run->cluster, NULL, step_prepare, run, err))
		return -1;
	run_set_control(run);
	if (run_start_watch(run, err) || prepare_faults(run, err))
		return -1;
	if (cluster_each(run->cluster, NULL, step_start, run, err))
		return error_wrap(err, "start %s", target->name);
	if (run_await_ready(run, err))
		return error_wrap(err, "await %s", target->name);
	return 0;
}

/* Names for clients; made up where there are no nodes. */
static void name_nodes(struct run *run)
{
	size_t count = run->config->node_count;

	run->node_names =
		arena_array(run->arena, count + 1, sizeof(*run->node_names));
	run->node_addresses = arena_array(run->arena, count + 1,
					  sizeof(*run->node_addresses));
	for (size_t i = 0; i < count; i++) {
		struct node *node = run->cluster ?
					    cluster_node(run->cluster, i) :
					    NULL;

		run->node_names[i] =
			node ? node_name(node) :
			       arena_printf(run->arena, "n%zu", i + 1);
		run->node_addresses[i] =
			node ? node_address(node) : run->node_names[i];
	}
}

int run_set_up(struct run *run, struct error *err)
{
	struct run_config *config = run->config;
	struct target_setup setup = {
		.options = config->target_options,
		.seed = config->seed,
		.threads = config->threads,
		.nodes = config->node_count,
		.arena = run->arena,
	};

	if (!config->target->is_in_process &&
	    (reach_nodes(run, err) || heal_leftovers(run, err)))
		return -1;
	name_nodes(run);
	setup.node_names = run->node_names;
	setup.node_addresses = run->node_addresses;
	run->target = config->target->open(&setup, err);
	if (!run->target)
		return error_wrap(err, "target %s", config->target->name);
	if (run->cluster && start_store(run, err))
		return -1;
	if (config->target->version)
		run->version =
			config->target->version(run->target, run->arena);
	return 0;
}

int run_start_watch(struct run *run, struct error *err)
{
	const struct run_config *config = run->config;
	int64_t lease_ns = options_duration_ns(config->options, "lease");
	struct agent_undo *undo =
		arena_array(run->arena, config->fault_count + 1, sizeof(*undo));
	size_t count = 0;

	if (!run->cluster || !config->fault_count || lease_ns == 0)
		return 0;
	if (lease_ns < NS_PER_S || lease_ns > LEASE_MAX_NS)
		return error_set(err, "a lease is 1s to 1h, or 0 for none");
	for (size_t i = 0; i < config->fault_count; i++) {
		const struct fault *fault = config->faults[i].fault;

		if (fault->undo_line)
			undo[count++] = (struct agent_undo){
				.key = fault->name, .line = fault->undo_line()
			};
	}
	run->watch = agent_watch_start(config->nodes, config->node_count,
				       lease_ns, undo, count, err);
	if (!run->watch)
		return error_wrap(err, "agents (--lease 0 does without)");
	return 0;
}

static int step_stop(struct node *node, void *argument, struct error *err)
{
	struct run *run = argument;

	return run->config->target->stop(run->target, node, err);
}

void run_tear_down(struct run *run)
{
	const struct options *options = run->config->options;
	struct error err;
	bool is_lost;

	if (run->cluster && run->target &&
	    !options_bool(options, "leave-running") &&
	    cluster_each(run->cluster, NULL, step_stop, run, &err))
		console_say(run->console, "could not stop %s: %s",
			    run->config->target->name, err.text);
	if (agent_watch_stop(run->watch, &err))
		console_say(run->console, "%s", err.text);
	run->watch = NULL;
	if (run->nemesis && nemesis_dismantle(run->nemesis, &err))
		console_say(run->console, "%s", err.text);
	is_lost = nemesis_is_lost(run->nemesis);
	nemesis_close(run->nemesis);
	run->nemesis = NULL;
	if (run->target && !run->was_abandoned)
		run->config->target->close(run->target);
	run->target = NULL;
	if (!is_lost)
		cluster_close(run->cluster);
	run->cluster = NULL;
	if (run->made_cluster && !options_bool(options, "keep") &&
	    !options_bool(options, "leave-running") &&
	    local_down(options_text(options, "cluster"), &err))
		console_say(run->console, "could not take the nodes down: %s",
			    err.text);
	if (run->claim >= 0)
		close(run->claim);
}
