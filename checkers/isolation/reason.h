/* SPDX-License-Identifier: MIT */
/* Why one transaction comes before another: the accesses that prove it. */
#ifndef ORDEAL_ISOLATION_REASON_H
#define ORDEAL_ISOLATION_REASON_H

#include "checkers/isolation/analysis.h"

#include <stdbool.h>
#include <stdint.h>

struct reason {
	uint32_t key; /* of the view, or NONE */
	uint32_t from; /* the access of the first transaction, or NONE */
	uint32_t to; /* of the second */
};

/* The first accesses that give the step, on another key than `except` (NONE:
 * any). False if there are none. Process and real-time steps have no key. */
bool reason_find(const struct analysis *analysis, const struct step *step,
		 uint32_t except, struct reason *reason);

#endif
