/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/classify.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/layers.h"
#include "checkers/isolation/witness.h"

#define DATA_KINDS (EDGE_BIT(EDGE_WW) | EDGE_BIT(EDGE_WR))

/* One component, its nodes numbered from 0. */
struct scope {
	struct graph graph;
	const uint32_t *members; /* the nodes in the whole graph, ascending */
	uint8_t *is_real;
	uint32_t *components; /* working memory, for the graph with layers */
	struct edge *candidates; /* working memory, by edge */
	uint8_t *hit;
	anomaly_set found;
	struct findings *findings;
	struct arena *arena;
};

/* The names of one class without and with the orders of processes and real
 * time. */
struct family {
	enum edge_kind order; /* EDGE_SAME: none */
	enum anomaly_name g0, g1c, g_single, g_nonadjacent, g2;
};

static const struct family families[] = {
	{ EDGE_SAME, A_G0, A_G1C, A_G_SINGLE_ITEM, A_G_NONADJACENT_ITEM,
	  A_G2_ITEM },
	{ EDGE_PROCESS, A_G0_P, A_G1C_P, A_G_SINGLE_ITEM_P,
	  A_G_NONADJACENT_ITEM_P, A_G2_ITEM_P },
	{ EDGE_REALTIME, A_G0_R, A_G1C_R, A_G_SINGLE_ITEM_R,
	  A_G_NONADJACENT_ITEM_R, A_G2_ITEM_R },
};

static bool is_implied(const struct scope *scope, enum anomaly_name name)
{
	return scope->found & anomaly_bit(name);
}

/* Reports a class with the shortest of the cycles through candidates. */
static bool report(struct scope *scope, enum anomaly_name name,
		   const struct graph *graph, unsigned kinds, bool in_layers,
		   uint32_t count)
{
	struct finding finding = { .name = name,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE };
	struct witness witness;

	witness_find(&witness, graph, kinds, in_layers, scope->candidates,
		     count, scope->is_real, scope->arena);
	if (in_layers && !witness.is_simple &&
	    scope->found & (anomaly_bit(A_G1C_R) | anomaly_bit(A_G1C)))
		return false;
	for (size_t i = 0; i < witness.count; i++) {
		witness.steps[i].from = scope->members[witness.steps[i].from];
		witness.steps[i].to = scope->members[witness.steps[i].to];
	}
	finding.steps = witness.steps;
	finding.step_count = witness.count;
	findings_add(scope->findings, &finding);
	scope->found |= anomaly_implied(name);
	return true;
}

/* The edges of kind `must` from a transaction whose two ends are in one
 * component of the edges of `kinds`. */
static uint32_t inner_edges(struct scope *scope, unsigned kinds,
			    enum edge_kind must)
{
	const struct graph *graph = &scope->graph;
	uint32_t count = 0;

	graph_components(graph, kinds, scope->components);
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (!scope->is_real[v])
			continue;
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);

			if (edge_kind(graph->targets[e]) == must &&
			    scope->components[v] == scope->components[w])
				scope->candidates[count++] = (struct edge){
					v, graph->targets[e]
				};
		}
	}
	return count;
}

static void try_plain(struct scope *scope, enum anomaly_name name,
		      unsigned kinds, enum edge_kind must)
{
	uint32_t count;

	if (is_implied(scope, name))
		return;
	count = inner_edges(scope, kinds, must);
	if (count > 0)
		report(scope, name, &scope->graph, kinds, false, count);
}

/* The rw edges that lie on a closed walk without two adjacent ones. */
static uint32_t layered_edges(struct scope *scope, const struct graph *layers)
{
	const struct graph *graph = &scope->graph;
	uint32_t count = 0;

	graph_components(layers, ~0u, scope->components);
	for (uint32_t v = 0; v < graph->node_count; v++) {
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);

			if (edge_kind(graph->targets[e]) == EDGE_RW &&
			    scope->components[2 * v] ==
				    scope->components[2 * w + 1])
				scope->candidates[count++] = (struct edge){
					v, graph->targets[e]
				};
		}
	}
	return count;
}

/* G-single and, if there is none, G-nonadjacent. */
static void try_layers(struct scope *scope, const struct family *family,
		       unsigned kinds)
{
	struct graph layers;
	uint32_t count, hits = 0;

	if (is_implied(scope, family->g_nonadjacent))
		return;
	layers_build(&layers, &scope->graph, kinds);
	count = layered_edges(scope, &layers);
	if (count > 0)
		hits = layers_find_single(&scope->graph,
					  kinds | EDGE_BIT(EDGE_SAME),
					  scope->candidates, count,
					  scope->hit);
	if (hits > 0) {
		uint32_t kept = 0;

		for (uint32_t i = 0; i < count; i++) {
			if (scope->hit[i])
				scope->candidates[kept++] =
					scope->candidates[i];
		}
		report(scope, family->g_single, &scope->graph, kinds, false,
		       kept);
	} else if (count > 0) {
		report(scope, family->g_nonadjacent, &layers,
		       kinds | EDGE_BIT(EDGE_RW), true, count);
	}
	graph_release(&layers);
}

