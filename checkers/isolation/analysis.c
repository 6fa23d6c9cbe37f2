/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/analysis.h"

#include <pthread.h>
#include <stdlib.h>

#include "checkers/isolation/between.h"
#include "checkers/isolation/classify.h"
#include "checkers/isolation/model.h"
#include "checkers/isolation/order.h"
#include "checkers/isolation/patterns.h"
#include "checkers/isolation/polygraph.h"
#include "checkers/isolation/predicates.h"
#include "checkers/isolation/unseen.h"
#include "checkers/isolation/weak.h"
#include "harness/core/arena.h"

enum edge_set { SET_DATA, SET_REALTIME, SET_PROCESS, SET_PREDICATE, SETS };

/* Edges that lead to transactions, where several stand for one. */
static uint64_t count_data(const struct edges *edges)
{
	uint64_t count = 0;

	for (size_t i = 0; i < edges->count; i++)
		count += edge_kind(edges->items[i].target) != EDGE_SAME;
	return count;
}

static bool is_acyclic(const struct graph *graph)
{
	uint32_t *nodes = heap_alloc(((size_t)graph->node_count + 1) *
				     sizeof(*nodes));
	uint32_t core = graph_core(graph, nodes);

	free(nodes);
	return core == 0;
}

/* A look at the history beside another. */
struct aside {
	const struct analysis *analysis;
	void (*look)(const struct analysis *analysis,
		     struct findings *findings);
	struct findings findings;
	pthread_t thread;
	bool is_apart;
};

static void *run_aside(void *argument)
{
	struct aside *aside = argument;

	aside->look(aside->analysis, &aside->findings);
	return NULL;
}

/* In a thread of its own, if there may be two and one can be had. */
static void start_aside(struct aside *aside, const struct analysis *analysis,
			void (*look)(const struct analysis *analysis,
				     struct findings *findings),
			const struct budget *budget)
{
	*aside = (struct aside){ .analysis = analysis, .look = look };
	findings_init(&aside->findings);
	aside->is_apart = budget->threads > 1 &&
			  analysis->view.op_count > 10000 &&
			  pthread_create(&aside->thread, NULL, run_aside,
					 aside) == 0;
	if (!aside->is_apart)
		run_aside(aside);
}

/* Once or more often. */
static void end_aside(struct aside *aside, struct findings *findings)
{
	if (aside->is_apart)
		pthread_join(aside->thread, NULL);
	aside->is_apart = false;
	findings_merge(findings, &aside->findings);
}

static void look_at_sessions(const struct analysis *analysis,
			     struct findings *findings)
{
	patterns_sessions(&analysis->view, &analysis->lists, findings);
}

static void name_list_cycles(struct analysis *analysis,
			     const struct graph *graph,
			     const uint8_t *in_cycle, struct aside *sessions,
			     const struct check *check)
{
	const struct view *view = &analysis->view;
	struct findings causality;

	findings_init(&causality);
	patterns_causality(view, &analysis->lists, graph, in_cycle,
			   &causality);
	end_aside(sessions, &analysis->findings);
	findings_merge(&analysis->findings, &causality);
	patterns_follow_reads(view, &analysis->lists, &analysis->findings);
	unseen_decide(analysis, graph, in_cycle, check);
	between_decide(analysis, graph, in_cycle, check->arena);
}

/* Nothing happens if there are none. */
static void name_cycles(struct analysis *analysis, const struct graph *graph,
			struct aside *sessions, const struct check *check)
{
	const struct view *view = &analysis->view;
	uint8_t *in_cycle = heap_zeroed((size_t)graph->node_count + 1, 1);

	if (classify(graph, view->op_count, &analysis->findings, in_cycle,
		     check->arena)) {
		patterns_fractured(view, &analysis->lists, in_cycle,
				   &analysis->findings);
		patterns_write_skew(analysis, graph, in_cycle, check->arena);
		patterns_long_fork(&analysis->findings);
		if (analysis->has_lists)
			name_list_cycles(analysis, graph, in_cycle, sessions,
					 check);
	}
	free(in_cycle);
}

/* Is there any level between this one and those that need a search? */
static bool is_weak(size_t model)
{
	return model_weaker(lattice_find("causal")) >> model & 1;
}

static void decide_registers(struct analysis *analysis,
			     const struct graph *graph,
			     const struct check *check)
{
	uint64_t *undecided = &analysis->undecided, standing;

	if (is_weak(analysis->model)) {
		for (size_t i = 0; i < model_count; i++) {
			if (!is_weak(i))
				*undecided |= UINT64_C(1) << i;
		}
		weak_decide(analysis, graph, check->arena);
		return;
	}
	standing = polygraph_decide(analysis, graph, check->budget,
				    check->arena);
	/* What lies between is decided only by a stronger level. */
	for (size_t i = 0; i < model_count; i++) {
		if (model_weaker(i) >> lattice_find("cursor-stability") & 1 ||
		    model_weaker(i) >> lattice_find("update-atomic") & 1)
			*undecided |= UINT64_C(1) << i;
	}
	if (*undecided >> lattice_find("serializable") & 1)
		*undecided |= UINT64_C(1) << lattice_find("view-serializable");
	*undecided &= ~standing;
}

/*
 * Most histories of lists have no cycle, which real time shows at once: its
 * order contains that of the processes.
 */
