/* SPDX-License-Identifier: MIT */
/* Keys one after the other, each worked on by a group of threads for so many
 * operations: what the workloads of single objects have in common. */
#ifndef ORDEAL_WORKLOADS_KEYED_H
#define ORDEAL_WORKLOADS_KEYED_H

#include "harness/workload.h"

struct keyed;

/* Makes what is done with one key; `rng` is a stream of the key's own, to be
 * copied. */
typedef struct generator *keyed_make(const struct keyed *keyed,
				     struct arena *arena,
				     const struct rng *rng);

/* A workload's plan begins with this. */
struct keyed {
	const char *name; /* of the random streams */
	uint64_t seed;
	struct rng rng; /* of the combinators */
	size_t group; /* threads that share a key */
	uint64_t keys; /* 0: no end */
	uint64_t ops_per_key; /* 0: no end */
	uint64_t begun; /* keys so far */
	struct rng key_rng; /* of the key being made */
	keyed_make *make;
	generator_next *next; /* where `make` is keyed_init_next's */
};

/* What such a `next` has as its state. */
struct keyed_key {
	const struct keyed *keyed;
	struct rng rng;
	int64_t count; /* values given out so far */
	struct action action;
};

/* The rows "ops-per-key" (with `ops` as fallback), "keys", "threads-per-key"
 * (0 stands for `threads`) and "final-keys" of a table of options. */
#define KEYED_OPTIONS(ops, threads)                                      \
	{ "ops-per-key", OPTION_INT, ops,                                \
	  "operations on a key, more or less; 0: no end", NULL },        \
	{ "keys", OPTION_INT, "0", "how many keys; 0: no end", NULL },   \
	{ "threads-per-key", OPTION_INT, "0",                            \
	  "threads that share a key; 0: " threads, NULL },               \
	{ "final-keys", OPTION_INT, "500",                               \
	  "how many of the last keys are looked at in the end", NULL }

/* Reads these options. `group` is how many threads there are to a key unless
 * the user says; the nearest divisor of all is taken. -1 with a sentence. */
int keyed_init(struct keyed *keyed, const struct workload_setup *setup,
	       const char *name, size_t group, keyed_make *make,
	       struct error *err);

/* The same where one function says each time what a key's group does: its
 * state is a struct keyed_key of the key. */
int keyed_init_next(struct keyed *keyed, const struct workload_setup *setup,
		    const char *name, size_t group, generator_next *next,
		    struct error *err);

/* Makes the operation of key->action alone. */
void keyed_act(struct keyed_key *key, struct gen_op *op);

struct generator *keyed_main(struct keyed *keyed,
			     const struct workload_setup *setup);

/* Closing reads of the last keys; `keyed` may be NULL: there are none. */
struct generator *keyed_final(const struct keyed *keyed,
			      const struct workload_setup *setup,
			      enum object object);

/* A table of needs with one row. */
const struct need *keyed_needs(const struct workload_setup *setup,
			       enum object object, uint32_t verbs);

#endif
