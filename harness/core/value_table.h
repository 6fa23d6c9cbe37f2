/* SPDX-License-Identifier: MIT */
/* The inside of the table of values; for value*.c alone. */
#ifndef ORDEAL_CORE_VALUE_TABLE_H
#define ORDEAL_CORE_VALUE_TABLE_H

#include "harness/core/arena.h"
#include "harness/core/value.h"

#include <stdint.h>

/*
 * Bits of a value, from the right:
 *   ...1     integer of 31 bits
 *   .000     nil (0), false (8), true (16)
 *   .010     string, number of its text << 3
 *   .100     list, number of its node << 3
 *   0110     map, number of its node << 4
 *   1110     large integer or other number, number of its text << 4
 */
enum value_tag {
	TAG_STRING = 2,
	TAG_LIST = 4,
	TAG_MAP = 6,
	TAG_NUMBER = 14,
};

#define BITS_FALSE 8u
#define BITS_TRUE 16u

/* A text, or (is_integer) an integer that does not fit into the bits. */
struct text {
	const char *bytes; /* in the arena, ends in a NUL */
	int64_t integer;
	uint32_t length;
	uint32_t hash;
	bool is_number;
	bool is_integer;
};

/* A list: its last element and the rest. A map is the list of its keys and
 * contents by turns. Node 0 is the empty list. */
struct list_node {
	uint32_t rest;
	uint32_t element;
	uint32_t length;
};

/* Open addressing; a slot holds a number + 1, or 0. */
struct slots {
	uint32_t *slots;
	size_t size; /* a power of two, or 0 */
	size_t used;
};

struct values {
	struct arena arena; /* the bytes of texts */
	struct text *texts;
	size_t text_count;
	size_t text_capacity;
	struct slots text_slots;
	struct list_node *nodes;
	size_t node_count;
	size_t node_capacity;
	struct slots node_slots;
};

static inline uint32_t value_list_node(struct value list)
{
	return list.bits >> 3;
}

static inline uint32_t value_map_node(struct value map)
{
	return map.bits >> 4;
}

#endif
