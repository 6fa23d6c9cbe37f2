/* SPDX-License-Identifier: MIT */
/* The orders that do not depend on data: of a process, and of real time. */
#ifndef ORDEAL_ISOLATION_ORDER_H
#define ORDEAL_ISOLATION_ORDER_H

#include "checkers/isolation/graph.h"
#include "checkers/isolation/view.h"

/*
 * Numbers the processes that have transactions, in order of appearance:
 * *process_of by operation (NONE: no transaction), on the heap. Returns how
 * many there are.
 */
uint32_t order_processes(const struct view *view, uint32_t **process_of);

/* An edge between neighbouring committed transactions of each process. */
void order_process_edges(const struct view *view, struct edges *edges);

/*
 * Who completed before who was invoked, with O(n) edges: completions lead to
 * a chain of extra nodes (from edges->node_count on), and each node of it to
 * those invoked before its next one.
 */
void order_realtime_edges(const struct view *view, struct edges *edges);

#endif
