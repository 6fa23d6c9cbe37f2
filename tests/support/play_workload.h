/* SPDX-License-Identifier: MIT */
/* Plays a workload in the simulation, against a store in the test. */
#ifndef ORDEAL_SUPPORT_PLAY_WORKLOAD_H
#define ORDEAL_SUPPORT_PLAY_WORKLOAD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "harness/workload.h"
#include "tests/support/simulate.h"

/* The fields up to the blank line are the test's; zero will do. */
struct played {
	size_t threads; /* 0: ten */
	size_t nodes; /* 0: five */
	uint64_t seed;
	size_t count_max; /* of operations in the main phase; 0: 5000 */
	simulate_outcome *outcome;
	void *state;

	struct arena arena;
	struct values *values;
	void *memory;
	struct workload_setup setup;
	struct error err;
	struct simulation_result main;
	struct simulation_result final;
};

/* Sets up `workload` with "NAME=VALUE" texts, NULL at the end (`settings`
 * may be NULL), and plays both phases. False: it refused, played->err says
 * why. Either way played_release must follow. */
bool play_workload(struct played *played, const struct workload *workload,
		   const char *const *settings);
void played_release(struct played *played);

/* Asserts that every action is one that the workload said it needs. */
void assert_within_needs(const struct played *played,
			 const struct workload *workload);

/* Asserts that it refuses the setting with exactly this sentence. */
void assert_refuses(const struct workload *workload, const char *setting,
		    const char *sentence);

/* Asserts that the same seed gives the same operations and another seed
 * others, without settings. */
void assert_determined_by_seed(const struct workload *workload,
			       simulate_outcome *outcome);

/* The integer in a value of the played run. */
int64_t played_int(const struct played *played, struct value v);

#endif
