/* SPDX-License-Identifier: MIT */
/* Random histories of one object, mostly honest. */
#ifndef ORDEAL_TESTS_SUPPORT_RANDOM_HISTORY_H
#define ORDEAL_TESTS_SUPPORT_RANDOM_HISTORY_H

#include "harness/core/rng.h"
#include "tests/support/brute.h"
#include "tests/support/history_builder.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An object and how clients use it. */
struct random_object {
	const char *model; /* the checker's name for it */
	brute_spec spec;
	enum verb verbs[6]; /* VERB_NONE at the end; repeated: more often */
	int values; /* arguments are 1 .. values */
	bool is_distinct; /* each insertion or write has a value of its own */
	bool tells; /* updates bring a result */
	int64_t initial; /* NIL: none */
	bool failed_cas_asserts;
};

/* How a history comes about. All chances are in percent. */
struct random_shape {
	int ops;
	int processes;
	unsigned open; /* ends indeterminate */
	unsigned fail;
	unsigned lie; /* a result that nothing founds */
};

/*
 * Plays clients on an object that obeys its specification and lets operations
 * take effect at random moments of their intervals; then some results are
 * lies. Appends to the builder's history (of processes 0 .. 99).
 */
void random_history(struct builder *builder, struct rng *rng,
		    const struct random_object *object,
		    const struct random_shape *shape);

/* Every object that the checker has a model for, with distinct values and with
 * few. */
extern const struct random_object random_objects[];
extern const size_t random_object_count;

#endif
