/* SPDX-License-Identifier: MIT */
/* Sorting of positions. */
#ifndef ORDEAL_LINEARIZABLE_SORT_H
#define ORDEAL_LINEARIZABLE_SORT_H

#include <stddef.h>
#include <stdint.h>

struct sort_item {
	uint32_t key;
	uint32_t number;
};

/* Sorts by key; equal keys keep their order. By insertion what is nearly in
 * order, else by radix: O(n). */
void sort_items(struct sort_item *items, size_t count);

#endif
