/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/value_map.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* No value has these bits: of those that end in 000 only nil and the two
 * booleans are in use. So no value's key is 0. */
#define UNUSED_BITS UINT32_C(0xfffffff8)

/* Neighbouring numbers, which workloads love to write one after the other, get
 * neighbouring slots: 32 of them share a stretch of memory, and only the
 * stretches are scattered. */
#define STRETCH_BITS 5

static size_t home(const struct value_map *map, uint32_t key)
{
	uint32_t number = key >> 1;
	uint64_t stretch = (number >> STRETCH_BITS) *
			   UINT64_C(0x9e3779b97f4a7c15) >> 32;

	return (size_t)(stretch << STRETCH_BITS |
			(number & ((1u << STRETCH_BITS) - 1))) &
	       (map->slot_count - 1);
}

static size_t find(const struct value_map *map, uint32_t key)
{
	size_t mask = map->slot_count - 1;
	size_t slot = home(map, key);

	while (map->slots[slot].key && map->slots[slot].key != key)
		slot = (slot + 1) & mask;
	return slot;
}

static void resize(struct value_map *map, size_t slot_count)
{
	struct value_map old = *map;

	map->slot_count = slot_count;
	map->slots = heap_zeroed(slot_count, sizeof(*map->slots));
	for (size_t i = 0; i < old.slot_count; i++) {
		if (old.slots[i].key)
			map->slots[find(map, old.slots[i].key)] = old.slots[i];
	}
	free(old.slots);
}

void value_map_reserve(struct value_map *map, size_t count)
{
	size_t slot_count = map->slot_count ? map->slot_count : 16;

	while (slot_count < count * 2)
		slot_count *= 2;
	if (slot_count != map->slot_count)
		resize(map, slot_count);
}

uint32_t *value_map_put(struct value_map *map, struct value value,
			uint32_t number)
{
	uint32_t key = value.bits ^ UNUSED_BITS;
	struct value_slot *slot;

	if ((map->count + 1) * 2 > map->slot_count)
		value_map_reserve(map, map->count + 1);
	slot = &map->slots[find(map, key)];
	if (!slot->key) {
		*slot = (struct value_slot){ key, number };
		map->count++;
	}
	return &slot->number;
}

uint32_t value_map_number(struct value_map *map, struct value value)
{
	uint32_t key = value.bits ^ UNUSED_BITS;
	struct value_slot *slot;
	uint32_t number;

	if ((map->count + 1) * 2 > map->slot_count)
		value_map_reserve(map, map->count + 1);
	slot = &map->slots[find(map, key)];
	number = slot->key ? slot->number : (uint32_t)map->count;
	map->count += !slot->key;
	*slot = (struct value_slot){ key, number };
	return number;
}

uint32_t value_map_at(const struct value_map *map, struct value value,
		      uint32_t fallback)
{
	uint32_t key = value.bits ^ UNUSED_BITS;
	const struct value_slot *slot;

	if (!map->slot_count)
		return fallback;
	slot = &map->slots[find(map, key)];
	return slot->key ? slot->number : fallback;
}

void value_map_prefetch(const struct value_map *map, struct value value)
{
	if (map->slot_count)
		__builtin_prefetch(&map->slots[home(map, value.bits ^
							 UNUSED_BITS)]);
}

void value_map_raise(struct value_map *map, struct value value,
		     uint32_t number)
{
	uint32_t *there = value_map_put(map, value, number);

	if (*there < number)
		*there = number;
}

static int by_bits(const void *a, const void *b)
{
	uint32_t x = ((const struct value *)a)->bits;
	uint32_t y = ((const struct value *)b)->bits;

	return (x > y) - (x < y);
}

size_t value_map_list(const struct value_map *map, struct value **values)
{
	size_t count = 0;

	*values = heap_alloc((map->count + 1) * sizeof(**values));
	for (size_t i = 0; i < map->slot_count; i++) {
		const struct value_slot *slot = &map->slots[i];

		if (slot->key && slot->number)
			(*values)[count++] =
				(struct value){ slot->key ^ UNUSED_BITS };
	}
	if (count)
		qsort(*values, count, sizeof(**values), by_bits);
	return count;
}

void value_map_move(struct value_map *map, struct values *to,
		    const struct values *from)
{
	struct value_map moved = { 0 };

	value_map_reserve(&moved, map->count);
	for (size_t i = 0; i < map->slot_count; i++) {
		const struct value_slot *slot = &map->slots[i];
		struct value value = { slot->key ^ UNUSED_BITS };

		if (slot->key)
			value_map_put(&moved, value_copy(to, from, value),
				      slot->number);
	}
	value_map_release(map);
	*map = moved;
}

void value_map_release(struct value_map *map)
{
	free(map->slots);
	*map = (struct value_map){ 0 };
}
