/* SPDX-License-Identifier: MIT */
/* The nodes that a fault hits, and has hit since it was last healed. */
#ifndef ORDEAL_NEMESIS_VICTIMS_H
#define ORDEAL_NEMESIS_VICTIMS_H

#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

#include <stdbool.h>
#include <stddef.h>

/* Arrays of one element a node. Part of a fault's state; in its arena. */
struct victims {
	const struct fault_setup *setup; /* a copy */
	size_t count;	  /* nodes of the cluster */
	const char *const *daemons; /* by the option "daemons"; NULL: all */
	bool *picked;	  /* by the last injection */
	bool *hit;	  /* by any since they were forgotten */
	bool *away;	  /* drawn, but out of the store just then */
	bool *down;	  /* drawn, but ended by a fault just then */
	bool *ended;	  /* by us, or so it may be: what this fault has in
			   * cluster_control's down_by */
	bool is_injected; /* and not healed since */
	bool may_end;	  /* set by a fault that may end daemons, after init */
};

void victims_init(struct victims *victims, const struct fault_setup *setup);

/* What the option "daemons" is, in tables of faults that can choose. */
#define VICTIMS_DAEMONS "which of the store's daemons (none given: all)"

/* Draws nodes as the option "targets" has it (`target` NULL: any of those) and
 * adds to `note` who they are; see pick_in_cluster. Nodes that another fault
 * has taken out of the store are passed over ("away"). */
void victims_draw(struct victims *victims, const char *target,
		  struct figure *note);

/*
 * The same for faults that need daemons which run (those of the option
 * "daemons", where it is given). Nodes where one is not there are passed over
 * ("down") if a fault that may end daemons has hit them, and is not over; else
 * that is an error: nobody is hit then.
 */
int victims_draw_running(struct victims *victims, const char *target,
			 struct figure *note, struct error *err);

/* True when the last draw left nobody to be hit: EFFECT_SKIPPED. */
bool victims_are_none(const struct victims *victims);

/* True, with "down" in `note`, if each node picked may be down by a fault: for
 * who hit them anyway, and saw no daemon. */
bool victims_may_be_down(const struct victims *victims, struct figure *note);

/*
 * The heal of faults that end daemons: starts those of the nodes hit, unless
 * no injection is in force, and waits as the option "await" has it. What a run
 * that died has left dead is started by the next run itself, once the store
 * is installed.
 */
int victims_start(struct victims *victims, struct figure *note,
		  struct error *err);

/* Are the daemons of all nodes hit there again? They are forgotten then. Those
 * that another fault may have ended since are for that one to bring back. */
enum effect victims_verify_started(struct victims *victims,
				   struct figure *note, struct error *err);

/* The heal of faults with a layer under the data (layer.h): where the layer is
 * dead, what it took down is started as well, and that is an error. */
int victims_start_on_layer(struct victims *victims, struct figure *note,
			   struct error *err);

/* Whether any of `count` is true. */
bool victims_any(const bool *nodes, size_t count);

/* Nobody is hit any more. */
void victims_forget(struct victims *victims);

#endif
