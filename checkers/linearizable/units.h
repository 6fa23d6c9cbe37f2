/* SPDX-License-Identifier: MIT */
/* Which calls of a counterexample may be left out, and which only together. */
#ifndef ORDEAL_LINEARIZABLE_UNITS_H
#define ORDEAL_LINEARIZABLE_UNITS_H

#include "checkers/linearizable/judge.h"

#include <stddef.h>
#include <stdint.h>

/* The unit of a call that has to stay. */
#define UNIT_NONE UINT32_MAX

/*
 * Each sets the unit of every call and returns how many numbers there are at
 * most. Leaving out all calls of a unit leaves a history with an order if the
 * whole has one; see enum model_shrink.
 */
size_t units_by_value(const struct calls *few, uint32_t *units);
size_t units_by_end(const struct calls *few, uint32_t *units);
size_t units_by_hold(const struct history *history, const struct calls *few,
		     uint32_t *units);
size_t units_of_pure(const struct judge *judge, const struct calls *few,
		     uint32_t *units);

#endif
