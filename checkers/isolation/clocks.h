/* SPDX-License-Identifier: MIT */
/*
 * Vector clocks as rows of turns, one column a process, a multiple of
 * CLOCK_LANES of them: so that many are handled by one instruction. (A file of
 * its own, for compilers see that best in a function by itself.) Turns are
 * below 2^31.
 */
#ifndef ORDEAL_ISOLATION_CLOCKS_H
#define ORDEAL_ISOLATION_CLOCKS_H

#include <stdint.h>

#define CLOCK_LANES 8

/* What the other clock knows is known here too. */
void clock_learn(uint32_t *restrict clock, const uint32_t *restrict other,
		 uint32_t columns);

/* The first column from `column` on in which both `one` and `two` are above
 * `bound`; `columns` if there is none. */
uint32_t clock_above(const uint32_t *one, const uint32_t *two,
		     const uint32_t *bound, uint32_t column, uint32_t columns);

#endif
