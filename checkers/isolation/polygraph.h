/* SPDX-License-Identifier: MIT */
/* Registers whose versions come in an order that nobody knows. */
#ifndef ORDEAL_ISOLATION_POLYGRAPH_H
#define ORDEAL_ISOLATION_POLYGRAPH_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"
#include "harness/core/budget.h"

#include <stdint.h>

/*
 * Decides serializability and snapshot isolation, with the orders of sessions
 * and of real time too, without any assumption: is there an order of each
 * key's versions that leaves no forbidden cycle (Papadimitriou 1979; for
 * snapshot isolation Huang et al., "PolySI", 2023)? A transaction that reads
 * a version and writes the key follows it at once, so that versions form
 * chains; for each two chains of a key a solver chooses which comes first. For
 * strict serializability, chains that are apart in real time are in order.
 * Adds a finding for each level that cannot be, and notes in `analysis` those
 * for which the budget ran out. Levels ruled out already are not looked at, and
 * weak levels (weak.h) are decided before the first search. Returns the levels
 * that were proven.
 */
uint64_t polygraph_decide(struct analysis *analysis, const struct graph *graph,
			  const struct budget *budget, struct arena *arena);

#endif
