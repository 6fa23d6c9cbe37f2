/* SPDX-License-Identifier: MIT */
/* The inside of between*.c. */
#ifndef ORDEAL_ISOLATION_BETWEEN_PRIVATE_H
#define ORDEAL_ISOLATION_BETWEEN_PRIVATE_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

/* A graph made for one question, and who its nodes are. */
struct question {
	struct analysis *analysis;
	const struct graph *graph;
	const uint8_t *in_cycle;
	struct arena *arena;
	unsigned shift; /* nodes by 2^shift for each of the graph's */
	uint32_t accesses; /* from here on nodes are accesses */
	uint32_t versions; /* from here on, versions */
	struct edges edges;
	struct edges starts; /* rw edges, of which one is wanted in a cycle */
	struct findings found;
};

/* Each node of the graph becomes 2^shift of them. */
void question_begin(struct question *q, unsigned shift);
void question_end(struct question *q);

/* Calls for each edge between transactions in cycles, but those of time. */
typedef void each_edge(struct question *q, uint32_t v, uint32_t w,
		       enum edge_kind kind);
void question_each(struct question *q, each_edge *call);

/* True, and a finding, when the edges have a cycle. */
bool question_has_cycle(struct question *q, enum anomaly_name name);

/* True, and a finding, when one of the starts closes a cycle. */
bool question_has_single(struct question *q, enum anomaly_name name);

/* One for each level; in between_access.c. */
void ask_monotonic_view(struct question *q);
void ask_snapshot_reads(struct question *q);
void ask_update_atomic(struct question *q);

#endif
