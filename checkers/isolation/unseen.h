/* SPDX-License-Identifier: MIT */
/* Appends that no read saw, and snapshot isolation. */
#ifndef ORDEAL_ISOLATION_UNSEEN_H
#define ORDEAL_ISOLATION_UNSEEN_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"
#include "harness/checker.h"

#include <stdint.h>

/*
 * Two transactions whose appends to one key nobody saw came in some order.
 * For serializability it does not matter which: an order of all transactions
 * gives one. Under snapshot isolation each order may close a cycle. So where
 * both are in cycles, and a form of snapshot isolation is not ruled out yet,
 * a solver looks for orders that do not; a finding (PL-SI-cycle-exists and
 * the like) is added if there are none.
 */
void unseen_decide(struct analysis *analysis, const struct graph *graph,
		   const uint8_t *in_cycle, const struct check *check);

#endif
