/* SPDX-License-Identifier: MIT */
/* A guess at the order in which a store carried out its transactions. */
#ifndef ORDEAL_ISOLATION_SCHEDULE_H
#define ORDEAL_ISOLATION_SCHEDULE_H

#include "checkers/isolation/chains.h"
#include "checkers/isolation/digraph.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Carries out the transactions one by one, in the order of their invocation
 * where nothing is against it, as a store would that keeps the promise: one
 * may write a key when all who read its present version have done so. With
 * `in_layers` each has two moments, its snapshot (node 2v) and its commit
 * (2v + 1), and of two that write the same key one commits before the other
 * takes its snapshot: that is snapshot isolation. `graph` has the edges that
 * are known; the nodes behind those of `view`'s operations only pass on order.
 * Where no transaction can go on, the earliest does so nevertheless.
 *
 * Fills `rank` (by node), a topological order of `graph`; false when that has
 * a cycle. What follows for the versions, the caller must check. Takes time
 * O(n log n) where the guess is right.
 */
bool schedule_guess(const struct view *view, const struct registers *registers,
		    const struct chains *chains, const struct digraph *graph,
		    bool in_layers, uint32_t *rank);

#endif
