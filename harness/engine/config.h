/* SPDX-License-Identifier: MIT */
/* Configuration: what to run, from flags and from a file. */
#ifndef ORDEAL_ENGINE_CONFIG_H
#define ORDEAL_ENGINE_CONFIG_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/engine/judge.h"
#include "harness/fault.h"
#include "harness/target.h"
#include "harness/workload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One setting, wherever it comes from. A name is an option of the run, an
 * option of exactly one of the chosen parts, or PART.OPTION. The same names
 * are used as --NAME VALUE and as members of a JSON object; there a part may
 * also be an object: "target": {"name": "etcd", "read": "serializable"}, and
 * "etcd": {"read": ...} is the same as "etcd.read". Later settings win, so
 * flags win over the file.
 */
struct setting {
	const char *name;
	const char *text;
	const char *where; /* for messages: "--rate", "run.json: /rate" */
	struct setting *next;
};

struct settings {
	struct setting *first;
	struct setting *last;
	struct node_config *nodes; /* from JSON objects; NULL: from options */
	size_t node_count;
};

struct fault_config {
	const struct fault *fault;
	struct options *options;
};

struct run_config {
	struct options *options; /* of config_options */
	const struct target *target;
	struct options *target_options;
	const struct workload *workload;
	struct options *workload_options;
	struct fault_config *faults;
	size_t fault_count;
	struct panel panel; /* its judges */
	struct node_config *nodes; /* none where the target is in-process, or
				    * with --local until the cluster is up */
	size_t node_count; /* how many there are or will be */
	size_t local; /* nodes of the local cluster, 0: not local */
	size_t threads; /* workers */
	uint64_t seed;
};

/* The options of a run itself. */
extern const struct option config_options[];

void settings_add(struct settings *settings, struct arena *arena,
		  const char *name, const char *text, const char *where);

/* Adds what the file says. -1 with "FILE: /path: what is wrong". */
int settings_read_file(struct settings *settings, struct arena *arena,
		       const char *path, struct error *err);

/* The same of an object in memory; `name` stands in messages for the file. */
struct json_t;
int settings_read_json(struct settings *settings, struct arena *arena,
		       const char *name, struct json_t *root,
		       struct error *err);

/* Adds --NAME VALUE, --NAME=VALUE and --NAME (true) from `argv`; `path` is
 * set to the one argument that is not an option, or NULL. */
int settings_read_arguments(struct settings *settings, struct arena *arena,
			    int argc, char **argv, const char **path,
			    struct error *err);

/*
 * Finds the parts, gives each its settings and looks whether all fits: every
 * name known, every value good, the target able to do what the workload
 * needs. Everything is in the arena. -1 with a sentence that begins with
 * where the setting comes from.
 */
int config_make(struct run_config *config, const struct settings *settings,
		struct arena *arena, struct error *err);

/* Is each part of `text`, between +, a choice of the option (OPTION_SETS) or,
 * where it takes those, a node of the run? -1 with half a sentence. */
int config_check_set(const struct run_config *config,
		     const struct option *option, const char *text,
		     struct arena *arena, struct error *err);

/* The workload's view of the run. */
struct workload_setup config_workload_setup(const struct run_config *config,
					    struct arena *arena);

/* All that is needed to run it again, as JSON (indented, with a newline at the
 * end), without secrets; `target_version` may be NULL. In the arena. */
const char *config_json(const struct run_config *config,
			const char *target_version, struct arena *arena);

#endif
