/* SPDX-License-Identifier: MIT */
/* Long histories of transactions, for measurements. */
#ifndef ORDEAL_TESTS_ISOLATION_LONG_H
#define ORDEAL_TESTS_ISOLATION_LONG_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a long history is made of: 20 processes, 4 accesses a transaction,
 * half of them reads. */
struct isolation_long {
	size_t count; /* transactions, all of them committed */
	uint32_t keys; /* in use at a time; a list gives way to a new one
			* after 64 appends */
	bool registers; /* written values are 1, 2, 3, ...; else lists */
};

/* A history of a serial store, whose operations take effect when they are
 * invoked; the same one for the same shape. Freed by history_free. */
struct history *isolation_long(const struct isolation_long *shape);

/*
 * Spoils one late read: of a list it sees half of what was there, of a
 * register a version that three others have replaced; and one of those it
 * misses was written by its own process: so the history breaks the same
 * promises at any size.
 */
void isolation_plant(struct history *history);

#endif
