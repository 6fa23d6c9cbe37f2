/* SPDX-License-Identifier: MIT */
/* Which classes of cycles a dependency graph has. */
#ifndef ORDEAL_ISOLATION_CLASSIFY_H
#define ORDEAL_ISOLATION_CLASSIFY_H

#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "harness/core/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Finds, in each strongly connected component of `graph`, the classes G0,
 * G1c, G-single, G-nonadjacent and G2 that it has, with the order of a process
 * and of real time too, and adds one for each class and component, with a
 * short cycle. A class is left out where one that implies it is found in the
 * same component. Whether a class is there is decided in linear time
 * (G-single: times the number of candidate edges / 256), never by search:
 *
 * - G0, G1c, G2: an edge of the kind that the class must have, inside a
 *   component of the edges that it may have;
 * - G-nonadjacent: an rw edge inside a component of the graph with layers. A
 *   closed walk without adjacent rw edges contains a cycle without these: cut
 *   it where it meets itself; if one half begins and ends with rw, the other
 *   does neither. When G0 and G1c are excluded that cycle has an rw edge;
 *   else the class is only reported when a cycle was found;
 * - G-single: an rw edge whose target reaches its origin without rw.
 *
 * Nodes below `txn_count` are transactions. `in_cycle` (by node, zeroed by
 * the caller) is set for those in a component of their own with others.
 * False if the graph has no cycle at all.
 */
bool classify(const struct graph *graph, uint32_t txn_count,
	      struct findings *findings, uint8_t *in_cycle,
	      struct arena *arena);

#endif
