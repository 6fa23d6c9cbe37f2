/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/past.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

void past_init(struct past *past, size_t places, size_t writes)
{
	past->places = places;
	past->latest = heap_alloc((places + 1) * sizeof(*past->latest));
	past->ends = heap_alloc((places + 1) * sizeof(*past->ends));
	past->writes = heap_alloc((writes + 1) * sizeof(*past->writes));
}

void past_release(struct past *past)
{
	free(past->latest);
	free(past->ends);
	free(past->writes);
}

void past_clear(struct past *past)
{
	memset(past->latest, 0, past->places * sizeof(*past->latest));
	memset(past->ends, 0, past->places * sizeof(*past->ends));
}

void past_make_room(struct past *past)
{
	uint32_t start = 0;

	for (size_t place = 0; place < past->places; place++) {
		uint32_t count = past->ends[place];

		past->ends[place] = start;
		start += count;
	}
}

/* It is mostly among the last: steps back from there grow, and then halve. */
uint32_t past_find(const struct past *past, size_t place, uint32_t turn)
{
	const struct past_write *last = &past->writes[past->ends[place] - 1];
	uint32_t count = last->depth + 1;
	uint32_t low = 0, high = count; /* steps back: too few, enough */

	for (uint32_t step = 1; low < high; step *= 2) {
		uint32_t back = step < high - low ? low + step - 1 : high - 1;

		if (last[-(ptrdiff_t)back].turn <= turn) {
			high = back;
			break;
		}
		low = back + 1;
	}
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (last[-(ptrdiff_t)middle].turn <= turn)
			high = middle;
		else
			low = middle + 1;
	}
	return high < count ? last[-(ptrdiff_t)high].turn : 0;
}
