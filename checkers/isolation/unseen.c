/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/unseen.h"

#include <stdlib.h>

#include "checkers/isolation/between.h"
#include "checkers/isolation/model.h"
#include "checkers/isolation/solver.h"
#include "harness/core/arena.h"

#define PAIRS_MAX (UINT64_C(1) << 20)

struct form {
	const char *model;
	enum edge_kind order; /* EDGE_SAME: none */
	enum anomaly_name cycle;
};

static const struct form forms[] = {
	{ "snapshot-isolation", EDGE_SAME, A_SI_CYCLE },
	{ "strong-session-snapshot-isolation", EDGE_PROCESS,
	  A_SESSION_SI_CYCLE },
	{ "strong-snapshot-isolation", EDGE_REALTIME, A_STRONG_SI_CYCLE },
};

static bool concerns(const struct analysis *analysis, const uint8_t *in_cycle,
		     uint32_t i)
{
	return in_cycle[analysis->view.owner[analysis->lists.unseen[i]]];
}

/* Pairs of unseen appends to one key by two transactions in cycles. Calls
 * nothing when `solver` is NULL: only counts. */
static uint64_t each_pair(const struct analysis *analysis,
			  const uint8_t *in_cycle, const uint32_t *local,
			  struct solver *solver)
{
	const struct view *view = &analysis->view;
	const struct lists *lists = &analysis->lists;
	uint64_t count = 0;

	for (uint32_t i = 0; i < lists->unseen_first[view->key_count]; i++) {
		uint32_t a = lists->unseen[i], key = view->key_of[a];

		if (!concerns(analysis, in_cycle, i))
			continue;
		for (uint32_t j = i + 1; j < lists->unseen_first[key + 1];
		     j++) {
			uint32_t u = view->owner[a];
			uint32_t v = view->owner[lists->unseen[j]];

			if (u == v || !concerns(analysis, in_cycle, j))
				continue;
			if (++count > PAIRS_MAX)
				return count;
			if (!solver)
				continue;
			u = local[u];
			v = local[v];
			solver_add_choice(solver);
			solver_add_edge(solver, 0, 2 * u, 2 * v, EDGE_WW);
			solver_add_edge(solver, 0, 2 * u + 1, 2 * v, EDGE_WW);
			solver_add_edge(solver, 1, 2 * v, 2 * u, EDGE_WW);
			solver_add_edge(solver, 1, 2 * v + 1, 2 * u, EDGE_WW);
		}
	}
	return count;
}

static void add_layered(struct solver *solver, uint32_t v, uint32_t w,
			enum edge_kind kind)
{
	if (kind == EDGE_RW) {
		solver_add_known(solver, 2 * v, 2 * w + 1, kind);
		return;
	}
	solver_add_known(solver, 2 * v, 2 * w, kind);
	solver_add_known(solver, 2 * v + 1, 2 * w + (kind == EDGE_SAME),
			 kind);
}

static void add_known(struct solver *solver, const struct graph *graph,
		      const uint8_t *in_cycle, const uint32_t *local,
		      enum edge_kind order)
{
	unsigned kinds = EDGE_BIT(EDGE_WW) | EDGE_BIT(EDGE_WR) |
			 EDGE_BIT(EDGE_RW) | EDGE_BIT(EDGE_SAME) |
			 EDGE_BIT(order);

	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (!in_cycle[v])
			continue;
		for (uint32_t e = graph->starts[v]; e < graph->starts[v + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);
			enum edge_kind kind = edge_kind(graph->targets[e]);

			if (in_cycle[w] && (kinds & EDGE_BIT(kind)))
				add_layered(solver, local[v], local[w], kind);
		}
	}
}

/* The contradiction that was met last; `nodes` are those of the whole graph
 * by their numbers in the solver's. */
static void take_cycle(const struct analysis *analysis,
		       const struct solver *solver, const uint32_t *nodes,
		       struct finding *finding, struct arena *arena)
{
	size_t count, kept = 0;
	const struct solver_step *cycle = solver_cycle(solver, &count);
	struct step *steps = arena_array(arena, count + 1, sizeof(*steps));

	for (size_t i = 0; i < count; i++) {
		uint32_t from = nodes[cycle[i].from / 2];

		if (from < analysis->view.op_count)
			steps[kept++] = (struct step){
				from, 0, (uint8_t)cycle[i].tag, 0
			};
	}
	for (size_t i = 0; i < kept; i++)
		steps[i].to = steps[(i + 1) % kept].from;
	finding->steps = steps;
	finding->step_count = kept;
}

static void decide_form(struct analysis *analysis, const struct graph *graph,
			const uint8_t *in_cycle, const uint32_t *local,
			const uint32_t *nodes, uint32_t count,
			const struct form *form, const struct check *check)
{
	struct solver *solver = solver_new(2 * count);
	struct finding finding = { .name = form->cycle,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE };

	add_known(solver, graph, in_cycle, local, form->order);
	each_pair(analysis, in_cycle, local, solver);
	switch (solver_run(solver, check->budget)) {
	case SOLVER_NO:
		take_cycle(analysis, solver, nodes, &finding, check->arena);
		findings_add(&analysis->findings, &finding);
		break;
	case SOLVER_UNKNOWN:
		analysis->undecided |= UINT64_C(1) << lattice_find(form->model);
		break;
	case SOLVER_YES:
		break;
	}
	solver_free(solver);
}

/* Levels between which and snapshot isolation nobody looks. */
static uint64_t left_open(void)
{
	return between_levels() |
	       UINT64_C(1) << lattice_find("parallel-snapshot-isolation") |
	       UINT64_C(1) << lattice_find("consistent-view") |
	       UINT64_C(1) << lattice_find("forward-consistent-view") |
	       UINT64_C(1) << lattice_find("cursor-stability");
}

void unseen_decide(struct analysis *analysis, const struct graph *graph,
		   const uint8_t *in_cycle, const struct check *check)
{
	uint64_t pairs = each_pair(analysis, in_cycle, NULL, NULL);
	uint32_t *local, *nodes, count = 0;

	if (pairs == 0)
		return;
	analysis->undecided |= left_open();
	local = heap_zeroed((size_t)graph->node_count + 1, sizeof(*local));
	nodes = heap_zeroed((size_t)graph->node_count + 1, sizeof(*nodes));
	for (uint32_t v = 0; v < graph->node_count; v++) {
		if (!in_cycle[v])
			continue;
		nodes[count] = v;
		local[v] = count++;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		anomaly_set found = anomaly_closure(analysis->findings.set);
		size_t model = lattice_find(forms[i].model);

		if (model_forbids(model) & found)
			continue;
		if (pairs > PAIRS_MAX)
			analysis->undecided |= UINT64_C(1) << model;
		else
			decide_form(analysis, graph, in_cycle, local, nodes,
				    count, &forms[i], check);
	}
	free(local);
	free(nodes);
}
