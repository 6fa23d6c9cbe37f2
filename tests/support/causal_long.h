/* SPDX-License-Identifier: MIT */
/* Long histories of registers on replicas that lag, for measurements. */
#ifndef ORDEAL_TESTS_CAUSAL_LONG_H
#define ORDEAL_TESTS_CAUSAL_LONG_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAUSAL_LONG_CLIENTS 20
#define CAUSAL_LONG_EACH 100 /* operations of a process that ends */

/* What a long history is made of: 20 clients, half of what they do is reading,
 * values are 1, 2, 3, ... */
struct causal_long {
	size_t count; /* operations, before each key is read at the end */
	uint32_t keys;
	bool is_short; /* processes end, as they do when one is in doubt, and
			* their clients go on with others */
};

/* The same one for the same shape. Freed by history_free. */
struct history *causal_long(const struct causal_long *shape);

#endif
