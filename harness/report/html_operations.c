/* SPDX-License-Identifier: MIT */
#include "harness/report/html_operations.h"

#define NOT_SEEN 255

void operations_find(struct operations *operations,
		     const struct history *history, struct arena *arena)
{
	uint8_t *numbers = arena_alloc(arena, UINT16_MAX + 1);

	*operations = (struct operations){ .numbers = numbers,
					   .f_count = UINT16_MAX + 1 };
	for (size_t f = 0; f <= UINT16_MAX; f++)
		numbers[f] = NOT_SEEN;
	for (size_t i = 0; history && i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (!op_is_client(op) || numbers[op->f] != NOT_SEEN)
			continue;
		if (operations->count == OPERATIONS_MAX) {
			operations->names[OPERATIONS_MAX - 1] = "others";
			numbers[op->f] = OPERATIONS_MAX - 1;
			continue;
		}
		operations->names[operations->count] =
			history_f_name(history, op->f);
		numbers[op->f] = (uint8_t)operations->count++;
	}
}
