/* SPDX-License-Identifier: MIT */
/* The inside of the judge of Adya's definitions; for isolation_adya*.c alone.
 */
#ifndef ORDEAL_TESTS_ISOLATION_ADYA_PRIVATE_H
#define ORDEAL_TESTS_ISOLATION_ADYA_PRIVATE_H

#include "tests/support/isolation_judge.h"

#include <stdbool.h>

#define N JUDGE_TXNS_MAX

struct relation {
	bool has[N][N];
};

struct adya {
	struct judge judge;
	bool is_in[N]; /* committed */
	int length[JUDGE_KEYS_MAX];
	int order[JUDGE_KEYS_MAX][JUDGE_LENGTH_MAX]; /* elements */
	int writer[JUDGE_KEYS_MAX][JUDGE_LENGTH_MAX];
	int seen[JUDGE_KEYS_MAX]; /* how many of them were read */
	bool has_dirty_read; /* an aborted, unknown or intermediate one */
	bool has_garbage; /* an element nobody wrote, or twice */
	struct relation ww, wr, rw, session, realtime;
};

/* The writer of the next committed version of a key from element number p on,
 * by another transaction or the same; -1: there is none. */
int adya_writer_from(const struct adya *adya, int key, int p);

/* G-monotonic: the unfolded graph of some transaction, each of whose accesses
 * is a node, has a cycle with one rw edge, which leaves a read of that
 * transaction (Adya 1999, section 4.2). */
bool adya_has_g_monotonic(const struct adya *adya);

#endif
