/* SPDX-License-Identifier: MIT */
/* Tiny histories of registers, and what the definitions say of them. */
#ifndef ORDEAL_TESTS_SUPPORT_CAUSAL_TINY_H
#define ORDEAL_TESTS_SUPPORT_CAUSAL_TINY_H

#include "harness/core/history.h"
#include "harness/core/rng.h"

#include <stdbool.h>
#include <stdint.h>

#define TINY_MAX 9
#define TINY_KEYS 2

/* Values are distinct: the write number i (from 0) of the history writes i + 1.
 * 0 is nil, 99 is written by nobody. */
struct tiny_op {
	int session;
	int key;
	bool is_read; /* a cas is both */
	bool is_write;
	int seen;    /* read: the value */
	int written; /* write: the value */
	bool is_open;	/* indeterminate */
	bool is_failed; /* a write that was refused */
};

/* Operations in order of invocation; an open one is the last of its
 * session. `reach[i]`: how many operations had been invoked when i
 * completed; i precedes j in real time iff reach[i] <= j. */
struct tiny {
	struct tiny_op ops[TINY_MAX];
	int reach[TINY_MAX];
	int count;
	int sessions;
};

enum tiny_model {
	TINY_LINEARIZABLE,
	TINY_SEQUENTIAL,
	TINY_CAUSAL_MEMORY,
	TINY_CAUSAL_CONVERGENCE,
	TINY_CAUSAL,
	TINY_PRAM,
	TINY_READ_YOUR_WRITES,
	TINY_MONOTONIC_READS,
	TINY_MONOTONIC_WRITES,
	TINY_WRITES_FOLLOW_READS,
	TINY_REAL_TIME_CAUSAL,
	TINY_REGULAR,
	TINY_SAFE,
	TINY_PROCESSOR,
	TINY_MODELS,
};

/* Random: of one to four sessions, from honest to absurd. */
void tiny_make(struct tiny *tiny, struct rng *rng);

/* As a history; to be freed. */
struct history *tiny_history(const struct tiny *tiny);

void tiny_print(const struct tiny *tiny);

/* By definition: is there an order, or several, as the model demands? Tries
 * all of them. */
bool tiny_holds(const struct tiny *tiny, enum tiny_model model);

/* The checker's name for it. */
const char *tiny_model_name(enum tiny_model model);

#endif
