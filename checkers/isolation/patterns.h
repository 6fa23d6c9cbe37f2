/* SPDX-License-Identifier: MIT */
/* Anomalies that are cycles of a certain form, or break what a session may
 * expect. All of them need a cycle: they are looked for only where one is. */
#ifndef ORDEAL_ISOLATION_PATTERNS_H
#define ORDEAL_ISOLATION_PATTERNS_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

#include <stdint.h>

/*
 * Fractured reads (Bailis et al. 2014): a transaction reads x from another and
 * an older y than the other wrote; a read skew when y was read first (Berenson
 * et al. 1995, A5A), G-monotonic when it was read last. `in_cycle` tells the
 * transactions to look at.
 */
void patterns_fractured(const struct view *view, const struct lists *lists,
			const uint8_t *in_cycle, struct findings *findings);

/* Write skew (Berenson et al., A5B): two transactions each of which read what
 * the other changed, on two keys. */
void patterns_write_skew(struct analysis *analysis, const struct graph *graph,
			 const uint8_t *in_cycle, struct arena *arena);

/* Long forks among the cycles found: two readers that saw two writes in
 * opposite orders. */
void patterns_long_fork(struct findings *findings);

/* Session guarantees (Terry et al. 1994), for each key. */
void patterns_sessions(const struct view *view, const struct lists *lists,
		       struct findings *findings);

/*
 * Causal consistency: a read that misses a write which happened before it, by
 * the orders of processes and of who read from whom. Vector clocks over the
 * nodes in cycles, 64 processes at a time. Nothing is reported when those
 * orders are cyclic themselves (G1c-process).
 */
void patterns_causality(const struct view *view, const struct lists *lists,
			const struct graph *graph, const uint8_t *in_cycle,
			struct findings *findings);

/* Writes follow reads, across keys, among the causality violations found: the
 * reader saw a write of a process that had read, before, what it missed. */
void patterns_follow_reads(const struct view *view, const struct lists *lists,
			   struct findings *findings);

#endif
