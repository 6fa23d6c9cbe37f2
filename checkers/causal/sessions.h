/* SPDX-License-Identifier: MIT */
/*
 * The session guarantees (D. Terry et al.: Session guarantees for weakly
 * consistent replicated data. PDIS 1994), for registers whose values are
 * distinct, each by itself. "Before" is within a session. What precisely is
 * judged, for a session p and a key x:
 *
 * - read-your-writes: there is an order of the writes of x, in which those of
 *   each session stand as it made them, a write of p after what p had read of
 *   x before it, and what p reads not before what p had written before; and p
 *   does not read the initial value after having written.
 * - monotonic-reads: there is an order of the writes of x, in which those of
 *   each session stand as it made them and what p reads of x stands as p read
 *   it; and p does not read the initial value after another.
 * - monotonic-writes: where a session wrote a before b (of any keys) and p has
 *   read b, p does not then read, of the key of a, the initial value, nor what
 *   that session wrote before a; nor a itself if b is of that key as well.
 * - writes-follow-reads: where a session read a before it wrote b and p has
 *   read b, p does not then read, of the key of a, the initial value, nor what
 *   the writer of a wrote before a; nor a itself if b is of that key as well.
 *   A cas reads before it writes.
 *
 * PRAM implies the first three; causal consistency (CC) the last two and read
 * your writes. Each costs O(operations * sessions) at most.
 */
#ifndef ORDEAL_CAUSAL_SESSIONS_H
#define ORDEAL_CAUSAL_SESSIONS_H

#include "checkers/causal/patterns.h"

void judge_read_your_writes(struct causal *causal);
void judge_monotonic_reads(struct causal *causal);
void judge_monotonic_writes(struct causal *causal);
void judge_writes_follow_reads(struct causal *causal);

/* The same for many sessions. */
void judge_writes_follow_reads_sparse(struct causal *causal);

#endif
