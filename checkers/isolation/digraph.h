/* SPDX-License-Identifier: MIT */
/* A graph that edges are added to and taken back from, kept in topological
 * order. */
#ifndef ORDEAL_ISOLATION_DIGRAPH_H
#define ORDEAL_ISOLATION_DIGRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct digraph_edge {
	uint32_t from;
	uint32_t to;
	uint32_t tag;
	uint32_t owner; /* the caller's: who put it there */
	uint32_t next_out; /* number of an edge + 1 */
	uint32_t next_in;
};

/* Edges are taken back in the opposite order of their insertion. */
struct digraph {
	uint32_t node_count;
	struct digraph_edge *edges; /* heap */
	size_t edge_count;
	size_t edge_capacity;
	uint32_t *out; /* by node: the latest edge + 1 */
	uint32_t *in;
	uint32_t *rank; /* the topological order */
	uint32_t *parent; /* by node: how a search came there, edge + 1 */
	uint32_t *stack;
	uint32_t *found; /* nodes after the new edge's end */
	uint32_t *before; /* nodes before its origin */
	uint32_t *slots;
	uint8_t *mark;
	uint64_t followed; /* edges that searches have followed */
};

void digraph_init(struct digraph *graph, uint32_t node_count);
void digraph_release(struct digraph *graph);

/* Inserts an edge without a look at the order, which digraph_sort then makes:
 * false if there is a cycle. */
void digraph_put(struct digraph *graph, uint32_t from, uint32_t to,
		 uint32_t tag, uint32_t owner);
bool digraph_sort(struct digraph *graph);

/*
 * Inserts an edge and mends the order. If it closes a cycle it is not
 * inserted: false, and digraph_cycle gives the edges of the way from `to`
 * to `from`.
 */
bool digraph_insert(struct digraph *graph, uint32_t from, uint32_t to,
		    uint32_t tag, uint32_t owner);

/* After a failed insertion: calls for each edge from `from` back to `to`:
 * *edge is the latest on the way, or NULL at its end. */
const struct digraph_edge *digraph_step(const struct digraph *graph,
					uint32_t node);

/* Takes back all edges from number `count` on. */
void digraph_undo(struct digraph *graph, size_t count);

#endif
