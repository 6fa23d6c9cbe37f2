/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak.h"

#include <stdlib.h>

#include "checkers/isolation/model.h"
#include "checkers/isolation/order.h"
#include "checkers/isolation/spans.h"
#include "checkers/isolation/weak_rules.h"
#include "checkers/isolation/witness.h"
#include "harness/core/arena.h"

/* The first read from which a step follows that was inferred. */
static void name_read(struct step *step, const struct inferred *inferred)
{
	const struct edges *edges = &inferred->edges;

	for (size_t i = 0; i < edges->count && step->kind == EDGE_WW; i++) {
		if (edges->items[i].from == step->from &&
		    edge_node(edges->items[i].target) == step->to) {
			step->via = inferred->reads[i] + 1;
			return;
		}
	}
}

/* Adds a cycle through an edge that was inferred, or any other. */
static void tell_cycle(struct analysis *analysis, enum anomaly_name name,
		       const struct graph *graph,
		       const struct inferred *inferred, struct arena *arena)
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
	for (size_t i = 0; i < witness.count; i++)
		name_read(&witness.steps[i], inferred);
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
		tell_cycle(analysis, name, &graph, inferred, arena);
	free(nodes);
	graph_release(&graph);
	edges_release(&sets[1]);
}

enum rule { RULE_CAUSAL, RULE_READ_ATOMIC, RULE_READ_COMMITTED };

struct tester {
	const char *model;
	enum anomaly_name cycle;
	enum rule rule;
	bool sessions;
};

/* A stronger level stands before those it implies. */
static const struct tester testers[] = {
	{ "causal", A_CAUSAL_CYCLE, RULE_CAUSAL, true },
	{ "strong-session-read-atomic", A_SESSION_RA_CYCLE, RULE_READ_ATOMIC,
	  true },
	{ "read-atomic", A_RA_CYCLE, RULE_READ_ATOMIC, false },
	{ "strong-session-monotonic-atomic-view", A_SESSION_MAV_CYCLE,
	  RULE_READ_COMMITTED, true },
	{ "monotonic-atomic-view", A_MAV_CYCLE, RULE_READ_COMMITTED, false },
};

#define TESTERS (sizeof(testers) / sizeof(*testers))

/* False where there are cycles already. */
static bool infer(const struct weak *weak, const struct tester *tester,
		  struct inferred *inferred)
{
	switch (tester->rule) {
	case RULE_CAUSAL:
		return weak_causal(weak, inferred);
	case RULE_READ_ATOMIC:
		weak_read_atomic(weak, tester->sessions, inferred);
		break;
	case RULE_READ_COMMITTED:
		weak_read_committed(weak, inferred);
		break;
	}
	return true;
}

/* Whether the level holds. */
static bool try_tester(struct analysis *analysis, const struct weak *weak,
		       const struct tester *tester, struct arena *arena)
{
	struct inferred inferred = { .late_read = NONE, .missed = NONE };
	unsigned kinds = EDGE_BIT(EDGE_WR);
	bool is_judged;

	if (tester->sessions)
		kinds |= EDGE_BIT(EDGE_PROCESS);
	is_judged = infer(weak, tester, &inferred);
	if (is_judged)
		judge(analysis, weak, &inferred, kinds, tester->cycle, arena);
	edges_release(&inferred.edges);
	free(inferred.reads);
	return is_judged &&
	       !(analysis->findings.set & anomaly_bit(tester->cycle));
}

/* Which levels to look at: where one of them is asked for, no stronger one. */
static uint64_t wanted(const struct analysis *analysis)
{
	for (size_t i = 0; i < TESTERS; i++) {
		if (lattice_find(testers[i].model) == analysis->model)
			return model_weaker(analysis->model);
	}
	return UINT64_MAX;
}

void weak_decide(struct analysis *analysis, const struct graph *graph,
		 struct arena *arena)
{
	uint64_t standing = 0, look = wanted(analysis);
	struct weak weak;

	weak_init(&weak, analysis, graph);
	for (size_t i = 0; i < TESTERS; i++) {
		size_t model = lattice_find(testers[i].model);

		if (standing >> model & 1 ||
		    model_forbids(model) &
			    anomaly_closure(analysis->findings.set))
			continue;
		if (look >> model & 1 &&
		    try_tester(analysis, &weak, &testers[i], arena))
			standing |= model_weaker(model);
	}
	weak_release(&weak);
	/* All that is weaker than causal consistency stands by one of these,
	 * or nothing can be said; but where no cycle of reads was found the
	 * versions can be put in the order of one without any. */
	standing |= model_weaker(lattice_find("strong-session-read-committed"));
	analysis->undecided |= model_weaker(lattice_find("causal"));
	analysis->undecided &= ~standing;
}

/* Who read from whom. */
static void add_reads(const struct analysis *analysis, struct edges *edges)
{
	const struct view *view = &analysis->view;

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t source = analysis->registers.source[a];

		if (source < SOURCE_INITIAL && registers_concern(view, a) &&
		    view->owner[source] != view->owner[a] &&
		    view_committed(view, view->owner[source]))
			edges_add(edges, view->owner[source], view->owner[a],
				  EDGE_WR);
	}
}

/* Does what the tester infers agree with the known edges? */
static bool agrees(const struct analysis *analysis,
		   const struct tester *tester, struct edges *sets)
{
	struct inferred inferred = { .late_read = NONE, .missed = NONE };
	struct graph graph = { 0 };
	struct weak weak;
	bool result;

	if (tester->rule == RULE_CAUSAL)
		graph_build(&graph, analysis->view.op_count, sets, 2);
	weak_init(&weak, analysis, &graph);
	result = infer(&weak, tester, &inferred) &&
		 inferred.late_read == NONE;
	sets[2] = inferred.edges;
	result = result && spans_acyclic(sets, 3, analysis->view.op_count);
	free(inferred.reads);
	weak_release(&weak);
	graph_release(&graph);
	return result;
}

uint64_t weak_prove(struct analysis *analysis)
{
	const struct register_rules *rules = &analysis->rules;
	size_t plain = lattice_find("strong-session-read-committed");
	const struct tester *tester = NULL;
	struct edges sets[3] = { 0 }; /* reads, processes, inferred */
	bool result;

	for (size_t i = 0; i < TESTERS; i++) {
		if (lattice_find(testers[i].model) == analysis->model)
			tester = &testers[i];
	}
	if (!(tester || model_weaker(plain) >> analysis->model & 1) ||
	    analysis->has_lists || !analysis->has_registers ||
	    analysis->doubt || rules->wfr || rules->sequential ||
	    rules->linearizable)
		return 0;
	add_reads(analysis, &sets[0]);
	analysis->edge_count = sets[0].count;
	if (!tester || tester->sessions)
		order_process_edges(&analysis->view, &sets[1]);
	result = tester ? agrees(analysis, tester, sets) :
			  spans_acyclic(sets, 2, analysis->view.op_count);
	result = result && sets[0].count > 0;
	for (size_t i = 0; i < 3; i++)
		edges_release(&sets[i]);
	return result ? model_weaker(tester ? analysis->model : plain) : 0;
}
