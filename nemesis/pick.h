/* SPDX-License-Identifier: MIT */
/* Which nodes a fault hits. */
#ifndef ORDEAL_NEMESIS_PICK_H
#define ORDEAL_NEMESIS_PICK_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/figure.h"
#include "harness/core/rng.h"

#include <stdbool.h>
#include <stddef.h>

enum pick {
	PICK_NONE,
	PICK_ONE,	     /* one node */
	PICK_MINORITY,	     /* 1 to less than half of them, evenly drawn */
	PICK_MINORITY_THIRD, /* less than a third, at least one */
	PICK_MAJORITY,	     /* just more than half of them */
	PICK_PRIMARIES,	     /* who is primary now; one node if none is known */
	PICK_ALL,
	PICK_RANDOM, /* each subset but the empty one is as likely */
	PICK_FOLLOWERS, /* who is not primary; all but one if none is known */
};

/* The names of all, NULL at the end. */
extern const char *const pick_names[];

/* The same and OPTION_NODES: values of an option "targets" of OPTION_SETS,
 * which names nodes as well. */
extern const char *const pick_choices[];

/* PICK_NONE if there is none of that name. */
enum pick pick_from_name(const char *name);

/*
 * Draws: sets picked[i] for each node hit and clears the others; `count` > 0.
 * Nodes that are to be picked from at random are all equally likely.
 * `is_primary` is used by PICK_PRIMARIES and PICK_FOLLOWERS alone and may be
 * NULL there.
 */
void pick_nodes(enum pick pick, struct rng *rng, const bool *is_primary,
		size_t count, bool *picked);

/*
 * The same for a cluster, whose control says who is primary (asked only if it
 * matters). `target` is one of `pick_choices`, or several joined by +: all of
 * these together; NULL: one of `choices` (NULL at the end) is drawn. Adds
 * "target" and "nodes" to `note`, and "primary" (null: not known) where it was
 * asked for. Names are good, as the configuration sees to; where nobody was
 * picked, one node is.
 */
void pick_in_cluster(struct cluster *cluster, const char *target,
		     const char *const *choices, struct rng *rng,
		     struct arena *arena, struct figure *note, bool *picked);

/* Who is primary; false if nobody is, or nobody can tell. */
bool pick_ask_primaries(struct cluster *cluster, bool *is_primary);

/* One of `choices`; NULL if it is empty. */
const char *pick_choice(const char *const *choices, struct rng *rng);

/* Adds the list `name` of the nodes with picked[i]. */
void pick_note(struct cluster *cluster, const bool *picked, const char *name,
	       struct arena *arena, struct figure *note);

#endif
