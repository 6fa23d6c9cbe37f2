/* SPDX-License-Identifier: MIT */
/* The anomalies of transactions: their standard names, and which of them
 * another one implies. */
#ifndef ORDEAL_ISOLATION_ANOMALY_H
#define ORDEAL_ISOLATION_ANOMALY_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Names after Adya ("Weak Consistency", 1999), Elle (Kingsbury and Alvaro,
 * VLDB 2020) and Bailis et al. (fractured reads, VLDB 2014). `_P` needs the
 * order of each process, `_R` that of real time. Those before A_ABSTRACT are
 * reported; those behind it only stand for whole groups.
 */
#define ANOMALIES(X)                                                       \
	X(GARBAGE_READ, "garbage-read")                                    \
	X(DUPLICATE_ELEMENTS, "duplicate-elements")                        \
	X(INCOMPATIBLE_ORDER, "incompatible-order")                        \
	X(CYCLIC_VERSIONS, "cyclic-versions")                              \
	X(G1A, "G1a")                                                      \
	X(G1B, "G1b")                                                      \
	X(DIRTY_UPDATE, "dirty-update")                                    \
	X(INTERNAL, "internal")                                            \
	X(FUTURE_READ, "future-read")                                      \
	X(NON_REPEATABLE_READ, "non-repeatable-read")                      \
	X(G0, "G0")                                                        \
	X(G1C, "G1c")                                                      \
	X(LOST_UPDATE, "lost-update")                                      \
	X(G_CURSOR, "G-cursor")                                            \
	X(FRACTURED_READ, "fractured-read")                                \
	X(READ_SKEW, "read-skew")                                          \
	X(G_MONOTONIC, "G-monotonic")                                      \
	X(G_SINGLE_ITEM, "G-single-item")                                  \
	X(LONG_FORK, "long-fork")                                          \
	X(G_NONADJACENT_ITEM, "G-nonadjacent-item")                        \
	X(WRITE_SKEW, "write-skew")                                        \
	X(G2_ITEM, "G2-item")                                              \
	X(MONOTONIC_READS, "non-monotonic-reads")                          \
	X(MONOTONIC_WRITES, "non-monotonic-writes")                        \
	X(READ_YOUR_WRITES, "not-read-your-writes")                        \
	X(WRITES_FOLLOW_READS, "writes-do-not-follow-reads")               \
	X(G0_P, "G0-process")                                              \
	X(G1C_P, "G1c-process")                                            \
	X(CAUSALITY, "causality-violation")                                \
	X(G_SINGLE_ITEM_P, "G-single-item-process")                        \
	X(G_NONADJACENT_ITEM_P, "G-nonadjacent-item-process")              \
	X(G2_ITEM_P, "G2-item-process")                                    \
	X(G0_R, "G0-realtime")                                             \
	X(G1C_R, "G1c-realtime")                                           \
	X(G_SINGLE_ITEM_R, "G-single-item-realtime")                       \
	X(G_NONADJACENT_ITEM_R, "G-nonadjacent-item-realtime")             \
	X(G2_ITEM_R, "G2-item-realtime")                                   \
	X(MAV_CYCLE, "monotonic-atomic-view-cycle-exists")                 \
	X(SESSION_MAV_CYCLE,                                               \
	  "strong-session-monotonic-atomic-view-cycle-exists")             \
	X(RA_CYCLE, "read-atomic-cycle-exists")                            \
	X(SESSION_RA_CYCLE, "strong-session-read-atomic-cycle-exists")     \
	X(CAUSAL_CYCLE, "causal-cycle-exists")                             \
	X(MV_CYCLE, "PL-2L-cycle-exists")                                  \
	X(MSR_CYCLE, "PL-MSR-cycle-exists")                                \
	X(UA_CYCLE, "update-atomic-cycle-exists")                          \
	X(CERONE_CYCLE, "causal-cerone-cycle-exists")                      \
	X(PREFIX_CYCLE, "prefix-cycle-exists")                             \
	X(G_UPDATE, "G-update")                                            \
	X(CS_CYCLE, "PL-CS-cycle-exists")                                  \
	X(SI_CYCLE, "PL-SI-cycle-exists")                                  \
	X(SESSION_SI_CYCLE,                                                \
	  "strong-session-snapshot-isolation-cycle-exists")                \
	X(STRONG_SI_CYCLE, "strong-snapshot-isolation-cycle-exists")       \
	X(PL3_CYCLE, "PL-3-cycle-exists")                                  \
	X(SESSION_SER_CYCLE, "strong-session-serializable-cycle-exists")   \
	X(PL_SS_CYCLE, "PL-SS-cycle-exists")                               \
	X(ABSTRACT, "")                                                    \
	X(G1, "G1")                                                        \
	X(G_SINGLE, "G-single")                                            \
	X(G_NONADJACENT, "G-nonadjacent")                                  \
	X(G2, "G2")                                                        \
	X(G1_P, "G1-process")                                              \
	X(G_SINGLE_P, "G-single-process")                                  \
	X(G_NONADJACENT_P, "G-nonadjacent-process")                        \
	X(G2_P, "G2-process")                                              \
	X(G1_R, "G1-realtime")                                             \
	X(G_SINGLE_R, "G-single-realtime")                                 \
	X(G_NONADJACENT_R, "G-nonadjacent-realtime")                       \
	X(G2_R, "G2-realtime")

enum anomaly_name {
#define ANOMALY_ENUM(id, name) A_##id,
	ANOMALIES(ANOMALY_ENUM)
#undef ANOMALY_ENUM
	A_COUNT,
};

static_assert(A_COUNT <= 128, "an anomaly set is two words");

/* A set of anomalies: bit 1 << name. */
__extension__ typedef unsigned __int128 anomaly_set;

static inline anomaly_set anomaly_bit(enum anomaly_name name)
{
	return (anomaly_set)1 << name;
}

const char *anomaly_text(enum anomaly_name name); /* "G-single-item" */

/* What `name` implies, itself included, transitively. */
anomaly_set anomaly_implied(enum anomaly_name name);

/* All that the members of `set` imply, themselves included. */
anomaly_set anomaly_closure(anomaly_set set);

#endif
