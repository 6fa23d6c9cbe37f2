/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/spans.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* By node: the number of its span, counted where an edge leads back over the
 * gap to the next node. NULL if none leads back. */
static uint32_t *find_spans(const struct edges *sets, size_t set_count,
			    uint32_t node_count)
{
	uint32_t *spans = NULL, open = 0, number = 0;

	for (size_t s = 0; s < set_count; s++) {
		for (size_t i = 0; i < sets[s].count; i++) {
			uint32_t from = sets[s].items[i].from;
			uint32_t to = edge_node(sets[s].items[i].target);

			if (from < to)
				continue;
			if (!spans)
				spans = heap_zeroed((size_t)node_count + 1,
						    sizeof(*spans));
			/* Modulo 2^32: the sum up to a node is how many
			 * lead back over the gap behind it. */
			spans[to]++;
			spans[from]--;
		}
	}
	for (uint32_t v = 0; v < node_count && spans; v++) {
		open += spans[v];
		spans[v] = number;
		number += open == 0;
	}
	return spans;
}

static void take_inner(const struct edges *set, const uint32_t *spans,
		       struct edges *inner)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct edge *edge = &set->items[i];

		if (spans[edge->from] == spans[edge_node(edge->target)])
			edges_add(inner, edge->from, edge_node(edge->target),
				  edge_kind(edge->target));
	}
}

bool spans_acyclic(const struct edges *sets, size_t set_count,
		   uint32_t node_count)
{
	uint32_t *spans = find_spans(sets, set_count, node_count), *nodes;
	struct edges inner = { 0 };
	struct graph graph;
	bool result;

	if (!spans)
		return true;
	for (size_t s = 0; s < set_count; s++)
		take_inner(&sets[s], spans, &inner);
	graph_build(&graph, node_count, &inner, 1);
	nodes = heap_alloc(((size_t)node_count + 1) * sizeof(*nodes));
	result = graph_core(&graph, nodes) == 0;
	free(nodes);
	free(spans);
	graph_release(&graph);
	edges_release(&inner);
	return result;
}
