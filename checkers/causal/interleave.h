/* SPDX-License-Identifier: MIT */
/* One order of all events in which every read sees the last write before it. */
#ifndef ORDEAL_CAUSAL_INTERLEAVE_H
#define ORDEAL_CAUSAL_INTERLEAVE_H

#include "checkers/causal/relation.h"
#include "harness/core/budget.h"

enum interleave_end {
	INTERLEAVE_UNDECIDED, /* the budget ran out */
	INTERLEAVE_FOUND,
	INTERLEAVE_NONE,
};

struct interleaving {
	enum interleave_end end;
	uint64_t tried; /* writes placed, in all attempts */
	uint32_t placed; /* events in the longest order found */
	uint32_t *fronts; /* how many of each session are in it; to be freed */
};

/*
 * Searches depth-first, without recursion. A read that may come next comes
 * next, for it harms nobody; a write may come only when all have read what it
 * overwrites; those that were invoked first are tried first. What remained to
 * be done, and what the keys held, is remembered as 128 bits: two states are
 * taken for one with a probability below 2^-70 in a search of 2^29 states,
 * which the budget does not allow. Edges of the relation are obeyed.
 */
void interleave(const struct relation *relation, const struct budget *budget,
		struct interleaving *result);

#endif
