/* SPDX-License-Identifier: MIT */
/* Levels between read committed and serializable that have no class of cycles
 * of their own; for lists. */
#ifndef ORDEAL_ISOLATION_BETWEEN_H
#define ORDEAL_ISOLATION_BETWEEN_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

/*
 * Where the order of versions is known each of these is a question about the
 * dependencies of transactions in cycles, and decided exactly:
 *
 * - monotonic view (Adya 1999, PL-2L): no read misses what something depends
 *   on that its transaction has touched before, or with that very read;
 * - monotonic snapshot reads (PL-MSR): the accesses of a transaction are to
 *   prefixes of one order of commits, each at least as long as the one before;
 * - update atomic (Cerone, Bernardi, Gotsman, CONCUR 2015): nobody misses a
 *   change by one whom it read from, or whose write of a key it overwrote;
 * - causal consistency without sessions (the same): nobody misses a change
 *   from which by reads alone follows what it read;
 * - prefix consistency (the same; as a graph in Cerone, Gotsman, Yang,
 *   CONCUR 2017): no cycle in which each rw comes right after a wr;
 * - update serializable (PL-3U): the transactions that write are serializable,
 *   also together with any one that only reads.
 *
 * Rules out each that does not hold, with a finding where the level that was
 * asked for would stand without it. Linear, but for update atomic.
 * With registers, sets, or appends in cycles whose order is open they are left
 * undecided.
 */
void between_decide(struct analysis *analysis, const struct graph *graph,
		    const uint8_t *in_cycle, struct arena *arena);

/* The levels, as a set. */
uint64_t between_levels(void);

#endif
