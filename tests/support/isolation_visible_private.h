/* SPDX-License-Identifier: MIT */
/* The inside of isolation_visible*.c. */
#ifndef ORDEAL_TESTS_ISOLATION_VISIBLE_PRIVATE_H
#define ORDEAL_TESTS_ISOLATION_VISIBLE_PRIVATE_H

#include "tests/support/isolation_judge.h"

#define N JUDGE_TXNS_MAX
#define K JUDGE_KEYS_MAX
#define INITIAL (-1)
#define INNER (-2) /* a read of what its own transaction did */

struct visible {
	struct judge judge;
	bool registers;
	bool writes[N][K];
	bool is_update[N];
	int source[N][JUDGE_ACCESSES_MAX]; /* of reads */
	int rank[N][K]; /* of a list's writer, -1: no known place */
	int place[N]; /* in the order at hand, -1: left out */
	bool sees[N][N];
};

/* Who wrote what was read; false if the judge is not for this history. */
bool visible_prepare(struct visible *v, const struct history *history);

#endif
