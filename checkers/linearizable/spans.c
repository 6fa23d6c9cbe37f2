/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/spans.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

static uint32_t max(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

void spans_init(struct spans *spans, const struct span *items, size_t count)
{
	*spans = (struct spans){ .count = count, .leaves = 1 };
	while (spans->leaves < count)
		spans->leaves *= 2;
	spans->items = heap_alloc((count + 1) * sizeof(*spans->items));
	spans->owners = heap_zeroed(count + 1, sizeof(*spans->owners));
	spans->furthest =
		heap_zeroed(spans->leaves * 2, sizeof(*spans->furthest));
	if (count)
		memcpy(spans->items, items, count * sizeof(*items));
	for (size_t i = 0; i < count; i++) {
		if (items[i].from <= items[i].to)
			spans->furthest[spans->leaves + i] = items[i].to + 1;
	}
	for (size_t i = spans->leaves - 1; i > 0; i--)
		spans->furthest[i] = max(spans->furthest[2 * i],
					 spans->furthest[2 * i + 1]);
}

void spans_release(struct spans *spans)
{
	free(spans->items);
	free(spans->owners);
	free(spans->furthest);
	*spans = (struct spans){ 0 };
}

size_t spans_begun(const struct spans *spans, size_t first, size_t last,
		   uint32_t gap)
{
	while (first < last) {
		size_t middle = first + (last - first) / 2;

		if (spans->items[middle].from <= gap)
			first = middle + 1;
		else
			last = middle;
	}
	return first;
}

/* Those that end late enough: down the tree from the nodes that make up the
 * range. */
bool spans_find(const struct spans *spans, size_t first, size_t last,
		uint32_t gap, uint32_t *number)
{
	size_t low = first + spans->leaves;
	size_t high = last + spans->leaves;
	size_t node = 0;

	for (; low < high && !node; low /= 2, high /= 2) {
		if (low & 1 && spans->furthest[low++] > gap)
			node = low - 1;
		else if (high & 1 && spans->furthest[--high] > gap)
			node = high;
	}
	if (!node)
		return false;
	while (node < spans->leaves)
		node = spans->furthest[2 * node] > gap ? 2 * node :
							 2 * node + 1;
	*number = (uint32_t)(node - spans->leaves);
	return true;
}

void spans_remove(struct spans *spans, uint32_t number)
{
	size_t node = spans->leaves + number;

	spans->furthest[node] = 0;
	for (node /= 2; node > 0; node /= 2) {
		uint32_t furthest = max(spans->furthest[2 * node],
					spans->furthest[2 * node + 1]);

		if (spans->furthest[node] == furthest)
			break;
		spans->furthest[node] = furthest;
	}
}
