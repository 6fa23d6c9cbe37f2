/* SPDX-License-Identifier: MIT */
/* Numbers for numbers, or for pairs of them. */
#ifndef ORDEAL_CORE_TABLE_H
#define ORDEAL_CORE_TABLE_H

#include "harness/core/arena.h"

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t name;
	uint32_t number; /* 0: the slot is free */
};

/* Open addressing; at most half full. In an arena. */
struct table {
	struct table_slot *slots;
	size_t mask;
};

/* For at most `count` names. */
void table_init(struct table *table, struct arena *arena, size_t count);

/* Where the number of the name is kept: 0 when the name is new. */
uint32_t *table_at(struct table *table, uint64_t name);

/* The number, 0 if there is none. */
uint32_t table_find(const struct table *table, uint64_t name);

static inline uint64_t table_pair(uint32_t a, uint32_t b)
{
	return (uint64_t)a << 32 | b;
}

#endif
