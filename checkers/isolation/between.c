/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/between.h"

#include <stdlib.h>

#include "checkers/isolation/between_private.h"
#include "checkers/isolation/layers.h"
#include "checkers/isolation/model.h"
#include "checkers/isolation/witness.h"
#include "harness/core/arena.h"

#define ALL (~0u)

void question_begin(struct question *q, unsigned shift)
{
	q->shift = shift;
	q->accesses = q->graph->node_count << shift;
	q->versions = NONE;
	q->edges = (struct edges){ .node_count = q->accesses };
	q->starts = (struct edges){ 0 };
}

void question_end(struct question *q)
{
	edges_release(&q->edges);
	edges_release(&q->starts);
}

/* The transaction, or other node of the whole graph, that a node is of. */
static uint32_t owner_of(const struct question *q, uint32_t node)
{
	if (node >= q->versions)
		return NONE;
	return node < q->accesses ? node >> q->shift :
				    q->analysis->view.owner[node - q->accesses];
}

void question_each(struct question *q, each_edge *call)
{
	unsigned kinds = EDGE_BIT(EDGE_WW) | EDGE_BIT(EDGE_WR) |
			 EDGE_BIT(EDGE_RW) | EDGE_BIT(EDGE_SAME);

	for (uint32_t v = 0; v < q->graph->node_count; v++) {
		for (uint32_t e = q->graph->starts[v];
		     q->in_cycle[v] && e < q->graph->starts[v + 1]; e++) {
			uint32_t w = edge_node(q->graph->targets[e]);
			enum edge_kind kind = edge_kind(q->graph->targets[e]);

			if (q->in_cycle[w] && (kinds & EDGE_BIT(kind)))
				call(q, v, w, kind);
		}
	}
}

/* The steps of a witness, between transactions. */
static void tell(struct question *q, const struct witness *witness,
		 enum anomaly_name name)
{
	struct finding finding = { .name = name,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE,
				   .steps = witness->steps };

	for (size_t i = 0; i < witness->count; i++) {
		struct step step = witness->steps[i];

		step.from = owner_of(q, step.from);
		step.to = owner_of(q, step.to);
		if (step.from != step.to)
			finding.steps[finding.step_count++] = step;
	}
	findings_add(&q->found, &finding);
}

static void find_witness(struct question *q, const struct graph *graph,
			 const struct edge *candidates, uint32_t count,
			 enum anomaly_name name)
{
	uint8_t *is_real = heap_zeroed((size_t)graph->node_count + 1, 1);
	struct witness witness;

	for (uint32_t v = 0; v < graph->node_count; v++)
		is_real[v] = owner_of(q, v) < q->analysis->view.op_count;
	witness_find(&witness, graph, ALL, false, candidates, count, is_real,
		     q->arena);
	tell(q, &witness, name);
	free(is_real);
}

bool question_has_cycle(struct question *q, enum anomaly_name name)
{
	struct graph graph;
	uint32_t *components, count = 0;
	struct edge *inner = heap_alloc((q->edges.count + 1) * sizeof(*inner));

	graph_build(&graph, q->edges.node_count, &q->edges, 1);
	components = heap_alloc(((size_t)graph.node_count + 1) *
				sizeof(*components));
	graph_components(&graph, ALL, components);
	for (size_t i = 0; i < q->edges.count; i++) {
		const struct edge *edge = &q->edges.items[i];

		if (components[edge->from] ==
			    components[edge_node(edge->target)] &&
		    owner_of(q, edge->from) < q->analysis->view.op_count)
			inner[count++] = *edge;
	}
	if (count > 0)
		find_witness(q, &graph, inner, count, name);
	graph_release(&graph);
	free(components);
	free(inner);
	return count > 0;
}

bool question_has_single(struct question *q, enum anomaly_name name)
{
	uint32_t count = (uint32_t)q->starts.count, hits;
	uint8_t *hit = heap_zeroed((size_t)count + 1, 1);
	struct edge *closing = heap_alloc(((size_t)count + 1) *
					  sizeof(*closing));
	struct graph graph;
	uint32_t kept = 0;

	graph_build(&graph, q->edges.node_count, &q->edges, 1);
	hits = layers_find_single(&graph, ALL, q->starts.items, count, hit);
	for (uint32_t i = 0; i < count && hits > 0; i++) {
		if (hit[i])
			closing[kept++] = q->starts.items[i];
	}
	if (hits > 0)
		find_witness(q, &graph, closing, kept, name);
	graph_release(&graph);
	free(hit);
	free(closing);
	return hits > 0;
}

/* Prefix consistency: the second node of a pair is reached by wr. */
static void prefix_edge(struct question *q, uint32_t v, uint32_t w,
			enum edge_kind kind)
{
	if (kind != EDGE_RW)
		edges_add(&q->edges, 2 * v, 2 * w + (kind == EDGE_WR), kind);
	edges_add(&q->edges, 2 * v + 1,
		  2 * w + (kind == EDGE_WR || kind == EDGE_SAME), kind);
}

static void ask_prefix(struct question *q)
{
	question_begin(q, 1);
	question_each(q, prefix_edge);
	question_has_cycle(q, A_PREFIX_CYCLE);
	question_end(q);
}

