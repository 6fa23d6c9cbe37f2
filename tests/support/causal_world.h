/* SPDX-License-Identifier: MIT */
/* Between the definitions of the models of tiny histories. */
#ifndef ORDEAL_TESTS_SUPPORT_CAUSAL_WORLD_H
#define ORDEAL_TESTS_SUPPORT_CAUSAL_WORLD_H

#include "tests/support/causal_tiny.h"

/* before[i]: a bit for each operation that comes before i. */
struct order {
	unsigned before[TINY_MAX];
};

/* The operations that happened. */
struct world {
	const struct tiny *tiny;
	unsigned there;
	int writer[100]; /* of a value; -1: none */
	struct order sessions;
	struct order causal;
	bool is_cyclic;
};

static inline bool is_in(unsigned set, int i)
{
	return set >> i & 1u;
}

/* Permutations of the writes of one key, or of all. */
struct permutation {
	int writes[TINY_MAX];
	int count;
};

void first_permutation(const struct world *w, int key, struct permutation *p);
bool next_permutation(struct permutation *p); /* false: that was the last */
int rank_of(const struct permutation *p, int write); /* -1: not in it */
bool respects(const struct permutation *p, const struct order *order);

/* Is there an order of `ops` within `order` in which those of `reads` see the
 * last write before them? */
bool explains(const struct world *w, unsigned ops, const struct order *order,
	      unsigned reads);
/* All writes that happened, and (all) operations of the session. */
unsigned all_of(const struct world *w, int session, bool writes);

/* Each read sees the last, in that order, of what causally precedes it. */
bool converges_by(const struct world *w, const struct permutation *p);

/* With real time; i ended before j began. */
static inline bool is_earlier(const struct tiny *tiny, int i, int j)
{
	return !tiny->ops[i].is_open && tiny->reach[i] <= j;
}
bool world_real_time(const struct world *w);
bool world_regular(const struct world *w);
bool world_safe(const struct world *w);

/* Processor consistency. */
bool world_processor(const struct world *w);

/* Monotonic reads, or read your writes. */
bool world_versions(const struct world *w, bool of_reads);
/* Writes follow reads, or monotonic writes. */
bool world_pairs(const struct world *w, bool follows);

#endif
