/* SPDX-License-Identifier: MIT */
/* Dependency graphs: nodes are transactions (and some that only carry order),
 * edges say what comes before what, and why. */
#ifndef ORDEAL_ISOLATION_GRAPH_H
#define ORDEAL_ISOLATION_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Kinds of edges, after Adya: ww (overwrites), wr (reads what the other
 * wrote), rw (read what the other overwrote), the order of a process and that
 * of real time. EDGE_SAME only passes on the kind of the edge before it: it
 * leaves a node that stands for several.
 */
enum edge_kind {
	EDGE_WW,
	EDGE_WR,
	EDGE_RW,
	EDGE_PROCESS,
	EDGE_REALTIME,
	EDGE_SAME,
	EDGE_KINDS,
};

const char *edge_kind_name(enum edge_kind kind); /* "ww" */

#define EDGE_BIT(kind) (1u << (kind))

/* A node and the kind of the edge that leads to it, in one word. */
#define EDGE_NODE_BITS 29
#define EDGE_NODES_MAX (UINT32_C(1) << EDGE_NODE_BITS)

static inline uint32_t edge_target(uint32_t node, enum edge_kind kind)
{
	return node | (uint32_t)kind << EDGE_NODE_BITS;
}

static inline uint32_t edge_node(uint32_t target)
{
	return target & (EDGE_NODES_MAX - 1);
}

static inline enum edge_kind edge_kind(uint32_t target)
{
	return (enum edge_kind)(target >> EDGE_NODE_BITS);
}

/* Edges as they are found. */
struct edge {
	uint32_t from;
	uint32_t target;
};

struct edges {
	struct edge *items; /* heap */
	size_t count;
	size_t capacity;
	uint32_t node_count; /* grows with nodes that stand for several */
};

void edges_release(struct edges *edges);
void edges_add(struct edges *edges, uint32_t from, uint32_t to,
	       enum edge_kind kind);

/* The successors of node v are targets[starts[v]] .. targets[starts[v+1]-1];
 * `starts` has one entry more than there are nodes. */
struct graph {
	uint32_t node_count;
	uint64_t edge_count;
	uint32_t *starts; /* heap */
	uint32_t *targets;
};

/* Sorts the edges of several sets by their origin (counting sort); those of
 * one node keep their order. At most 2^32 - 1 edges. */
void graph_build(struct graph *graph, uint32_t node_count,
		 const struct edges *sets, size_t set_count);
void graph_release(struct graph *graph);

/*
 * Strongly connected components of the edges whose kinds are in `kinds`
 * (Tarjan 1972, without recursion). components[v] is the number of v's, from
 * 0 in reverse topological order. Returns how many there are.
 */
uint32_t graph_components(const struct graph *graph, unsigned kinds,
			  uint32_t *components);

/* The same for what can be reached from `count` nodes alone; of others nothing
 * is said, and nothing is written. */
uint32_t graph_components_from(const struct graph *graph, unsigned kinds,
			       const uint32_t *roots, uint32_t count,
			       uint32_t *components);

/*
 * Nodes that are on a cycle or behind one: peels off those without
 * predecessors (Kahn 1962). Returns their number, and them in `nodes` (room
 * for all), ascending. None: the graph has no cycle.
 */
uint32_t graph_core(const struct graph *graph, uint32_t *nodes);

#endif
