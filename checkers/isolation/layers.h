/* SPDX-License-Identifier: MIT */
/* Cycles by how many anti-dependencies (rw) they have, and how these stand. */
#ifndef ORDEAL_ISOLATION_LAYERS_H
#define ORDEAL_ISOLATION_LAYERS_H

#include "checkers/isolation/graph.h"

#include <stdint.h>

/*
 * The graph with two copies of each node, (v, 0) = 2v reached by another edge
 * and (v, 1) = 2v + 1 reached by an rw edge, which no second rw edge leaves:
 * its closed walks are those of `graph` without two adjacent rw edges. Only
 * edges of `kinds`, EDGE_RW and EDGE_SAME are in it.
 */
void layers_build(struct graph *layers, const struct graph *graph,
		  unsigned kinds);

/*
 * Which of the rw edges close a cycle that has no other rw edge: hit[i] is set
 * for candidate edge i, from node[i] to edge_node(target[i]), when the way
 * back uses only edges of `kinds`. Exact; stops at the first batch of 256
 * candidates that has a hit. Returns the number of hits.
 */
uint32_t layers_find_single(const struct graph *graph, unsigned kinds,
			    const struct edge *candidates, uint32_t count,
			    uint8_t *hit);

#endif
