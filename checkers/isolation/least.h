/* SPDX-License-Identifier: MIT */
/* A heap of numbers, the least first. */
#ifndef ORDEAL_ISOLATION_LEAST_H
#define ORDEAL_ISOLATION_LEAST_H

#include <stdint.h>

/* `heap` has room for one more than *count. */
static inline void least_push(uint32_t *heap, uint32_t *count, uint32_t number)
{
	uint32_t i = (*count)++;

	for (; i > 0 && heap[(i - 1) / 2] > number; i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = number;
}

/* There must be one. */
static inline uint32_t least_pop(uint32_t *heap, uint32_t *count)
{
	uint32_t least = heap[0], last = heap[--*count], i = 0;

	for (;;) {
		uint32_t child = 2 * i + 1;

		if (child >= *count)
			break;
		if (child + 1 < *count && heap[child + 1] < heap[child])
			child++;
		if (heap[child] >= last)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return least;
}

#endif