/* The second node of a pair is reached by wr alone. */
static void cerone_edge(struct question *q, uint32_t v, uint32_t w,
			enum edge_kind kind)
{
	if (kind != EDGE_WR)
		return;
	edges_add(&q->edges, 2 * v, 2 * w + 1, kind);
	edges_add(&q->edges, 2 * v + 1, 2 * w + 1, kind);
}

/* Nodes for the versions of keys: each leads to who made it, and to the next
 * one. The last stands for appends that nobody saw. */
static void add_versions(struct question *q)
{
	const struct view *view = &q->analysis->view;
	const struct lists *lists = &q->analysis->lists;

	q->versions = q->accesses;
	for (uint32_t k = 0; k < view->key_count; k++) {
		uint32_t node = q->versions + lists->first[k];

		for (uint32_t p = 0; p < lists->length[k]; p++, node++) {
			uint32_t maker = lists->at[lists->first[k] + p];

			edges_add(&q->edges, node, node + 1, EDGE_SAME);
			if (maker != NONE)
				edges_add(&q->edges, node, 2 * maker,
					  EDGE_SAME);
		}
		for (uint32_t i = lists->unseen_first[k];
		     i < lists->unseen_first[k + 1]; i++)
			edges_add(&q->edges, node,
				  2 * view->owner[lists->unseen[i]], EDGE_SAME);
		q->edges.node_count = node + 1;
	}
}

static void ask_cerone(struct question *q)
{
	const struct view *view = &q->analysis->view;
	const struct lists *lists = &q->analysis->lists;

	question_begin(q, 1);
	question_each(q, cerone_edge);
	add_versions(q);
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t t = view->owner[a], key = view->key_of[a];

		if (t != NONE && q->in_cycle[t] && !view_writes(view, a) &&
		    view->key_kinds[key] == KEY_LIST && lists_placed(lists, a))
			edges_add(&q->starts, 2 * t + 1,
				  q->versions + lists->first[key] +
					  lists->place[a],
				  EDGE_RW);
	}
	question_has_single(q, A_CERONE_CYCLE);
	question_end(q);
}

static bool is_update(const struct question *q, uint32_t v)
{
	const struct view *view = &q->analysis->view;
	const struct op *op;

	if (v >= view->op_count)
		return true;
	op = &view->history->ops[v];
	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (view_writes(view, a))
			return true;
	}
	return false;
}

static void update_edge(struct question *q, uint32_t v, uint32_t w,
			enum edge_kind kind)
{
	if (!is_update(q, v))
		edges_add(&q->starts, v, w, kind);
	else if (is_update(q, w))
		edges_add(&q->edges, v, w, kind);
}

static void to_reader(struct question *q, uint32_t v, uint32_t w,
		      enum edge_kind kind)
{
	if (is_update(q, v) && !is_update(q, w))
		edges_add(&q->edges, v, w, kind);
}

static void ask_update(struct question *q)
{
	question_begin(q, 0);
	question_each(q, update_edge);
	if (!question_has_cycle(q, A_G_UPDATE)) {
		question_each(q, to_reader);
		question_has_single(q, A_G_UPDATE);
	}
	question_end(q);
}

/* A weaker level stands before a stronger one. */
static const struct {
	const char *model;
	void (*ask)(struct question *q);
} levels[] = {
	{ "monotonic-view", ask_monotonic_view },
	{ "monotonic-snapshot-read", ask_snapshot_reads },
	{ "update-atomic", ask_update_atomic },
	{ "causal-cerone", ask_cerone },
	{ "prefix", ask_prefix },
	{ "update-serializable", ask_update },
};

#define LEVELS (sizeof(levels) / sizeof(*levels))

uint64_t between_levels(void)
{
	uint64_t set = 0;

	for (size_t i = 0; i < LEVELS; i++)
		set |= UINT64_C(1) << lattice_find(levels[i].model);
	return set;
}

/* A finding is told only if nothing else says why the level that was asked
 * for does not hold. */
static void settle(struct question *q, size_t model)
{
	struct analysis *analysis = q->analysis;
	anomaly_set found = anomaly_closure(analysis->findings.set);

	if (q->found.set)
		analysis->ruled_out |= UINT64_C(1) << model;
	if (model_weaker(analysis->model) >> model & 1 &&
	    !(model_forbids(analysis->model) & found))
		findings_merge(&analysis->findings, &q->found);
	else
		findings_release(&q->found);
}

void between_decide(struct analysis *analysis, const struct graph *graph,
		    const uint8_t *in_cycle, struct arena *arena)
{
	struct question question = { .analysis = analysis,
				     .graph = graph,
				     .in_cycle = in_cycle,
				     .arena = arena };

	if (analysis->has_registers || analysis->has_sets)
		return;
	for (size_t i = 0; i < LEVELS; i++) {
		anomaly_set found = anomaly_closure(analysis->findings.set);
		size_t model = lattice_find(levels[i].model);

		if (model_forbids(model) & found ||
		    model_weaker(model) & analysis->ruled_out ||
		    analysis->undecided >> model & 1)
			continue;
		findings_init(&question.found);
		levels[i].ask(&question);
		settle(&question, model);
	}
}
