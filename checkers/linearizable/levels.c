/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/levels.h"

/* The levels up to that of the call show the contradiction by themselves. */
static void convict(const struct calls *calls, const struct sort_item *order,
		    size_t count, uint32_t level,
		    struct monitor_result *result)
{
	for (size_t i = 0; i < count && order[i].key <= level; i++)
		monitor_convict(result, &calls->items[order[i].number]);
}

void levels_decide(const struct calls *calls, struct sort_item *order,
		   size_t count, struct monitor_result *result)
{
	uint32_t below = 0; /* the latest invocation of a lower level */
	uint32_t here = 0; /* of this level and below */
	uint32_t level = 0;

	sort_items(order, count);
	result->kind = VERDICT_VALID;
	for (size_t i = 0; i < count; i++) {
		const struct call *call = &calls->items[order[i].number];

		if (order[i].key != level) {
			level = order[i].key;
			below = here;
		}
		if (call->complete < below) {
			convict(calls, order, count, level, result);
			return;
		}
		if (here < call->invoke)
			here = call->invoke;
	}
}
