/* SPDX-License-Identifier: MIT */
/* Versions of registers that follow each other at once. */
#ifndef ORDEAL_ISOLATION_CHAINS_H
#define ORDEAL_ISOLATION_CHAINS_H

#include "checkers/isolation/registers.h"

#include <stdbool.h>
#include <stdint.h>

/* A version, and those made from it by reading and writing in turn. */
struct chain {
	uint32_t key;
	uint32_t first; /* writes */
	uint32_t last;
	uint32_t invoke; /* of the first, as a position in the history */
	uint32_t complete; /* of its first and last; NONE: never */
	bool is_initial; /* its first was made from the initial state */
};

struct chains {
	struct chain *items; /* heap; by key, then by `invoke` */
	uint32_t count;
	uint32_t *next; /* by write: the next in its chain, or NONE */
	uint32_t *first_read; /* by write, and one more: in `reads` */
	uint32_t *reads; /* external reads, by the version they saw */
};

/* Every version must have at most one update, and every update's source must
 * be a final write: else the history is not serializable anyway. */
void chains_init(struct chains *chains, const struct view *view,
		 const struct registers *registers);
void chains_release(struct chains *chains);

/* The first chain after this one that is of another key, or how many there
 * are. */
static inline uint32_t chains_end_of_key(const struct chains *chains,
					 uint32_t chain)
{
	uint32_t end = chain;

	while (end < chains->count &&
	       chains->items[end].key == chains->items[chain].key)
		end++;
	return end;
}

#endif
