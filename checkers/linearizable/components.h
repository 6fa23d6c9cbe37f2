/* SPDX-License-Identifier: MIT */
/* Keys that operations connect. */
#ifndef ORDEAL_LINEARIZABLE_COMPONENTS_H
#define ORDEAL_LINEARIZABLE_COMPONENTS_H

#include "harness/core/history.h"

/*
 * Client operations grouped by components: two keys are in one if some
 * operation that did not fail touches both, or a row of such keys joins them.
 * What several objects are together is linearizable iff each of them is
 * (Herlihy and Wing, "Linearizability", 1990), and a component is such an
 * object. Groups are in order of first appearance; the key of one with several
 * is the list of them, of the first eight at most (made in history->values).
 * Freed by history_keys_release.
 */
void components_init(struct history_keys *groups,
		     const struct history *history);

#endif
