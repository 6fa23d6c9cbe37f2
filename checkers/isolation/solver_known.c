/* SPDX-License-Identifier: MIT */
/* A cycle of edges that are known, whatever is chosen. */
#include "checkers/isolation/solver_private.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/* A node that is on a cycle: back from one that could not be sorted, until a
 * node comes again. */
static uint32_t node_on_cycle(const struct digraph *graph,
			      const uint32_t *degrees, uint8_t *seen)
{
	uint32_t v = 0;

	while (degrees[v] == 0)
		v++;
	while (!seen[v]) {
		uint32_t e = graph->in[v];

		seen[v] = 1;
		while (degrees[graph->edges[e - 1].from] == 0)
			e = graph->edges[e - 1].next_in;
		v = graph->edges[e - 1].from;
	}
	return v;
}

/* The edges by which a search with as few of them as can be came from a node
 * back to it; by node, + 1. */
static void search_back(const struct digraph *graph, uint32_t start,
			uint32_t *came)
{
	uint32_t *queue = heap_alloc(((size_t)graph->node_count + 1) *
				     sizeof(*queue));
	uint32_t count = 0;

	queue[count++] = start;
	for (uint32_t i = 0; i < count && !came[start]; i++) {
		for (uint32_t e = graph->out[queue[i]]; e;
		     e = graph->edges[e - 1].next_out) {
			uint32_t w = graph->edges[e - 1].to;

			if (came[w])
				continue;
			came[w] = e;
			queue[count++] = w;
		}
	}
	free(queue);
}

void solver_note_known(struct solver *s)
{
	const struct digraph *graph = &s->graph;
	size_t n = (size_t)graph->node_count + 1;
	uint8_t *seen = heap_zeroed(n, sizeof(*seen));
	uint32_t *came = heap_zeroed(n, sizeof(*came));
	/* What digraph_sort left there. */
	uint32_t start = node_on_cycle(graph, graph->parent, seen), v = start;

	search_back(graph, start, came);
	s->cycle_count = 0;
	do {
		const struct digraph_edge *edge = &graph->edges[came[v] - 1];

		s->cycle = array_reserve(s->cycle, &s->cycle_capacity,
					 s->cycle_count + 1,
					 sizeof(*s->cycle));
		s->cycle[s->cycle_count++] = (struct solver_step){
			edge->from, edge->to, edge->tag
		};
		v = edge->from;
	} while (v != start);
	for (size_t i = 0; i + 1 < s->cycle_count - i; i++) {
		struct solver_step swap = s->cycle[i];

		s->cycle[i] = s->cycle[s->cycle_count - 1 - i];
		s->cycle[s->cycle_count - 1 - i] = swap;
	}
	free(seen);
	free(came);
}