static void find_cycles(struct analysis *analysis, struct edges *sets,
			const struct check *check)
{
	uint32_t node_count = sets[SET_REALTIME].node_count;
	struct aside sessions = { 0 };
	struct findings unused;
	struct graph graph;
	bool is_clean;

	if (!analysis->has_registers && !analysis->has_sets) {
		graph_build(&graph, node_count, sets, SET_PROCESS);
		is_clean = is_acyclic(&graph);
		graph_release(&graph);
		if (is_clean)
			return;
	}
	if (analysis->has_lists)
		start_aside(&sessions, analysis, look_at_sessions,
			    check->budget);
	order_process_edges(&analysis->view, &sets[SET_PROCESS]);
	graph_build(&graph, node_count, sets, SET_PREDICATE);
	name_cycles(analysis, &graph, &sessions, check);
	findings_init(&unused); /* without a cycle nothing is said of them */
	end_aside(&sessions, &unused);
	findings_release(&unused);
	if (analysis->has_registers)
		decide_registers(analysis, &graph, check);
	graph_release(&graph);
	if (analysis->has_registers || analysis->has_sets)
		analysis->undecided |= between_levels();
	if (!analysis->has_sets)
		return;
	graph_build(&graph, node_count, sets, SETS);
	predicates_name(analysis, &graph, check->arena);
	graph_release(&graph);
}

static bool removes(const struct history *history)
{
	for (size_t a = 0; a < history->action_count; a++) {
		if (history->actions[a].verb == VERB_REMOVE)
			return true;
	}
	return false;
}

/* What makes a history hard to judge. */
static void doubt(struct analysis *analysis, struct arena *arena)
{
	const struct view *view = &analysis->view;
	uint64_t many = analysis->lists.elements.ambiguous +
			analysis->registers.elements.ambiguous +
			analysis->sets.elements.ambiguous;
	bool is_mixed = false;

	for (uint32_t k = 0; k < view->key_count; k++) {
		is_mixed |= view->key_kinds[k] == KEY_MIXED;
		analysis->has_lists |= view->key_kinds[k] == KEY_LIST;
		analysis->has_registers |= view->key_kinds[k] == KEY_REGISTER;
		analysis->has_sets |= view->key_kinds[k] == KEY_SET;
	}
	if (is_mixed)
		analysis->doubt = "a key is both appended to and written to:"
				  " its versions cannot be told apart";
	else if (analysis->has_sets && removes(view->history))
		analysis->doubt = "elements are removed from sets: what a"
				  " read does not show may have been there";
	else if (many > 0)
		analysis->doubt = arena_printf(
			arena,
			"%llu values were written by more than one"
			" transaction: who read from whom is not known",
			(unsigned long long)many);
}

static void look_at_each(const struct analysis *analysis,
			 struct findings *findings)
{
	if (analysis->has_lists)
		lists_scan(&analysis->view, &analysis->lists, findings);
	if (analysis->has_registers)
		registers_scan(&analysis->view, &analysis->registers,
			       findings);
	if (analysis->has_sets)
		sets_scan(&analysis->view, &analysis->sets, findings);
}

/* A weak level of registers that stands is proven with few of the edges. */
static bool is_proven(struct analysis *analysis, struct aside *scan)
{
	uint64_t standing = weak_prove(analysis);

	if (standing == 0)
		return false;
	end_aside(scan, &analysis->findings);
	if (model_forbids(analysis->model) &
	    anomaly_closure(analysis->findings.set))
		return false;
	analysis->undecided = ~standing;
	return true;
}

void analysis_init(struct analysis *analysis, const struct check *check,
		   const struct register_rules *rules, size_t model)
{
	struct edges sets[SETS] = { 0 };
	struct aside scan = { 0 };
	anomaly_set vague = 0;
	struct view *view = &analysis->view;

	*analysis = (struct analysis){ .rules = *rules, .model = model };
	findings_init(&analysis->findings);
	view_init(view, check->history);
	lists_init(&analysis->lists, view);
	registers_init(&analysis->registers, view);
	sets_init(&analysis->sets, view);
	doubt(analysis, check->arena);
	/* Beside the building of edges. */
	start_aside(&scan, analysis, look_at_each, check->budget);
	if (is_proven(analysis, &scan))
		return;
	sets[SET_DATA].node_count = view->op_count;
	lists_edges(view, &analysis->lists, &sets[SET_DATA]);
	if (analysis->has_registers)
		registers_edges(view, &analysis->registers, rules,
				&sets[SET_DATA], &analysis->findings);
	if (analysis->has_sets)
		sets_edges(view, &analysis->sets, &sets[SET_DATA],
			   &sets[SET_PREDICATE]);
	analysis->edge_count = count_data(&sets[SET_DATA]) +
			       count_data(&sets[SET_PREDICATE]);
	sets[SET_REALTIME].node_count = sets[SET_DATA].node_count;
	/* A weak level of registers says nothing of real time. */
	if (analysis->has_lists || !is_weak(model))
		order_realtime_edges(view, &sets[SET_REALTIME]);
	end_aside(&scan, &analysis->findings);
	find_cycles(analysis, sets, check);
	/* That some cycle exists need not be said for each level. */
	for (uint32_t name = A_MAV_CYCLE; name < A_ABSTRACT; name++)
		vague |= anomaly_bit(name);
	findings_simplify(&analysis->findings, vague);
	for (size_t i = 0; i < SETS; i++)
		edges_release(&sets[i]);
}

void analysis_release(struct analysis *analysis)
{
	findings_release(&analysis->findings);
	lists_release(&analysis->lists);
	registers_release(&analysis->registers);
	sets_release(&analysis->sets);
	view_release(&analysis->view);
}
