/* SPDX-License-Identifier: MIT */
/* The judge that cannot be wrong: tries every order of a few operations. */
#ifndef ORDEAL_TESTS_SUPPORT_BRUTE_H
#define ORDEAL_TESTS_SUPPORT_BRUTE_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stdint.h>

#define BRUTE_OPS_MAX 16
#define BRUTE_CELLS 40

/* An object's state; what the cells mean is the specification's business. */
struct brute_state {
	int64_t cells[BRUTE_CELLS];
	int count;
};

struct brute_op {
	enum verb verb;
	int64_t arg; /* NIL: none */
	int64_t expected;
	int64_t result;
	const int64_t *list; /* result of a read of many, or NULL */
	int list_length;
	int32_t process;
	bool is_open; /* the result is not known */
	bool is_refused;
};

/*
 * Applies the operation to the state; false if it may not happen so. With
 * `choice` > 0 the next outcome of an operation that has several; false when
 * there are no more. Written apart from the checker's models, and as simply
 * as possible, so that the two do not share their mistakes.
 */
typedef bool (*brute_spec)(struct brute_state *state, const struct brute_op *op,
			   int choice);

/* What to make of a history. */
struct brute {
	brute_spec spec;
	int64_t initial; /* first cell; NIL: none */
	bool failed_cas_asserts;
};

/* True when some order of the completed operations and any of the
 * indeterminate ones keeps to real time and to the specification. */
bool brute_force(const struct brute *brute, const struct history *history);

bool brute_register(struct brute_state *state, const struct brute_op *op,
		    int choice);
bool brute_queue(struct brute_state *state, const struct brute_op *op,
		 int choice);
bool brute_stack(struct brute_state *state, const struct brute_op *op,
		 int choice);
bool brute_priority(struct brute_state *state, const struct brute_op *op,
		    int choice);
bool brute_bag(struct brute_state *state, const struct brute_op *op,
	       int choice);
bool brute_set(struct brute_state *state, const struct brute_op *op,
	       int choice);
bool brute_mutex(struct brute_state *state, const struct brute_op *op,
		 int choice);
bool brute_owner(struct brute_state *state, const struct brute_op *op,
		 int choice);
bool brute_reentrant(struct brute_state *state, const struct brute_op *op,
		     int choice);
bool brute_semaphore(struct brute_state *state, const struct brute_op *op,
		     int choice); /* of two permits */
bool brute_fenced(struct brute_state *state, const struct brute_op *op,
		  int choice);
bool brute_counter(struct brute_state *state, const struct brute_op *op,
		   int choice);
bool brute_list(struct brute_state *state, const struct brute_op *op,
		int choice);
bool brute_log(struct brute_state *state, const struct brute_op *op,
	       int choice);

#endif
