/* SPDX-License-Identifier: MIT */
#include "checkers/stats/groups.h"

struct group *groups_find(struct groups *groups, uint32_t key)
{
	for (size_t i = 0; i < groups->count && i < GROUPS_MAX; i++) {
		if (groups->items[i].key == key)
			return &groups->items[i];
	}
	if (groups->count >= GROUPS_MAX) {
		groups->count = GROUPS_MAX + 1;
		groups->is_crowded = true;
		return &groups->items[GROUPS_MAX];
	}
	groups->items[groups->count].key = key;
	return &groups->items[groups->count++];
}

void group_count(struct group *group, const struct op *op)
{
	group->count++;
	group->outcomes[op->outcome]++;
	group->answered += op->outcome == OUTCOME_OK ||
			   (op->outcome == OUTCOME_FAIL && op->f == VERB_CAS);
}

void group_add_latency(struct group *group, struct arena *arena,
		       const struct op *op)
{
	struct histogram **histogram = &group->latencies[op->outcome];

	if (op->complete == HISTORY_NONE || op->invoke_ns < 0 ||
	    op->complete_ns < 0)
		return;
	if (!*histogram)
		*histogram = arena_alloc(arena, sizeof(**histogram));
	histogram_add(*histogram, op->complete_ns - op->invoke_ns);
}
