/* SPDX-License-Identifier: MIT */
/* A fault: one way to hurt a cluster, and its cure. */
#ifndef ORDEAL_FAULT_H
#define ORDEAL_FAULT_H

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#include <stdbool.h>

/* Whether a fault is in force on the nodes. Zero is cautious. */
enum effect {
	EFFECT_UNKNOWN, /* could not be found out */
	EFFECT_PROVEN, /* as intended: seen, not assumed */
	EFFECT_ABSENT, /* it did not take */
	EFFECT_SKIPPED, /* of an injection: nobody was left to hit, for other
			 * faults have all whom it drew */
};

/* The links between the made-up nodes of a store in this process; see
 * cut_links and see_links in target.h. */
struct fault_links {
	void *store;
	const char *const *names; /* of nodes */
	size_t count;
	int (*cut)(void *store, const bool *refuses, struct error *err);
	void (*see)(void *store, bool *refuses);
};

/* What is needed to act; one thread (the nemesis) uses it. */
struct fault_setup {
	struct cluster *cluster; /* NULL where there are links instead */
	const struct fault_links *links; /* NULL, but for a fault that cuts
					  * them, and lives as long as it */
	const struct options *options; /* of the fault's own table */
	struct rng *rng; /* the stream of this fault */
	const unsigned *in_force; /* how many faults are in force, or may be;
				   * with this one while it is injected.
				   * NULL: nobody counts them */
	struct arena *arena; /* lives as long as the run */
};

struct fault {
	const char *name;
	const char *summary;
	const char *family; /* "network", "process", "clock", "disk",
			     * "membership": --faults takes that for all of
			     * it; NULL: by its name alone, not part of
			     * "all", as what no store promises to survive,
			     * or what not every node or build has */
	const struct option *options; /* NULL: none */
	const char *const *targets; /* values of its option "targets", which
				     * the schedule draws from; may be NULL */
	bool cuts_links; /* it can do without a cluster */
	bool excuses_crashes; /* a store that ends by it does right: what its
			       * logs tell of crashes convicts nobody */

	/* The fault's state for this run, or NULL with a sentence. */
	void *(*open)(const struct fault_setup *setup, struct error *err);
	void (*close)(void *state);

	/*
	 * What has to be there while the store runs, on all nodes: put there
	 * before it starts, taken away once it has ended. Each any number of
	 * times; NULL: there is nothing of the kind.
	 */
	int (*prepare)(void *state, struct error *err);
	int (*dismantle)(void *state, struct error *err);

	/*
	 * Draws what to do from the stream (`target` is one of `targets`, or
	 * NULL for any), does it and adds to `note` (a group) what was done:
	 * "nodes" (a list) or "grudge" (a group: who refuses packets from
	 * whom), ... On error what was done in part is left to `heal`.
	 */
	int (*inject)(void *state, const char *target, struct figure *note,
		      struct error *err);

	/* Did it take effect? Looks at the nodes; adds what it saw to `note`.
	 * SKIPPED where `inject` had nobody to hit. */
	enum effect (*verify)(void *state, struct figure *note,
			      struct error *err);

	/* Undoes it, and whatever a run that died left of this kind; any
	 * number of times, whether injected or not. */
	int (*heal)(void *state, struct figure *note, struct error *err);

	bool changes_members; /* of targets that can, and of no others */

	/* Set where healing needs a store that works: when all is healed, it
	 * is healed after the faults without this. */
	bool heals_last;

	/* Is all of it gone? EFFECT_PROVEN when it is. */
	enum effect (*verify_healed)(void *state, struct figure *note,
				     struct error *err);

	/*
	 * A shell line that undoes on one node whatever this fault may have
	 * done to it, and nothing else; no harm where there is nothing. The
	 * node's agent runs it when the controller has died. NULL: there is
	 * none (nothing stays behind, or the next run sees to it).
	 */
	const char *(*undo_line)(void);
};

#endif
