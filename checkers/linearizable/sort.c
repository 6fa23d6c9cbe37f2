/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

#define DIGIT_BITS 11
#define DIGIT_BITS_FEW 8
#define FEW 4096

/* Sorts what is nearly in order, as what happened is: a place or two for each
 * process. False when it is not; then equal keys still keep their order. */
static bool insertion_sort(struct sort_item *items, size_t count)
{
	size_t moves = count * 16 + 2048;

	for (size_t i = 1; i < count; i++) {
		struct sort_item item = items[i];
		size_t j = i;

		for (; j > 0 && items[j - 1].key > item.key; j--)
			items[j] = items[j - 1];
		items[j] = item;
		if (i - j > moves)
			return false;
		moves -= i - j;
	}
	return true;
}

/* One pass: by the digit at `shift`. */
static void distribute(const struct sort_item *from, struct sort_item *to,
		       size_t count, unsigned shift, unsigned bits)
{
	size_t starts[(1u << DIGIT_BITS) + 1];
	uint32_t digits = 1u << bits;

	memset(starts, 0, (digits + 1) * sizeof(*starts));
	for (size_t i = 0; i < count; i++)
		starts[((from[i].key >> shift) & (digits - 1)) + 1]++;
	for (size_t d = 0; d < digits; d++)
		starts[d + 1] += starts[d];
	for (size_t i = 0; i < count; i++)
		to[starts[(from[i].key >> shift) & (digits - 1)]++] = from[i];
}

void sort_items(struct sort_item *items, size_t count)
{
	unsigned bits = count < FEW ? DIGIT_BITS_FEW : DIGIT_BITS;
	struct sort_item *other;
	struct sort_item *from = items;
	uint32_t highest = 0;

	if (insertion_sort(items, count))
		return;
	for (size_t i = 0; i < count; i++)
		highest |= items[i].key;
	other = heap_alloc(count * sizeof(*other));
	for (unsigned shift = 0; shift < 32 && highest >> shift;
	     shift += bits) {
		struct sort_item *to = from == items ? other : items;

		distribute(from, to, count, shift, bits);
		from = to;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
	free(other);
}
