/* SPDX-License-Identifier: MIT */
/* The inside of a history; for history*.c alone. */
#ifndef ORDEAL_CORE_HISTORY_PRIVATE_H
#define ORDEAL_CORE_HISTORY_PRIVATE_H

#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a process is at: the number of its open operation, HISTORY_NONE
 * between operations, or HISTORY_NONE - 1
 * when its number is retired. */
struct history_seat {
	int32_t process;
	bool is_taken;
	uint32_t state;
};

struct history_private {
	size_t op_capacity;
	size_t action_capacity;
	size_t entry_capacity;
	size_t index_capacity;
	struct history_seat *seats; /* open addressing by process */
	size_t seat_size;
	size_t seat_count;
	struct value *names; /* of f from VERB_COUNT on */
	size_t name_count;
	size_t name_capacity;
	uint16_t *f_of_text; /* by the bits of the name's string */
	size_t f_of_text_capacity;
};

#endif
