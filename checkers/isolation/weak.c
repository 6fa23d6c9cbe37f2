/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak.h"

#include <stdlib.h>

#include "checkers/isolation/model.h"
#include "checkers/isolation/weak_rules.h"
#include "checkers/isolation/witness.h"
#include "harness/core/arena.h"

/* Adds a cycle through an edge that was inferred, or any other. */
static void tell_cycle(struct analysis *analysis, enum anomaly_name name,
		       const struct graph *graph, struct arena *arena)
{
	uint32_t *components = heap_alloc(((size_t)graph->node_count + 1) *
					  sizeof(*components));
	struct edge *candidates = heap_alloc((graph->edge_count + 1) *
					     sizeof(*candidates));
	uint8_t *is_real = heap_zeroed((size_t)graph->node_count + 1, 1);
	struct finding finding = { .name = name,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE };
	struct witness witness;
	uint32_t count = 0;

	graph_components(graph, ~0u, components);
	for (uint32_t v = 0; v < graph->node_count; v++) {
		is_real[v] = v < analysis->view.op_count;
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			if (components[v] ==
			    components[edge_node(graph->targets[e])])
				candidates[count++] = (struct edge){
					v, graph->targets[e]
				};
		}
	}
	witness_find(&witness, graph, ~0u, false, candidates, count, is_real,
		     arena);
	finding.steps = witness.steps;
	finding.step_count = witness.count;
	findings_add(&analysis->findings, &finding);
	free(components);
	free(candidates);
	free(is_real);
}

/* The edges of the graph whose kinds count. */
static void take_known(const struct weak *weak, unsigned kinds,
		       struct edges *edges)
{
	const struct graph *graph = weak->graph;

	for (uint32_t v = 0; v < weak->view->op_count; v++) {
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			enum edge_kind kind = edge_kind(graph->targets[e]);

			if (kinds & EDGE_BIT(kind))
				edges_add(edges, v,
					  edge_node(graph->targets[e]), kind);
		}
	}
}

/* Is what was inferred, with the known edges of `kinds`, free of cycles? */
static void judge(struct analysis *analysis, const struct weak *weak,
		  const struct inferred *inferred, unsigned kinds,
		  enum anomaly_name name, struct arena *arena)
{
	struct edges sets[2] = { inferred->edges, { 0 } };
	struct graph graph;
	uint32_t *nodes;

	if (inferred->late_read != NONE) {
		findings_note(&analysis->findings, name, &analysis->view,
			      inferred->late_read, inferred->missed, NONE);
		return;
	}
	take_known(weak, kinds, &sets[1]);
	graph_build(&graph, weak->view->op_count, sets, 2);
	nodes = heap_alloc(((size_t)graph.node_count + 1) * sizeof(*nodes));
	if (graph_core(&graph, nodes) > 0)
		tell_cycle(analysis, name, &graph, arena);
	free(nodes);
	graph_release(&graph);
	edges_release(&sets[1]);
}

/* A level that some anomaly rules out already needs no look. */
static bool is_broken(const struct analysis *analysis, const char *model)
{
	return model_forbids(lattice_find(model)) &
	       anomaly_closure(analysis->findings.set);
}

static void start(struct inferred *inferred)
{
	edges_release(&inferred->edges);
	*inferred = (struct inferred){ .late_read = NONE, .missed = NONE };
}

void weak_decide(struct analysis *analysis, const struct graph *graph,
		 struct arena *arena)
{
	const unsigned wr = EDGE_BIT(EDGE_WR);
	const unsigned both = wr | EDGE_BIT(EDGE_PROCESS);
	struct inferred inferred = { 0 };
	struct weak weak;

	weak_init(&weak, analysis, graph);
	start(&inferred);
	if (!is_broken(analysis, "read-committed")) {
		weak_read_committed(&weak, &inferred);
		judge(analysis, &weak, &inferred, wr, A_PL2_CYCLE, arena);
	}
	if (!is_broken(analysis, "strong-session-read-committed"))
		judge(analysis, &weak, &inferred, both, A_SESSION_PL2_CYCLE,
		      arena);
	start(&inferred);
	if (!is_broken(analysis, "read-atomic")) {
		weak_read_atomic(&weak, false, &inferred);
		judge(analysis, &weak, &inferred, wr, A_RA_CYCLE, arena);
	}
	start(&inferred);
	if (!is_broken(analysis, "strong-session-read-atomic")) {
		weak_read_atomic(&weak, true, &inferred);
		judge(analysis, &weak, &inferred, both, A_SESSION_RA_CYCLE,
		      arena);
	}
	start(&inferred);
	if (!is_broken(analysis, "causal") && weak_causal(&weak, &inferred))
		judge(analysis, &weak, &inferred, both, A_CAUSAL_CYCLE, arena);
	start(&inferred);
	weak_release(&weak);
}
