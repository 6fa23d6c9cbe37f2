/* SPDX-License-Identifier: MIT */
/* Weak levels of registers, whose version orders nobody knows. */
#ifndef ORDEAL_ISOLATION_WEAK_H
#define ORDEAL_ISOLATION_WEAK_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

/*
 * Decides monotonic atomic view (which Biswas and Enea call read committed),
 * read atomic and causal consistency after their axioms (Biswas and Enea, "On
 * the Complexity of Checking Transactional Consistency", OOPSLA 2019) in the
 * way of AWDIT (Moldrup and Pavlogiannis, PLDI 2025): from what a transaction
 * read follows that some writers came before others; the level holds if that,
 * with who read from whom (and the order of sessions), has no cycle.
 * O(n^1.5) for the first two, O(n k) with k sessions for the third. Adds a
 * finding for each level that does not hold.
 */
void weak_decide(struct analysis *analysis, const struct graph *graph,
		 struct arena *arena);

/*
 * The levels that stand with the one that is asked for, as a set: for a
 * history of registers alone, whose values tell who wrote them, and a level
 * that one of these axioms decides. 0 where that is not proven so; then
 * weak_decide finds out why. Adds to `edge_count` of the analysis, and looks
 * at no finding: those of single transactions may still forbid the level.
 */
uint64_t weak_prove(struct analysis *analysis);

#endif
