/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/analysis.h"

#include <stdlib.h>

#include "checkers/isolation/classify.h"
#include "checkers/isolation/order.h"
#include "checkers/isolation/patterns.h"
#include "checkers/isolation/unseen.h"
#include "harness/core/arena.h"

enum edge_set { SET_DATA, SET_REALTIME, SET_PROCESS, SETS };

/* Edges that lead to transactions, where several stand for one. */
static uint64_t count_data(const struct edges *edges)
{
	uint64_t count = 0;

	for (size_t i = 0; i < edges->count; i++)
		count += edge_kind(edges->items[i].target) != EDGE_SAME;
	return count;
}

/* The cycles; most histories have none, which real time shows at once: its
 * order contains that of the processes. */
static void find_cycles(struct analysis *analysis, struct edges *sets,
			const struct check *check)
{
	const struct view *view = &analysis->view;
	uint32_t node_count = sets[SET_REALTIME].node_count, *nodes;
	uint8_t *in_cycle;
	struct graph graph;
	uint32_t core;

	graph_build(&graph, node_count, sets, SET_PROCESS);
	nodes = heap_alloc(((size_t)node_count + 1) * sizeof(*nodes));
	core = graph_core(&graph, nodes);
	free(nodes);
	graph_release(&graph);
	if (core == 0)
		return;
	order_process_edges(view, &sets[SET_PROCESS]);
	graph_build(&graph, node_count, sets, SETS);
	in_cycle = heap_zeroed((size_t)node_count + 1, 1);
	classify(&graph, view->op_count, &analysis->findings, in_cycle,
		 check->arena);
	patterns_fractured(view, &analysis->lists, in_cycle,
			   &analysis->findings);
	patterns_write_skew(analysis, &graph, in_cycle, check->arena);
	patterns_long_fork(&analysis->findings);
	patterns_sessions(view, &analysis->lists, &analysis->findings);
	patterns_causality(view, &analysis->lists, &graph, in_cycle,
			   &analysis->findings);
	unseen_decide(analysis, &graph, in_cycle, check->budget);
	free(in_cycle);
	graph_release(&graph);
}

int analysis_init(struct analysis *analysis, const struct check *check,
		  struct error *err)
{
	struct edges sets[SETS] = { 0 };

	(void)err;
	*analysis = (struct analysis){ 0 };
	findings_init(&analysis->findings);
	view_init(&analysis->view, check->history);
	lists_init(&analysis->lists, &analysis->view);
	lists_scan(&analysis->view, &analysis->lists, &analysis->findings);
	sets[SET_DATA].node_count = analysis->view.op_count;
	lists_edges(&analysis->view, &analysis->lists, &sets[SET_DATA]);
	analysis->edge_count = count_data(&sets[SET_DATA]);
	sets[SET_REALTIME].node_count = sets[SET_DATA].node_count;
	order_realtime_edges(&analysis->view, &sets[SET_REALTIME]);
	find_cycles(analysis, sets, check);
	for (size_t i = 0; i < SETS; i++)
		edges_release(&sets[i]);
	return 0;
}

void analysis_release(struct analysis *analysis)
{
	findings_release(&analysis->findings);
	lists_release(&analysis->lists);
	view_release(&analysis->view);
}
