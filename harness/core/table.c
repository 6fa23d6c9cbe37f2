/* SPDX-License-Identifier: MIT */
#include "harness/core/table.h"

void table_init(struct table *table, struct arena *arena, size_t count)
{
	size_t size = 16;

	while (size < 2 * count + 2)
		size *= 2;
	table->slots = arena_array(arena, size, sizeof(*table->slots));
	table->mask = size - 1;
}

/* The finaliser of MurmurHash3. */
static size_t mixed(uint64_t name)
{
	name ^= name >> 33;
	name *= UINT64_C(0xff51afd7ed558ccd);
	name ^= name >> 33;
	name *= UINT64_C(0xc4ceb9fe1a85ec53);
	return (size_t)(name ^ name >> 33);
}

uint32_t *table_at(struct table *table, uint64_t name)
{
	size_t i = mixed(name) & table->mask;

	while (table->slots[i].number && table->slots[i].name != name)
		i = (i + 1) & table->mask;
	table->slots[i].name = name;
	return &table->slots[i].number;
}

uint32_t table_find(const struct table *table, uint64_t name)
{
	size_t i = mixed(name) & table->mask;

	while (table->slots[i].number && table->slots[i].name != name)
		i = (i + 1) & table->mask;
	return table->slots[i].number;
}
