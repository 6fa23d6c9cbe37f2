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

bool levels_fit(const struct calls *calls, struct sort_item *order,
		size_t count, struct levels_conflict *conflict)
{
	struct sort_item lower = { 0 }; /* the last to be invoked */
	struct sort_item last = { 0 }; /* of this level and below */
	uint32_t below = 0; /* invocation of `lower` */
	uint32_t here = 0; /* and of `last` */
	uint32_t level = 0;

	sort_items(order, count);
	for (size_t i = 0; i < count; i++) {
		const struct call *call = &calls->items[order[i].number];

		if (order[i].key != level) {
			level = order[i].key;
			below = here;
			lower = last;
		}
		if (call->complete < below) {
			*conflict = (struct levels_conflict){ lower, order[i] };
			return false;
		}
		if (here < call->invoke) {
			here = call->invoke;
			last = order[i];
		}
	}
	return true;
}

void levels_decide(const struct calls *calls, struct sort_item *order,
		   size_t count, struct monitor_result *result)
{
	struct levels_conflict conflict;

	result->kind = VERDICT_VALID;
	if (!levels_fit(calls, order, count, &conflict))
		convict(calls, order, count, conflict.after.key, result);
}
