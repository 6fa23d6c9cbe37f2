/* SPDX-License-Identifier: MIT */
/* What isolation levels mean, tried out on small histories: every order of
 * the transactions is looked at. Shares no code with the checker. */
#ifndef ORDEAL_TESTS_ISOLATION_JUDGE_H
#define ORDEAL_TESTS_ISOLATION_JUDGE_H

#include "harness/core/history.h"

#include <stdbool.h>

#define JUDGE_TXNS_MAX 6
#define JUDGE_ACCESSES_MAX 4
#define JUDGE_KEYS_MAX 3
#define JUDGE_LENGTH_MAX 16

/* Which orders between transactions a level respects. */
enum judge_order {
	JUDGE_FREE, /* none but that of the data */
	JUDGE_SESSION, /* of each process */
	JUDGE_REALTIME,
};

struct judge_access {
	bool is_write;
	bool is_list;
	int key;
	int value; /* written, or read from a register; 0: nil */
	int length; /* of a list that was read */
	int list[JUDGE_LENGTH_MAX];
};

struct judge_txn {
	bool is_ok; /* else indeterminate: may be left out */
	int process;
	unsigned invoke;
	unsigned complete; /* ~0u: never */
	int count;
	struct judge_access accesses[JUDGE_ACCESSES_MAX];
};

/* Aborted transactions are not in it. */
struct judge {
	int count;
	struct judge_txn txns[JUDGE_TXNS_MAX];
};

/* Lists where `registers` is false. */
void judge_init(struct judge *judge, const struct history *history,
		bool registers);

/* a must come before b. */
bool judge_before(const struct judge *judge, enum judge_order order, int a,
		  int b);

/* There is an order of the committed transactions (and of some indeterminate
 * ones) in which each reads what those before it wrote. */
bool judge_serializable(const struct judge *judge, enum judge_order order);

/*
 * There is an order in which they commit, and for each a place in it not after
 * its own from which it reads, such that no transaction that committed in
 * between wrote what it writes. `order` binds when one must have committed
 * before the other took its place.
 */
bool judge_snapshot_isolated(const struct judge *judge,
			     enum judge_order order);

#endif
