/* SPDX-License-Identifier: MIT */
/* Every history of a few operations on one object. */
#ifndef ORDEAL_TESTS_SUPPORT_EXHAUST_H
#define ORDEAL_TESTS_SUPPORT_EXHAUST_H

#include "tests/support/brute.h"
#include "tests/support/history_builder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXHAUST_OPS_MAX 6
#define EXHAUST_LABELS_MAX 20

/* From so many operations on, a container brings only what was put in. */
#define EXHAUST_FOUNDED_OPS 6

/* What one operation may be. */
struct exhaust_label {
	enum verb verb;
	int64_t arg; /* NIL: none */
	int64_t expected;
	int64_t result;
	bool is_open; /* indeterminate */
	int32_t process; /* of objects that look at it */
};

/* How values are chosen. */
enum exhaust_rule {
	EXHAUST_ANY,
	EXHAUST_DISTINCT, /* no two updates have the same argument */
	EXHAUST_IN_TURN, /* the k-th update has the argument k: others are the
			  * same but for names */
	EXHAUST_PROCESSES, /* processes do one thing at a time, and an open
			    * operation is their last; first seen in turn */
};

struct exhaust_object {
	const char *name; /* "stack" */
	const char *model;
	brute_spec spec;
	enum exhaust_rule rule;
	bool reads_lists; /* the digits of a read's result are elements */
	bool is_truth; /* results are truth values */
	bool is_container; /* results are values that were put in */
	int64_t initial;
	int ops; /* of the usual run */
	uint64_t watched; /* wrong ones among them that the watcher convicts,
			   * at least */
	struct exhaust_label labels[EXHAUST_LABELS_MAX]; /* VERB_NONE: end */
};

extern const struct exhaust_object exhaust_objects[];
extern const size_t exhaust_object_count;

typedef void (*exhaust_visit)(const struct exhaust_object *object,
			      const struct history *history, void *context);

/*
 * Visits every history of exactly `ops` operations of the object's labels, up
 * to the order of neighbouring invocations and of neighbouring returns (which
 * precedes which is the same; drawn at random), and to the order of operations
 * that begin and end together. Open operations that begin when all others have
 * returned are left out. So are
 * those of EXHAUST_FOUNDED_OPS on containers that bring what nobody ever puts
 * in. Returns how many there were.
 */
uint64_t exhaust(const struct exhaust_object *object, int ops,
		 exhaust_visit visit, void *context);

#endif
