/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/layout.h"

#include <stdlib.h>

#include "harness/core/arena.h"

size_t layout_bytes(const struct history_keys *keys)
{
	return keys->starts[keys->count] * sizeof(struct call) +
	       keys->count * 2 * sizeof(uint32_t);
}

void layout_init(struct layout *layout, const struct judge *judge,
		 const struct history_keys *keys)
{
	layout->judge = judge;
	layout->keys = keys;
	layout->calls = heap_alloc(keys->starts[keys->count] *
				   sizeof(*layout->calls));
	layout->counts = heap_zeroed(keys->count, sizeof(uint32_t));
	layout->open_counts = heap_zeroed(keys->count, sizeof(uint32_t));
	atomic_init(&layout->is_broken, false);
}

void layout_release(struct layout *layout)
{
	free(layout->calls);
	free(layout->counts);
	free(layout->open_counts);
}

void layout_share(struct layout *layout, size_t share, size_t shares)
{
	const struct history *history = layout->judge->history;
	const struct history_keys *keys = layout->keys;
	bool keep_refused = layout->judge->settings->failed_cas_asserts;
	const struct budget *budget = layout->judge->limits->budget;

	for (uint32_t i = 0; i < history->op_count; i++) {
		uint32_t group = keys->groups[i];
		struct call *call;

		if ((i & 0xffff) == 0xffff && budget_expired(budget))
			atomic_store(&layout->is_broken, true);
		if ((i & 0xffff) == 0xffff && atomic_load(&layout->is_broken))
			return;
		if (group == HISTORY_NONE || group % shares != share)
			continue;
		call = &layout->calls[keys->starts[group] +
				      layout->counts[group]];
		if (!call_from(history, i, keep_refused, call))
			continue;
		if (call->verb == VERB_DRAIN)
			atomic_store(&layout->is_broken, true);
		layout->counts[group]++;
		layout->open_counts[group] += call_is_open(call);
	}
}

bool layout_take(const struct layout *layout, size_t group,
		 struct calls *calls)
{
	if (!layout->calls || atomic_load(&layout->is_broken))
		return false;
	*calls = (struct calls){
		.items = layout->calls + layout->keys->starts[group],
		.count = layout->counts[group],
		.open_count = layout->open_counts[group],
		.is_lent = true,
	};
	return true;
}
