/* SPDX-License-Identifier: MIT */
/* When values must be gone, as calls demand it. */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/removals.h"
#include "harness/core/arena.h"

/* The least end of what was put in at a place or after it. */
struct ends {
	uint32_t *least;
	size_t count;
};

static void ends_put(struct ends *ends, size_t place, uint32_t to)
{
	for (size_t i = place + 1; i > 0; i -= i & -i) {
		if (ends->least[i] > to)
			ends->least[i] = to;
	}
}

static uint32_t ends_from(const struct ends *ends, size_t place)
{
	uint32_t least = NEVER;

	for (size_t i = place + 1; i <= ends->count; i += i & -i) {
		if (least > ends->least[i])
			least = ends->least[i];
	}
	return least;
}

size_t removals_place(const struct sort_item *order, size_t count,
		      uint32_t position)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (order[middle].key > position)
			count = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* When each value that stays must be gone: demands of lower rank enter before
 * it looks for the first to end of those that begin after it went in. */
void removals_find_until(struct removals *removals)
{
	const struct container *container = removals->container;
	const struct demand *demands = removals->demands;
	size_t count = removals->demand_count;
	const struct item *items = container->items;
	size_t item_count = container->item_count;
	struct sort_item *by_from = heap_alloc((count + 1) * sizeof(*by_from));
	struct sort_item *by_rank = heap_alloc((count + 1) * sizeof(*by_rank));
	struct sort_item *stays = heap_alloc((item_count + 1) *
					     sizeof(*stays));
	uint32_t *places = heap_alloc((count + 1) * sizeof(*places));
	struct ends ends = { heap_alloc((count + 2) * sizeof(uint32_t)),
			     count };
	size_t entered = 0;

	for (uint32_t i = 0; i < count; i++) {
		by_from[i] = (struct sort_item){ demands[i].from, i };
		by_rank[i] = (struct sort_item){ demands[i].rank, i };
	}
	memset(ends.least, 0xff, (count + 2) * sizeof(uint32_t));
	for (uint32_t i = 0; i < item_count; i++)
		stays[i] = (struct sort_item){ removals->ranks[i], i };
	sort_items(by_from, count);
	sort_items(by_rank, count);
	sort_items(stays, item_count);
	for (uint32_t i = 0; i < count; i++)
		places[by_from[i].number] = i;
	for (size_t i = 0; i < item_count; i++) {
		uint32_t item = stays[i].number;

		for (; entered < count && by_rank[entered].key < stays[i].key;
		     entered++)
			ends_put(&ends, places[by_rank[entered].number],
				 demands[by_rank[entered].number].to);
		if (item_stays(&items[item]))
			removals->until[item] = ends_from(
				&ends, removals_place(by_from, count,
						      items[item].in_return));
	}
	free(by_from);
	free(by_rank);
	free(stays);
	free(places);
	free(ends.least);
}
