/* SPDX-License-Identifier: MIT */
/* Short cycles that show what the existence tests have found. */
#ifndef ORDEAL_ISOLATION_WITNESS_H
#define ORDEAL_ISOLATION_WITNESS_H

#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "harness/core/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* At most so many edges are followed for one witness after the first. */
#define WITNESS_STEPS_MAX (4u * 1000 * 1000)

struct witness {
	struct step *steps; /* of `graph`'s nodes that are transactions */
	size_t count;
	bool is_simple; /* no transaction twice */
};

/*
 * The shortest cycle (counted in transactions) through one of the candidate
 * edges, whose way back has only edges of `kinds`; in the graph with layers
 * when `in_layers` (candidates are then rw edges of the plain graph).
 * `is_real` tells the nodes that are transactions; the others are left out of
 * the steps. Looks at candidates in order while WITNESS_STEPS_MAX allows it, so
 * the result does not depend on time. Steps are in the arena.
 */
void witness_find(struct witness *witness, const struct graph *graph,
		  unsigned kinds, bool in_layers,
		  const struct edge *candidates, uint32_t count,
		  const uint8_t *is_real, struct arena *arena);

#endif
