/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/digraph.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/least.h"
#include "harness/core/arena.h"

void digraph_init(struct digraph *graph, uint32_t node_count)
{
	size_t n = (size_t)node_count + 1;

	*graph = (struct digraph){
		.node_count = node_count,
		.out = heap_zeroed(n, sizeof(uint32_t)),
		.in = heap_zeroed(n, sizeof(uint32_t)),
		.rank = heap_zeroed(n, sizeof(uint32_t)),
		.parent = heap_zeroed(n, sizeof(uint32_t)),
		.stack = heap_zeroed(n, sizeof(uint32_t)),
		.found = heap_zeroed(n, sizeof(uint32_t)),
		.before = heap_zeroed(n, sizeof(uint32_t)),
		.slots = heap_zeroed(2 * n, sizeof(uint32_t)),
		.mark = heap_zeroed(n, 1),
	};
}

void digraph_release(struct digraph *graph)
{
	free(graph->edges);
	free(graph->out);
	free(graph->in);
	free(graph->rank);
	free(graph->parent);
	free(graph->stack);
	free(graph->found);
	free(graph->before);
	free(graph->slots);
	free(graph->mark);
	*graph = (struct digraph){ 0 };
}

void digraph_put(struct digraph *graph, uint32_t from, uint32_t to,
		 uint32_t tag, uint32_t owner)
{
	struct digraph_edge *edge;

	graph->edges = array_reserve(graph->edges, &graph->edge_capacity,
				     graph->edge_count + 1,
				     sizeof(*graph->edges));
	edge = &graph->edges[graph->edge_count++];
	*edge = (struct digraph_edge){ from, to,	       tag,
				       owner, graph->out[from], graph->in[to] };
	graph->out[from] = (uint32_t)graph->edge_count;
	graph->in[to] = (uint32_t)graph->edge_count;
}

void digraph_undo(struct digraph *graph, size_t count)
{
	while (graph->edge_count > count) {
		const struct digraph_edge *edge =
			&graph->edges[--graph->edge_count];

		graph->out[edge->from] = edge->next_out;
		graph->in[edge->to] = edge->next_in;
	}
}

bool digraph_sort(struct digraph *graph)
{
	uint32_t *degrees = graph->parent, count = 0, next = 0;

	memset(degrees, 0, (size_t)graph->node_count * sizeof(*degrees));
	for (size_t i = 0; i < graph->edge_count; i++)
		degrees[graph->edges[i].to]++;
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (degrees[v] == 0)
			least_push(graph->stack, &count, v);
	}
	while (count > 0) {
		uint32_t v = least_pop(graph->stack, &count);

		graph->rank[v] = next++;
		for (uint32_t e = graph->out[v]; e;
		     e = graph->edges[e - 1].next_out) {
			uint32_t w = graph->edges[e - 1].to;

			if (--degrees[w] == 0)
				least_push(graph->stack, &count, w);
		}
	}
	return next == graph->node_count;
}

/* Nodes reachable from `to` that are ranked up to `from`; false when `from`
 * is among them, by a way with as few edges as can be. */
static bool search_forward(struct digraph *graph, uint32_t from, uint32_t to,
			   uint32_t *count)
{
	bool is_free = true;

	graph->parent[to] = 0;
	graph->mark[to] = 1;
	graph->found[(*count)++] = to;
	for (uint32_t i = 0; i < *count && is_free; i++) {
		for (uint32_t e = graph->out[graph->found[i]]; e;
		     e = graph->edges[e - 1].next_out) {
			uint32_t w = graph->edges[e - 1].to;

			graph->followed++;
			if (graph->mark[w] ||
			    graph->rank[w] > graph->rank[from])
				continue;
			graph->parent[w] = e;
			if (w == from) {
				is_free = false;
				break;
			}
			graph->mark[w] = 1;
			graph->found[(*count)++] = w;
		}
	}
	for (uint32_t i = 0; i < *count; i++)
		graph->mark[graph->found[i]] = 0;
	return is_free;
}

/* Nodes that reach `from` and are ranked above `to`. */
static uint32_t search_backward(struct digraph *graph, uint32_t from,
				uint32_t to)
{
	uint32_t depth = 0, count = 0;

	graph->mark[from] = 1;
	graph->stack[depth++] = from;
	graph->before[count++] = from;
	while (depth > 0) {
		uint32_t v = graph->stack[--depth];

		for (uint32_t e = graph->in[v]; e;
		     e = graph->edges[e - 1].next_in) {
			uint32_t w = graph->edges[e - 1].from;

			graph->followed++;
			if (graph->mark[w] || graph->rank[w] < graph->rank[to])
				continue;
			graph->mark[w] = 1;
			graph->stack[depth++] = w;
			graph->before[count++] = w;
		}
	}
	for (uint32_t i = 0; i < count; i++)
		graph->mark[graph->before[i]] = 0;
	return count;
}

/* Shell sort by rank; the sets are small. */
static void sort_by_rank(const struct digraph *graph, uint32_t *nodes,
			 uint32_t count)
{
	uint32_t gap = 1;

	while (gap < count / 3)
		gap = 3 * gap + 1;
	for (; gap > 0; gap /= 3) {
		for (uint32_t i = gap; i < count; i++) {
			uint32_t node = nodes[i], j = i;

			for (; j >= gap && graph->rank[nodes[j - gap]] >
						   graph->rank[node];
			     j -= gap)
				nodes[j] = nodes[j - gap];
			nodes[j] = node;
		}
	}
}

/* Gives the ranks of both sets to those before first, then those after. */
static void reorder(struct digraph *graph, uint32_t before, uint32_t after)
{
	uint32_t i = 0, j = 0, count = 0;

	sort_by_rank(graph, graph->before, before);
	sort_by_rank(graph, graph->found, after);
	while (i < before || j < after) {
		bool is_before =
			j == after ||
			(i < before && graph->rank[graph->before[i]] <
					       graph->rank[graph->found[j]]);
		uint32_t node = is_before ? graph->before[i++] :
					    graph->found[j++];

		graph->slots[count++] = graph->rank[node];
	}
	for (i = 0; i < before; i++)
		graph->rank[graph->before[i]] = graph->slots[i];
	for (j = 0; j < after; j++)
		graph->rank[graph->found[j]] = graph->slots[before + j];
}

bool digraph_insert(struct digraph *graph, uint32_t from, uint32_t to,
		    uint32_t tag, uint32_t owner)
{
	assert(from != to);
	if (graph->rank[from] > graph->rank[to]) {
		uint32_t after = 0, before;

		if (!search_forward(graph, from, to, &after))
			return false;
		before = search_backward(graph, from, to);
		reorder(graph, before, after);
	}
	digraph_put(graph, from, to, tag, owner);
	return true;
}

const struct digraph_edge *digraph_step(const struct digraph *graph,
					uint32_t node)
{
	return graph->parent[node] ? &graph->edges[graph->parent[node] - 1] :
				     NULL;
}
