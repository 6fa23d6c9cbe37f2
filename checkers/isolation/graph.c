/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/graph.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

const char *edge_kind_name(enum edge_kind kind)
{
	static const char *const names[] = {
		[EDGE_WW] = "ww",
		[EDGE_WR] = "wr",
		[EDGE_RW] = "rw",
		[EDGE_PROCESS] = "process",
		[EDGE_REALTIME] = "realtime",
		[EDGE_SAME] = "same",
	};

	assert(kind < EDGE_KINDS);
	return names[kind];
}

void edges_release(struct edges *edges)
{
	free(edges->items);
	*edges = (struct edges){ 0 };
}

void edges_add(struct edges *edges, uint32_t from, uint32_t to,
	       enum edge_kind kind)
{
	if (edges->count == edges->capacity)
		edges->items = array_reserve(edges->items, &edges->capacity,
					     edges->count + 1,
					     sizeof(*edges->items));
	edges->items[edges->count++] =
		(struct edge){ from, edge_target(to, kind) };
}

void graph_build(struct graph *graph, uint32_t node_count,
		 const struct edges *sets, size_t set_count)
{
	uint32_t *starts = heap_zeroed((size_t)node_count + 2,
				       sizeof(*starts));
	uint64_t count = 0;

	assert(node_count <= EDGE_NODES_MAX);
	for (size_t s = 0; s < set_count; s++) {
		count += sets[s].count;
		for (size_t i = 0; i < sets[s].count; i++)
			starts[sets[s].items[i].from + 2]++;
	}
	assert(count < UINT32_MAX);
	for (uint32_t v = 0; v < node_count; v++)
		starts[v + 2] += starts[v + 1];
	graph->targets = heap_alloc((count + 1) * sizeof(*graph->targets));
	for (size_t s = 0; s < set_count; s++) {
		for (size_t i = 0; i < sets[s].count; i++) {
			const struct edge *edge = &sets[s].items[i];

			graph->targets[starts[edge->from + 1]++] =
				edge->target;
		}
	}
	graph->starts = starts;
	graph->node_count = node_count;
	graph->edge_count = count;
}

void graph_release(struct graph *graph)
{
	free(graph->starts);
	free(graph->targets);
	*graph = (struct graph){ 0 };
}

/* The state of Tarjan's algorithm: `path` is the call stack. */
struct tarjan {
	uint32_t *low; /* 0: not visited */
	uint32_t *next; /* the edge to look at next */
	uint32_t *path;
	uint32_t *stack;
	uint32_t path_count;
	uint32_t stack_count;
	uint32_t visited;
	uint32_t found;
};

#define TARJAN_DONE UINT32_MAX

static void tarjan_enter(struct tarjan *t, const struct graph *graph,
			 uint32_t v)
{
	t->low[v] = ++t->visited;
	t->next[v] = graph->starts[v];
	t->path[t->path_count++] = v;
}

/*
 * Leaves v. Its number of visit is not kept: a root is a node whose lowest
 * reach was never lowered, which is what the flag in the top bit of `next`
 * says (after Pearce, "A space-efficient algorithm for finding strongly
 * connected components", 2016).
 */
static void tarjan_leave(struct tarjan *t, uint32_t v, bool is_root,
			 uint32_t *components)
{
	if (!is_root) {
		t->stack[t->stack_count++] = v;
		return;
	}
	while (t->stack_count > 0 &&
	       t->low[t->stack[t->stack_count - 1]] >= t->low[v]) {
		uint32_t member = t->stack[--t->stack_count];

		components[member] = t->found;
		t->low[member] = TARJAN_DONE;
	}
	components[v] = t->found++;
	t->low[v] = TARJAN_DONE;
}

static void tarjan_from(struct tarjan *t, const struct graph *graph,
			unsigned kinds, bool *lowered, uint32_t root,
			uint32_t *components)
{
	tarjan_enter(t, graph, root);
	while (t->path_count > 0) {
		uint32_t v = t->path[t->path_count - 1], w = 0;
		bool descend = false;

		while (t->next[v] < graph->starts[v + 1]) {
			uint32_t target = graph->targets[t->next[v]++];

			w = edge_node(target);
			if (!(kinds & EDGE_BIT(edge_kind(target))))
				continue;
			if (t->low[w] == 0) {
				t->next[v]--;
				descend = true;
				break;
			}
			if (t->low[w] < t->low[v]) {
				t->low[v] = t->low[w];
				lowered[v] = true;
			}
		}
		if (descend) {
			tarjan_enter(t, graph, w);
			continue;
		}
		t->path_count--;
		tarjan_leave(t, v, !lowered[v], components);
	}
}

/* `roots` is NULL for all nodes. */
static uint32_t find_components(const struct graph *graph, unsigned kinds,
				const uint32_t *roots, uint32_t count,
				uint32_t *components)
{
	size_t n = (size_t)graph->node_count + 1;
	struct tarjan t = {
		.low = heap_zeroed(n, sizeof(uint32_t)),
		.next = heap_zeroed(n, sizeof(uint32_t)),
		.path = heap_zeroed(n, sizeof(uint32_t)),
		.stack = heap_zeroed(n, sizeof(uint32_t)),
	};
	bool *lowered = heap_zeroed(n, sizeof(*lowered));

	for (uint32_t i = 0; i < count; i++) {
		uint32_t v = roots ? roots[i] : i;

		if (t.low[v] == 0)
			tarjan_from(&t, graph, kinds, lowered, v, components);
	}
	free(t.low);
	free(t.next);
	free(t.path);
	free(t.stack);
	free(lowered);
	return t.found;
}

uint32_t graph_components(const struct graph *graph, unsigned kinds,
			  uint32_t *components)
{
	return find_components(graph, kinds, NULL, graph->node_count,
			       components);
}

uint32_t graph_components_from(const struct graph *graph, unsigned kinds,
			       const uint32_t *roots, uint32_t count,
			       uint32_t *components)
{
	return find_components(graph, kinds, roots, count, components);
}

/* Peels nodes that nothing unpeeled leads to. `alive` may have dead ones. */
static void peel_sources(const struct graph *graph, uint8_t *alive,
			 uint32_t *queue)
{
	uint32_t *degrees = heap_zeroed((size_t)graph->node_count + 1,
					sizeof(*degrees));
	uint32_t count = 0;

	for (uint64_t i = 0; i < graph->edge_count; i++)
		degrees[edge_node(graph->targets[i])]++;
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (degrees[v] == 0)
			queue[count++] = v;
	}
	for (uint32_t i = 0; i < count; i++) {
		uint32_t v = queue[i];

		alive[v] = 0;
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);

			if (--degrees[w] == 0)
				queue[count++] = w;
		}
	}
	free(degrees);
}

uint32_t graph_core(const struct graph *graph, uint32_t *nodes)
{
	uint8_t *alive = heap_alloc((size_t)graph->node_count + 1);
	uint32_t count = 0;

	memset(alive, 1, graph->node_count);
	peel_sources(graph, alive, nodes);
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (alive[v])
			nodes[count++] = v;
	}
	free(alive);
	return count;
}