static void try_family(struct scope *scope, const struct family *family)
{
	bool is_data = family->order == EDGE_SAME;
	unsigned order = EDGE_BIT(family->order) | EDGE_BIT(EDGE_SAME);
	unsigned all = DATA_KINDS | EDGE_BIT(EDGE_RW) | order;

	try_plain(scope, family->g0, EDGE_BIT(EDGE_WW) | order,
		  is_data ? EDGE_WW : family->order);
	try_plain(scope, family->g1c, DATA_KINDS | order,
		  is_data ? EDGE_WR : family->order);
	try_layers(scope, family, DATA_KINDS | order);
	try_plain(scope, family->g2, all, EDGE_RW);
}

/* The edges among the members; `local` gives their numbers in the scope. */
static void scope_graph(struct scope *scope, const struct graph *graph,
			uint32_t count, const uint32_t *components,
			const uint32_t *local)
{
	struct edges edges = { .node_count = count };
	uint32_t here = components[scope->members[0]];

	for (uint32_t i = 0; i < count; i++) {
		uint32_t v = scope->members[i];

		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t target = graph->targets[e];

			if (components[edge_node(target)] == here)
				edges_add(&edges, i, local[edge_node(target)],
					  edge_kind(target));
		}
	}
	graph_build(&scope->graph, count, &edges, 1);
	edges_release(&edges);
}

static void classify_scope(const struct graph *graph, const uint32_t *members,
			   uint32_t count, const uint32_t *components,
			   const uint32_t *local, uint32_t txn_count,
			   struct findings *findings, struct arena *arena)
{
	struct scope scope = { .members = members,
			       .findings = findings,
			       .arena = arena };

	scope_graph(&scope, graph, count, components, local);
	scope.is_real = heap_alloc((size_t)count + 1);
	for (uint32_t i = 0; i < count; i++)
		scope.is_real[i] = members[i] < txn_count;
	scope.components = heap_alloc((2 * (size_t)count + 1) *
				      sizeof(*scope.components));
	scope.candidates = heap_alloc((scope.graph.edge_count + 1) *
				      sizeof(*scope.candidates));
	scope.hit = heap_alloc(scope.graph.edge_count + 1);
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		try_family(&scope, &families[i]);
	graph_release(&scope.graph);
	free(scope.is_real);
	free(scope.components);
	free(scope.candidates);
	free(scope.hit);
}

/* Sorts `total` nodes by component: starts (count + 1) and members, in the
 * order of the nodes. */
static void group(const uint32_t *components, const uint32_t *nodes,
		  uint32_t total, uint32_t count, uint32_t *starts,
		  uint32_t *members)
{
	for (uint32_t i = 0; i < total; i++)
		starts[components[nodes[i]] + 2]++;
	for (uint32_t c = 0; c < count; c++)
		starts[c + 2] += starts[c + 1];
	for (uint32_t i = 0; i < total; i++)
		members[starts[components[nodes[i]] + 1]++] = nodes[i];
}

bool classify(const struct graph *graph, uint32_t txn_count,
	      struct findings *findings, uint8_t *in_cycle,
	      struct arena *arena)
{
	size_t n = (size_t)graph->node_count + 1;
	uint32_t *core = heap_alloc(n * sizeof(*core));
	uint32_t total = graph_core(graph, core);
	uint32_t *components = heap_alloc(n * sizeof(*components));
	uint32_t *members = heap_alloc(n * sizeof(*members));
	uint32_t *local = heap_alloc(n * sizeof(*local));
	/* No edge leads out of the core. */
	uint32_t count = graph_components_from(graph, ~0u, core, total,
					       components);
	uint32_t *starts = heap_zeroed((size_t)count + 3, sizeof(*starts));

	group(components, core, total, count, starts, members);
	for (uint32_t i = 0; i < total; i++) {
		/* In order of each component's first member. */
		uint32_t first = starts[components[core[i]]];
		uint32_t size = starts[components[core[i]] + 1] - first;

		if (size < 2 || members[first] != core[i])
			continue;
		for (uint32_t j = 0; j < size; j++) {
			local[members[first + j]] = j;
			in_cycle[members[first + j]] = 1;
		}
		classify_scope(graph, members + first, size, components,
			       local, txn_count, findings, arena);
	}
	free(core);
	free(components);
	free(members);
	free(local);
	free(starts);
	return total > 0;
}
