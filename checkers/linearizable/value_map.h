/* SPDX-License-Identifier: MIT */
/* From values to numbers. */
#ifndef ORDEAL_LINEARIZABLE_VALUE_MAP_H
#define ORDEAL_LINEARIZABLE_VALUE_MAP_H

#include "harness/core/value.h"

#include <stddef.h>
#include <stdint.h>

struct value_slot {
	uint32_t key; /* 0: free */
	uint32_t number;
};

/* Zeroed is empty. One thread. */
struct value_map {
	struct value_slot *slots;
	size_t slot_count;
	size_t count;
};

/* The number of `value`, set to `number` if it had none. */
uint32_t *value_map_put(struct value_map *map, struct value value,
			uint32_t number);

/* The number of `value`, which is how many had one if it had none. Never asks
 * whether it had: where that is as likely as not, a guess goes wrong. */
uint32_t value_map_number(struct value_map *map, struct value value);

/* The number of `value`, or `fallback`. */
uint32_t value_map_at(const struct value_map *map, struct value value,
		      uint32_t fallback);

/* Has the memory at hand where the number of `value` is, or would be, soon. */
void value_map_prefetch(const struct value_map *map, struct value value);

/* Makes the number of `value` at least `number`. */
void value_map_raise(struct value_map *map, struct value value,
		     uint32_t number);

/* All values whose number is not 0, ascending by their bits; *values is the
 * caller's to free. Returns how many. */
size_t value_map_list(const struct value_map *map, struct value **values);

/* Makes room for `count` values at once. */
void value_map_reserve(struct value_map *map, size_t count);

/* Makes them numbers of the same values in table `to`. */
void value_map_move(struct value_map *map, struct values *to,
		    const struct values *from);

void value_map_release(struct value_map *map);

#endif
