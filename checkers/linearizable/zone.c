/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/zone.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

void zone_sort(struct zone *zones, size_t count)
{
	struct sort_item *items = heap_alloc((count + 1) * sizeof(*items));
	struct zone *sorted = heap_alloc((count + 1) * sizeof(*sorted));

	for (uint32_t i = 0; i < count; i++)
		items[i] = (struct sort_item){ zones[i].first_return, i };
	sort_items(items, count);
	for (size_t i = 0; i < count; i++)
		sorted[i] = zones[items[i].number];
	if (count)
		memcpy(zones, sorted, count * sizeof(*zones));
	free(items);
	free(sorted);
}

const struct zone *zone_before(const struct zone *zones, size_t count,
			       uint32_t position)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (zones[middle].first_return < position)
			low = middle + 1;
		else
			count = middle;
	}
	return low ? &zones[low - 1] : NULL;
}
