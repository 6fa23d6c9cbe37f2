/* SPDX-License-Identifier: MIT */
/* The small tools: errors, arenas, random streams, verdicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/rng.h"
#include "harness/core/verdict.h"

static void wrapping_puts_the_callers_context_first(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, "exit status %d", 1), -1);
	assert_int_equal(error_wrap(&err, "node %s", "n3"), -1);
	assert_string_equal(err.text, "node n3: exit status 1");
	error_set(&err, "again: %s", err.text);
	assert_string_equal(err.text, "again: node n3: exit status 1");
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	char text[3000];
	struct error err;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	error_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void arenas_hand_out_zeroed_memory_of_their_own(void **state)
{
	struct arena arena = { 0 };
	char *blocks[300];

	(void)state;
	for (size_t i = 0; i < 300; i++) {
		size_t size = i * 997 % 70000;

		blocks[i] = arena_alloc(&arena, size + 1);
		for (size_t j = 0; j <= size; j++)
			assert_int_equal(blocks[i][j], 0);
		memset(blocks[i], (int)(i % 100 + 1), size + 1);
	}
	for (size_t i = 0; i < 300; i++)
		assert_int_equal(blocks[i][i * 997 % 70000],
				 (char)(i % 100 + 1));
	arena_release(&arena);
	assert_int_equal(arena.bytes, 0);
}

static void streams_are_reproducible_and_apart(void **state)
{
	struct rng a, b, c, d;

	(void)state;
	rng_init(&a, 1, "workload", 0);
	rng_init(&b, 1, "workload", 0);
	rng_init(&c, 1, "nemesis", 0);
	rng_init(&d, 1, "workload", 1);
	for (int i = 0; i < 100; i++) {
		uint64_t x = rng_next(&a);

		assert_true(x == rng_next(&b));
		assert_true(x != rng_next(&c));
		assert_true(x != rng_next(&d));
	}
}

static void draws_below_a_bound_are_even(void **state)
{
	unsigned counts[7] = { 0 };
	struct rng rng;

	(void)state;
	rng_init(&rng, 7, "even", 0);
	for (int i = 0; i < 70000; i++)
		counts[rng_below(&rng, 7)]++;
	for (int i = 0; i < 7; i++)
		assert_in_range(counts[i], 9500, 10500);
}

static void a_shuffle_keeps_every_index(void **state)
{
	size_t indexes[50];
	bool seen[50] = { false };
	struct rng rng;

	(void)state;
	rng_init(&rng, 3, "shuffle", 0);
	for (size_t i = 0; i < 50; i++)
		indexes[i] = i;
	rng_shuffle(&rng, indexes, 50);
	for (size_t i = 0; i < 50; i++)
		seen[indexes[i]] = true;
	for (size_t i = 0; i < 50; i++)
		assert_true(seen[i]);
}

static void verdicts_merge_by_worst(void **state)
{
	(void)state;
	assert_int_equal(verdict_worst(VERDICT_VALID, VERDICT_VALID),
			 VERDICT_VALID);
	assert_int_equal(verdict_worst(VERDICT_VALID, VERDICT_UNKNOWN),
			 VERDICT_UNKNOWN);
	assert_int_equal(verdict_worst(VERDICT_INVALID, VERDICT_UNKNOWN),
			 VERDICT_INVALID);
	assert_int_equal(verdict_worst(VERDICT_VALID, VERDICT_INVALID),
			 VERDICT_INVALID);
}

static void an_anomaly_makes_a_verdict_invalid(void **state)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	struct anomaly *anomaly;

	(void)state;
	verdict_init(&verdict);
	assert_int_equal(verdict.kind, VERDICT_UNKNOWN);
	anomaly = verdict_add_anomaly(&verdict, &arena, "stale-read", "key %d",
				      3);
	for (uint32_t i = 0; i < 10; i++)
		anomaly_add_evidence(anomaly, &arena, i, "number %u", i);
	assert_int_equal(verdict.kind, VERDICT_INVALID);
	assert_string_equal(verdict.reason, "key 3");
	assert_int_equal(anomaly->evidence_count, 10);
	assert_string_equal(anomaly->evidence[9].role, "number 9");
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrapping_puts_the_callers_context_first),
		cmocka_unit_test(a_text_that_is_too_long_is_cut),
		cmocka_unit_test(arenas_hand_out_zeroed_memory_of_their_own),
		cmocka_unit_test(streams_are_reproducible_and_apart),
		cmocka_unit_test(draws_below_a_bound_are_even),
		cmocka_unit_test(a_shuffle_keeps_every_index),
		cmocka_unit_test(verdicts_merge_by_worst),
		cmocka_unit_test(an_anomaly_makes_a_verdict_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
