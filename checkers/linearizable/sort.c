/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/sort.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

static void insertion_sort(struct sort_item *items, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct sort_item item = items[i];
		size_t j = i;

		for (; j > 0 && items[j - 1].key > item.key; j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

/* One pass: by the digit at `shift`. */
static void distribute(const struct sort_item *from, struct sort_item *to,
		       size_t count, unsigned shift)
{
	size_t starts[DIGITS + 1] = { 0 };

	for (size_t i = 0; i < count; i++)
		starts[((from[i].key >> shift) & (DIGITS - 1)) + 1]++;
	for (size_t d = 0; d < DIGITS; d++)
		starts[d + 1] += starts[d];
	for (size_t i = 0; i < count; i++)
		to[starts[(from[i].key >> shift) & (DIGITS - 1)]++] = from[i];
}

void sort_items(struct sort_item *items, size_t count)
{
	struct sort_item *other;
	struct sort_item *from = items;
	uint32_t highest = 0;

	for (size_t i = 0; i < count; i++)
		highest |= items[i].key;
	if (count < 64) {
		insertion_sort(items, count);
		return;
	}
	other = heap_alloc(count * sizeof(*other));
	for (unsigned shift = 0; shift < 32 && highest >> shift;
	     shift += DIGIT_BITS) {
		struct sort_item *to = from == items ? other : items;

		distribute(from, to, count, shift);
		from = to;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
	free(other);
}
