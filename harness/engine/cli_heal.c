/* SPDX-License-Identifier: MIT */
/* ordeal heal: undoes everything on every node. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/control/agent.h"
#include "harness/control/local.h"
#include "harness/core/clock.h"
#include "harness/engine/cli.h"
#include "harness/engine/config.h"
#include "harness/engine/nemesis.h"
#include "harness/registry.h"
#include "harness/report/store.h"

static void print_help(void)
{
	puts("usage: ordeal heal [RUN|CONFIG.json] [--local N] [--nodes "
	     "a,b,c] [--OPTION VALUE ...]\n\n"
	     "Undoes every fault on every node: removes our firewall rules and "
	     "disk layers,\nmends spoiled files, lets paused processes go "
	     "on, ends our agents. Without "
	     "arguments it heals the nodes of the\nnewest run. What is not "
	     "ours is not touched. Healing what is whole does no harm.");
}

/* The configuration to take the nodes from: a run, a file, or the newest. */
static const char *find_config(const char *what, const char *store,
			       struct arena *arena)
{
	const char *root = store_root(store, arena);
	struct found found;
	struct error err;
	const char *path;

	if (what && strlen(what) > 5 &&
	    strcmp(what + strlen(what) - 5, ".json") == 0)
		return what;
	if (what && access(arena_printf(arena, "%s/config.json", what),
			   R_OK) == 0)
		return arena_printf(arena, "%s/config.json", what);
	if (store_find(root, what ? what : "latest", &found, arena, &err) ||
	    !found.run)
		return NULL;
	path = arena_printf(arena, "%s/config.json", found.run);
	return access(path, R_OK) == 0 ? path : NULL;
}

/* Every fault there is, whichever the run had. */
static void take_all_faults(struct run_config *config, struct arena *arena)
{
	size_t count = 0;

	while (registry_fault_at((unsigned)count))
		count++;
	config->faults =
		arena_array(arena, count + 1, sizeof(*config->faults));
	config->fault_count = count;
	for (size_t i = 0; i < count; i++) {
		static const struct option none[] = { { NULL, OPTION_NONE,
							NULL, NULL, NULL } };
		const struct fault *fault = registry_fault_at((unsigned)i);

		config->faults[i].fault = fault;
		config->faults[i].options = options_new(
			arena, fault->options ? fault->options : none);
	}
}

static bool is_given(const struct settings *settings, const char *name)
{
	for (const struct setting *s = settings->first; s; s = s->next) {
		if (strcmp(s->name, name) == 0)
			return true;
	}
	return false;
}

static int read_settings(int argc, char **argv, struct run_config *config,
			 struct arena *arena, struct error *err)
{
	struct settings flags = { 0 };
	struct settings all = { 0 };
	const char *what = NULL;
	const char *path;

	if (settings_read_arguments(&flags, arena, argc, argv, &what, err))
		return -1;
	path = !what && (is_given(&flags, "nodes") ||
			 is_given(&flags, "local")) ?
		       NULL :
		       find_config(what, NULL, arena);
	if (path) {
		if (settings_read_file(&all, arena, path, err))
			return -1;
	} else if (what) {
		return error_set(err, "'%s' is neither a run nor a "
				      "configuration", what);
	} else if (!is_given(&flags, "nodes") && !is_given(&flags, "local")) {
		return error_set(err, "no run to take the nodes from; say "
				      "--local N or --nodes a,b,c");
	} else {
		settings_add(&all, arena, "target", "etcd", "the default");
	}
	if (all.last)
		all.last->next = flags.first;
	else
		all.first = flags.first;
	return config_make(config, &all, arena, err);
}

static int heal_nodes(struct run_config *config, struct error *err)
{
	struct cluster_control control = {
		.daemons = config->target->daemons,
	};
	struct cluster *cluster =
		cluster_open(config->nodes, config->node_count,
			     clock_now_ns() + 30 * NS_PER_S, err);
	struct nemesis *nemesis;
	struct error agents;
	int stopped;
	int result;

	if (!cluster)
		return -1;
	cluster_set_control(cluster, &control);
	stopped = agent_stop_all(cluster, &agents);
	nemesis = nemesis_open(config, cluster, NULL, NULL, err);
	result = nemesis ? nemesis_heal_all(nemesis, err) : -1;
	if (stopped && !result)
		result = error_set(err, "%s", agents.text);
	nemesis_close(nemesis);
	cluster_close(cluster);
	return result;
}

static int heal(struct run_config *config, struct arena *arena,
		struct error *err)
{
	const char *name = options_text(config->options, "cluster");

	assert(config->target);
	if (config->target->is_in_process) {
		puts("nothing to heal: the target has no nodes");
		return 0;
	}
	if (config->local && local_nodes(name, arena, &config->nodes,
					 &config->node_count, err))
		return -1;
	if (config->local && !config->node_count) {
		printf("nothing to heal: the local cluster '%s' is not up\n",
		       name);
		return 0;
	}
	take_all_faults(config, arena);
	if (heal_nodes(config, err))
		return -1;
	printf("healed %zu nodes\n", config->node_count);
	return 0;
}

int cli_heal(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct run_config config = { 0 };
	struct error err = { "" };
	int code = EXIT_VALID;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		print_help();
		return EXIT_VALID;
	}
	if (read_settings(argc, argv, &config, &arena, &err))
		code = EXIT_USAGE;
	else if (heal(&config, &arena, &err))
		code = EXIT_TROUBLE;
	if (code)
		fprintf(stderr, "ordeal heal: %s\n", err.text);
	arena_release(&arena);
	return code;
}
