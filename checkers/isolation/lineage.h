/* SPDX-License-Identifier: MIT */
/* How one transaction came to know of another. */
#ifndef ORDEAL_ISOLATION_LINEAGE_H
#define ORDEAL_ISOLATION_LINEAGE_H

#include "checkers/isolation/analysis.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The steps of a chain from operation `from` to operation `to`, each of which
 * is the order of a process or a read of what was written, with as few steps
 * as can be; in the arena, with room for one more. NULL if there is none.
 * Linear.
 */
struct step *lineage_find(const struct analysis *analysis, uint32_t from,
			  uint32_t to, size_t *count, struct arena *arena);

#endif
