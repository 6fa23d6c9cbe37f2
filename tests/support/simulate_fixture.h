/* SPDX-License-Identifier: MIT */
/* What tests of generators begin with: an arena, a stream of random numbers,
 * four threads with latencies of 10 to 100 ns. */
#ifndef ORDEAL_SUPPORT_SIMULATE_FIXTURE_H
#define ORDEAL_SUPPORT_SIMULATE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "tests/support/simulate.h"

struct fixture {
	struct arena arena;
	struct rng rng;
	struct simulation setup;
};

static inline int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	rng_init(&f->rng, 1, "test", 0);
	f->setup = (struct simulation){ .threads = 4,
					.seed = 1,
					.latency_min_ns = 10,
					.latency_max_ns = 100,
					.count_max = 1000 };
	*state = f;
	return 0;
}

static inline int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	free(f);
	return 0;
}

static inline struct generator *numbers(struct fixture *f, enum verb verb,
					int64_t from, int64_t to)
{
	return simulate_numbers(&f->arena, verb, from, to);
}

static inline struct simulation_result play(struct fixture *f,
					    struct generator *generator)
{
	return simulate(&f->arena, &f->setup, generator);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
