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
			       uint32_t position, size_t *near)
{
	size_t low = *near;
	size_t high = *near;

	for (size_t step = 1;
	     low > 0 && zones[low - 1].first_return >= position; step *= 2) {
		high = low - 1;
		low = high > step ? high - step : 0;
	}
	for (size_t step = 1;
	     high < count && zones[high].first_return < position; step *= 2) {
		low = high + 1;
		high = count - low > step ? low + step : count;
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zones[middle].first_return < position)
			low = middle + 1;
		else
			high = middle;
	}
	*near = low;
	return low ? &zones[low - 1] : NULL;
}
