/* SPDX-License-Identifier: MIT */
/* Whose clock may be moved: a machine's, or only that of processes. */
#ifndef ORDEAL_NEMESIS_CLOCK_SCOPE_H
#define ORDEAL_NEMESIS_CLOCK_SCOPE_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A kernel has one clock that can be set, and a boot id that tells it from
 * others. A node has a clock of its own where its kernel is neither the
 * controller's nor another node's.
 */
struct clock_scope {
	const char **boot_ids; /* of each node, then the controller's */
	size_t count;	       /* of nodes */
};

/* Asks all nodes and looks here; in `arena`. Ids that cannot be read are "".
 */
int clock_scope_learn(struct clock_scope *scope, struct cluster *cluster,
		      struct arena *arena, struct error *err);

bool clock_scope_is_own(const struct clock_scope *scope, size_t node);

/* The boot ids of all others, NULL at the end: the agent compares as well. */
const char *const *clock_scope_foreign(const struct clock_scope *scope,
				       size_t node, struct arena *arena);

#endif
