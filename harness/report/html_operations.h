/* SPDX-License-Identifier: MIT */
/* The kinds of operations of a history, as pages tell them apart. */
#ifndef ORDEAL_REPORT_HTML_OPERATIONS_H
#define ORDEAL_REPORT_HTML_OPERATIONS_H

#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stddef.h>
#include <stdint.h>

#define OPERATIONS_MAX 6

/* In order of appearance; those beyond OPERATIONS_MAX are the last, "others".
 */
struct operations {
	const char *names[OPERATIONS_MAX];
	size_t count;
	const uint8_t *numbers; /* by f */
	size_t f_count;
};

/* Those of clients; `history` may be NULL. */
void operations_find(struct operations *operations,
		     const struct history *history, struct arena *arena);

/* The number of an f, below count. */
static inline size_t operations_number(const struct operations *operations,
				       uint16_t f)
{
	return f < operations->f_count ? operations->numbers[f] : 0;
}

#endif
