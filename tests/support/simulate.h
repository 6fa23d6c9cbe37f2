/* SPDX-License-Identifier: MIT */
/* Plays a generator without threads, stores or clocks: the same seed gives
 * the same operations, at once. */
#ifndef ORDEAL_SUPPORT_SIMULATE_H
#define ORDEAL_SUPPORT_SIMULATE_H

#include "harness/core/arena.h"
#include "harness/core/generator.h"
#include "harness/core/op.h"
#include "harness/core/rng.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An operation that was taken, and what became of it. */
struct simulated {
	int64_t invoke_ns;
	int64_t complete_ns;
	size_t thread;
	int32_t process; /* PROCESS_NEMESIS for the nemesis */
	enum op_type type; /* OP_OK, OP_FAIL or OP_INFO */
	uint16_t f;
	bool is_transaction;
	size_t action_count;
	struct action *actions; /* results may be filled in */
	const void *note;
	uint32_t hop;
};

/* Decides how an operation ends; called when it completes. It changes
 * nothing but the results in op->actions. */
typedef enum op_type simulate_outcome(void *state, struct rng *rng,
				      struct values *values,
				      struct simulated *op);

struct simulation {
	size_t threads;
	bool has_nemesis;
	uint64_t seed;
	/* How long operations take: uniform in min .. max. */
	int64_t latency_min_ns;
	int64_t latency_max_ns;
	simulate_outcome *outcome; /* NULL: all ok */
	void *state;
	size_t count_max; /* stop after so many operations; 0: 100000 */
	int64_t time_max_ns; /* stop at this time; 0: a day */
	struct values *values; /* NULL: one of its own, for plain values */
};

enum simulation_end {
	SIMULATION_NONE,
	SIMULATION_EXHAUSTED, /* the generator had no more */
	SIMULATION_STUCK, /* pending, and nothing in flight */
	SIMULATION_CUT, /* count or time was reached */
};

/* The operations in order of invocation, in the arena. */
struct simulation_result {
	enum simulation_end end;
	int64_t end_ns; /* time of the last event */
	struct simulated *ops;
	size_t count;
};

/* Asserts on the way that the generator keeps its contract: free threads, no
 * time before now, the same answer when asked twice. */
struct simulation_result simulate(struct arena *arena,
				  const struct simulation *simulation,
				  struct generator *generator);

/* Outcomes for tests: all info; by chance ok, fail or info. */
simulate_outcome simulate_info;
simulate_outcome simulate_imperfect;

/* A generator of operations on registers with the numbers `from`, `from` + 1,
 * ... `to` - 1 as arguments. */
struct generator *simulate_numbers(struct arena *arena, enum verb verb,
				   int64_t from, int64_t to);

/* The argument of the first action. */
int64_t simulated_number(const struct simulated *op);

#endif
