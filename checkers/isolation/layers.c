/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/layers.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/least.h"
#include "harness/core/arena.h"

void layers_build(struct graph *layers, const struct graph *graph,
		  unsigned kinds)
{
	struct edges edges = { .node_count = 2 * graph->node_count };

	for (uint32_t v = 0; v < graph->node_count; v++) {
		for (uint32_t i = graph->starts[v]; i < graph->starts[v + 1];
		     i++) {
			enum edge_kind kind = edge_kind(graph->targets[i]);
			uint32_t w = edge_node(graph->targets[i]);

			if (kind == EDGE_RW) {
				edges_add(&edges, 2 * v, 2 * w + 1, kind);
			} else if (kind == EDGE_SAME) {
				edges_add(&edges, 2 * v, 2 * w, kind);
				edges_add(&edges, 2 * v + 1, 2 * w + 1, kind);
			} else if (kinds & EDGE_BIT(kind)) {
				edges_add(&edges, 2 * v, 2 * w, kind);
				edges_add(&edges, 2 * v + 1, 2 * w, kind);
			}
		}
	}
	graph_build(layers, edges.node_count, &edges, 1);
	edges_release(&edges);
}

#define WORDS 4
#define BATCH (64 * WORDS)

/* Which of a batch of sources reach a component. */
struct reach {
	uint64_t words[WORDS];
};

/* Nodes sorted by component, those of the last component first: a topological
 * order of the components. */
static uint32_t *topological(const struct graph *graph,
			     const uint32_t *components, uint32_t count)
{
	uint32_t *starts = heap_zeroed((size_t)count + 2, sizeof(*starts));
	uint32_t *order = heap_alloc(((size_t)graph->node_count + 1) *
				     sizeof(*order));

	for (uint32_t v = 0; v < graph->node_count; v++)
		starts[count - components[v]]++;
	for (uint32_t c = 0; c < count; c++)
		starts[c + 1] += starts[c];
	for (uint32_t v = 0; v < graph->node_count; v++)
		order[starts[count - 1 - components[v]]++] = v;
	free(starts);
	return order;
}

static void sweep(const struct graph *graph, unsigned kinds,
		  const uint32_t *components, const uint32_t *order,
		  struct reach *reach)
{
	for (uint32_t i = 0; i < graph->node_count; i++) {
		uint32_t v = order[i];
		const struct reach *here = &reach[components[v]];

		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t target = graph->targets[e];
			struct reach *there =
				&reach[components[edge_node(target)]];

			if (!(kinds & EDGE_BIT(edge_kind(target))))
				continue;
			for (int w = 0; w < WORDS; w++)
				there->words[w] |= here->words[w];
		}
	}
}

/* One batch of candidates whose sources and targets are in order. */
static uint32_t try_batch(const struct graph *graph, unsigned kinds,
			  const uint32_t *components, const uint32_t *order,
			  const struct edge *candidates, uint32_t count,
			  struct reach *reach, uint8_t *hit)
{
	uint32_t hits = 0;

	memset(reach, 0, ((size_t)graph->node_count + 1) * sizeof(*reach));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t to = edge_node(candidates[i].target);

		reach[components[to]].words[i / 64] |= UINT64_C(1) << i % 64;
	}
	sweep(graph, kinds, components, order, reach);
	for (uint32_t i = 0; i < count; i++) {
		const struct reach *back =
			&reach[components[candidates[i].from]];

		hit[i] = back->words[i / 64] >> i % 64 & 1;
		hits += hit[i];
	}
	return hits;
}

/* A topological order of a graph without cycles that takes the least number
 * first, so that few edges of other kinds lead back in it. */
static uint32_t *peeled(const struct graph *graph, unsigned kinds)
{
	size_t n = (size_t)graph->node_count + 1;
	uint32_t *order = heap_alloc(n * sizeof(*order));
	uint32_t *heap = heap_alloc(n * sizeof(*heap));
	uint32_t *degrees = heap_zeroed(n, sizeof(*degrees));
	uint32_t count = 0, taken = 0;

	for (uint64_t e = 0; e < graph->edge_count; e++) {
		if (kinds & EDGE_BIT(edge_kind(graph->targets[e])))
			degrees[edge_node(graph->targets[e])]++;
	}
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (degrees[v] == 0)
			least_push(heap, &count, v);
	}
	while (count > 0) {
		uint32_t v = least_pop(heap, &count);

		order[taken++] = v;
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);

			if (kinds & EDGE_BIT(edge_kind(graph->targets[e])) &&
			    --degrees[w] == 0)
				least_push(heap, &count, w);
		}
	}
	free(heap);
	free(degrees);
	return order;
}

/* The candidates that do not lead on in the order of components: nothing
 * leads back from the others. `places` tells which they were. */
static uint32_t keep_backward(const uint32_t *components,
			      const struct edge *candidates, uint32_t count,
			      struct edge *kept, uint32_t *places)
{
	uint32_t result = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (components[edge_node(candidates[i].target)] <
		    components[candidates[i].from])
			continue;
		kept[result] = candidates[i];
		places[result++] = i;
	}
	return result;
}

uint32_t layers_find_single(const struct graph *graph, unsigned kinds,
			    const struct edge *candidates, uint32_t count,
			    uint8_t *hit)
{
	size_t n = (size_t)graph->node_count + 1;
	uint32_t *components = heap_zeroed(n, sizeof(*components));
	uint32_t found = graph_components(graph, kinds, components), hits = 0;
	struct reach *reach = heap_alloc(n * sizeof(*reach));
	struct edge *kept = heap_alloc(((size_t)count + 1) * sizeof(*kept));
	uint32_t *places = heap_alloc(((size_t)count + 1) * sizeof(*places));
	uint32_t *order, left;
	uint8_t now[BATCH];

	if (found == graph->node_count) {
		order = peeled(graph, kinds);
		/* Numbered from the end, as components are. */
		for (uint32_t i = 0; i < found; i++)
			components[order[i]] = found - 1 - i;
	} else {
		order = topological(graph, components, found);
	}
	memset(hit, 0, count);
	left = keep_backward(components, candidates, count, kept, places);
	for (uint32_t i = 0; i < left && hits == 0; i += BATCH) {
		uint32_t size = left - i < BATCH ? left - i : BATCH;

		hits = try_batch(graph, kinds, components, order, kept + i,
				 size, reach, now);
		for (uint32_t j = 0; j < size; j++)
			hit[places[i + j]] = now[j];
	}
	free(components);
	free(order);
	free(reach);
	free(kept);
	free(places);
	return hits;
}
