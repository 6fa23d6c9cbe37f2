/* SPDX-License-Identifier: MIT */
/* Calls whose order is known but for those of one level. */
#ifndef ORDEAL_LINEARIZABLE_LEVELS_H
#define ORDEAL_LINEARIZABLE_LEVELS_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"

#include <stdbool.h>
#include <stddef.h>

/* Two calls of which `after`, of the higher level, returned before `before`
 * was invoked. */
struct levels_conflict {
	struct sort_item before;
	struct sort_item after;
};

/*
 * `order` holds levels (key) and calls (number). All calls of a level take
 * effect before all of a higher one; that fits iff no call returned before one
 * of a lower level was invoked. Sorts `order`. False, with the first conflict,
 * if it does not fit.
 */
bool levels_fit(const struct calls *calls, struct sort_item *order,
		size_t count, struct levels_conflict *conflict);

/* The same as a verdict, with all calls up to the conflict's level as core. */
void levels_decide(const struct calls *calls, struct sort_item *order,
		   size_t count, struct monitor_result *result);

#endif
