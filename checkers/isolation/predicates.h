/* SPDX-License-Identifier: MIT */
/* Cycles that need an anti-dependency by predicate. */
#ifndef ORDEAL_ISOLATION_PREDICATES_H
#define ORDEAL_ISOLATION_PREDICATES_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

/*
 * `graph` has the edges of predicates, too. What it has that was not found
 * without these, or does not follow from that, is a cycle through a predicate:
 * G-single, G-nonadjacent, G2 instead of the names for items. Levels weaker
 * than those that forbid these are left undecided, unless a stronger one
 * stands: of sets, single reads and session guarantees are not looked at.
 */
void predicates_name(struct analysis *analysis, const struct graph *graph,
		     struct arena *arena);

#endif
