/* SPDX-License-Identifier: MIT */
/* Calls whose order is known but for those of one level. */
#ifndef ORDEAL_LINEARIZABLE_LEVELS_H
#define ORDEAL_LINEARIZABLE_LEVELS_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"

/*
 * `order` holds levels (key) and calls (number). All calls of a level take
 * effect before all of a higher one; that fits iff no call returned before one
 * of a lower level was invoked. Sorts `order`.
 */
void levels_decide(const struct calls *calls, struct sort_item *order,
		   size_t count, struct monitor_result *result);

#endif
