/* SPDX-License-Identifier: MIT */
/* A configuration in the making; for config*.c alone. */
#ifndef ORDEAL_ENGINE_CONFIG_PRIVATE_H
#define ORDEAL_ENGINE_CONFIG_PRIVATE_H

#include "harness/engine/config.h"

/* A part that has been chosen, and its options. */
struct chosen {
	const char *name;
	struct options *options;
};

struct making {
	struct run_config *config;
	const struct settings *settings;
	struct arena *arena;
	struct chosen *chosen;
	size_t chosen_count;
};

#define CONFIG_FAULTS_MAX 32

/* Options for a part that was chosen, to be filled from the settings. */
struct options *config_choose(struct making *making, const char *name,
			      const struct option *table);

/* Fills in the faults from --faults: names of faults, of families of them
 * ("network"), "all", "chaos" or "none". */
int config_choose_faults(struct making *making, struct error *err);

/* Looks whether all nodes exist that options of the faults name. */
int config_check_targets(const struct making *making, struct error *err);

/* Where the setting in force of that name comes from, for messages. */
const char *config_where(const struct settings *settings, const char *name);

/* Fills in nodes and node_count, or local; then threads. */
int config_choose_nodes(struct making *making, struct error *err);
int config_count_threads(struct making *making, struct error *err);

#endif
