/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/waiting.h"

void waiting_push(struct waiting *waiting, uint32_t key, uint32_t number)
{
	size_t i = waiting->count++;

	for (; i > 0 && waiting->items[(i - 1) / 2].key > key;
	     i = (i - 1) / 2)
		waiting->items[i] = waiting->items[(i - 1) / 2];
	waiting->items[i] = (struct sort_item){ key, number };
}

uint32_t waiting_pop(struct waiting *waiting)
{
	struct sort_item item;
	uint32_t first;
	size_t i = 0;

	if (!waiting->count)
		return WAITING_NONE;
	first = waiting->items[0].number;
	item = waiting->items[--waiting->count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= waiting->count)
			break;
		if (child + 1 < waiting->count &&
		    waiting->items[child + 1].key < waiting->items[child].key)
			child++;
		if (waiting->items[child].key >= item.key)
			break;
		waiting->items[i] = waiting->items[child];
		i = child;
	}
	waiting->items[i] = item;
	return first;
}
