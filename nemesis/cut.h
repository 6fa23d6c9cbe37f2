/* SPDX-License-Identifier: MIT */
/* What a partition cuts: links between nodes, or those of clients. */
#ifndef ORDEAL_NEMESIS_CUT_H
#define ORDEAL_NEMESIS_CUT_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"

#include "nemesis/grudge.h"

#include <stdbool.h>
#include <stddef.h>

struct cut {
	struct grudge grudge; /* of nodes against nodes */
	bool *clients;	      /* [i]: node i refuses clients */
};

/* Values of the option "targets": the shapes of grudge.h, "clients", "all" and
 * names of nodes (OPTION_NODES). */
extern const char *const cut_choices[];

/* Nothing is cut. In `arena`. */
struct cut cut_empty(struct arena *arena, size_t count);
bool cut_is_empty(const struct cut *cut);

/* Does any node refuse clients? */
bool cut_has_clients(const struct cut *cut);

/* Must it be known who is primary, to draw that target? */
bool cut_wants_primary(const char *target, struct arena *arena);

/* Nodes by their names, and what is to be known of them. */
struct cut_nodes {
	const char *const *names;
	const bool *is_primary; /* as in grudge_draw */
	size_t count;
};

/*
 * Draws what `target` says: one of `cut_choices`, or several joined by +. All
 * who are named, or drawn by a shape, are in one camp against the rest; with
 * "clients" among them they refuse clients instead, and nobody else. A ring
 * and a bridge, which have no camps, stand alone. -1 with a sentence where
 * there is no such node or shape, or nothing would be cut.
 */
int cut_draw(struct cut *cut, const char *target, bool is_one_way,
	     const struct cut_nodes *nodes, struct rng *rng,
	     struct arena *arena, struct error *err);

#endif
