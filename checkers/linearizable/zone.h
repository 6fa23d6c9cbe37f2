/* SPDX-License-Identifier: MIT */
/* Zones of time, of values of a register. */
#ifndef ORDEAL_LINEARIZABLE_ZONE_H
#define ORDEAL_LINEARIZABLE_ZONE_H

#include <stddef.h>
#include <stdint.h>

/* What the calls about a block of values cover. */
struct zone {
	uint32_t first_return; /* the earliest */
	uint32_t last_invoke; /* the latest */
	uint32_t block;
};

/* Sorts by first_return. */
void zone_sort(struct zone *zones, size_t count);

/* Of sorted zones the last that begins before `position`, or NULL. *near is
 * where the last answer was, or 0: the next one is found fast around there. */
const struct zone *zone_before(const struct zone *zones, size_t count,
			       uint32_t position, size_t *near);

#endif
