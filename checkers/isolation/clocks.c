/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/clocks.h"

#include <stdbool.h>

void clock_learn(uint32_t *restrict clock, const uint32_t *restrict other,
		 uint32_t columns)
{
	for (; columns; columns -= CLOCK_LANES) {
		for (uint32_t i = 0; i < CLOCK_LANES; i++)
			clock[i] = (int32_t)clock[i] < (int32_t)other[i] ?
					   other[i] :
					   clock[i];
		clock += CLOCK_LANES;
		other += CLOCK_LANES;
	}
}

static uint32_t is_above(uint32_t one, uint32_t two, uint32_t bound)
{
	return ((int32_t)one > (int32_t)bound) &
	       ((int32_t)two > (int32_t)bound);
}

static bool is_any_above(const uint32_t *one, const uint32_t *two,
			 const uint32_t *bound)
{
	uint32_t any = 0;

	for (uint32_t i = 0; i < CLOCK_LANES; i++)
		any |= is_above(one[i], two[i], bound[i]);
	return any;
}

uint32_t clock_above(const uint32_t *one, const uint32_t *two,
		     const uint32_t *bound, uint32_t column, uint32_t columns)
{
	while (column < columns) {
		if (column % CLOCK_LANES == 0 &&
		    !is_any_above(one + column, two + column, bound + column))
			column += CLOCK_LANES;
		else if (is_above(one[column], two[column], bound[column]))
			break;
		else
			column++;
	}
	return column;
}
