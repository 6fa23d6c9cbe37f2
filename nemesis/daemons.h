/* SPDX-License-Identifier: MIT */
/* Signals to the store's daemons, on many nodes at once. */
#ifndef ORDEAL_NEMESIS_DAEMONS_H
#define ORDEAL_NEMESIS_DAEMONS_H

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Where `which` daemons are meant, that is a list of names with NULL at the
 * end, or NULL: all that the store has.
 */

/* Sends `signal` ("KILL") to daemons on the nodes picked, in parallel. -1 when
 * the store has no daemons, or with every node's error. */
int daemons_signal(struct cluster *cluster, const bool *picked,
		   const char *const *which, const char *signal,
		   struct error *err);

/* The signals that end a daemon, NULL at the end: values of an option. */
extern const char *const daemons_ending_signals[];

/*
 * Starts all of the store on the nodes picked, in parallel, and waits up to
 * `await_ns` (0: not at all) for it to be ready there. That a store comes
 * back is not the fault's business (other faults may keep it from that), so
 * waiting in vain is noted ("not-ready") and no error. -1 when it cannot be
 * started.
 */
int daemons_start(struct cluster *cluster, const bool *picked,
		  int64_t await_ns, struct arena *arena, struct figure *note,
		  struct error *err);

/*
 * Looks whether all these daemons on the nodes picked are in `state` or, unless
 * `is_in_it`, whether none is: another fault may have them by now. Adds
 * "states" to `note`: of each node picked the state of its daemon, or of each
 * where there are several. In `arena`. PROVEN where no node is picked.
 */
enum effect daemons_verify(struct cluster *cluster, const bool *picked,
			   const char *const *which, enum daemon_state state,
			   bool is_in_it, struct arena *arena,
			   struct figure *note, struct error *err);

/* Sets absent[i] of each node picked to the first of these daemons that is not
 * there, or NULL; a store without daemons misses none. -1 when that cannot be
 * found out. */
int daemons_find_absent(struct cluster *cluster, const bool *picked,
			const char *const *which, const char **absent,
			struct error *err);

/* Lets go on (CONT) whatever daemon the harness ever started on any node,
 * also one of a run that died: the names are asked of the nodes. */
int daemons_continue_all(struct cluster *cluster, struct error *err);

/* The same for one node as a shell line, for when there is no controller. */
const char *daemons_continue_line(void);

#endif
