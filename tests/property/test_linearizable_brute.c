/* SPDX-License-Identifier: MIT */
/*
 * The checker agrees with brute force, whatever the object and the method.
 * ORDEAL_ROUNDS says for how many histories of each object: what goes beyond
 * the usual number is judged, but not explained. ORDEAL_OBJECT picks one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"
#include "tests/support/plain_judge.h"

#define SEED 20261122
#define ROUNDS 12000 /* for each object */

static bool is_judged(const struct random_object *object,
		      const struct history *history,
		      enum verdict_kind expected)
{
	return judge_random(object, history, "search") == expected &&
	       judge_random(object, history, "auto") == expected;
}

static bool is_judged_plainly(const struct random_object *object,
			      const struct history *history,
			      enum verdict_kind expected)
{
	const struct model_settings settings = {
		.initial = object->spec == brute_register &&
					   object->initial != NIL ?
				   value_int(history->values, 1) : value_nil(),
		.failed_cas_asserts = object->failed_cas_asserts,
		.permits = 2,
	};
	struct plain_verdict verdict;

	judge_plainly(history, object->model, &settings, &verdict);
	return verdict.searched == expected && verdict.monitored == expected;
}

static void compare(const struct random_object *object, uint64_t round,
		    uint64_t *valid)
{
	const struct brute brute = { object->spec, object->initial,
				     object->failed_cas_asserts };
	uint64_t number = (uint64_t)(object - random_objects);
	struct random_shape shape = { .fail = 3 };
	enum verdict_kind expected;
	struct builder builder;
	struct rng rng;

	rng_init(&rng, SEED, object->model,
		 round * random_object_count + number);
	shape.ops = 2 + (int)rng_below(&rng, 8);
	shape.processes = 2 + (int)rng_below(&rng, 3);
	shape.open = (unsigned)rng_below(&rng, 3) * 10;
	shape.lie = rng_chance(&rng, 0.5) ? 0 : 12;
	builder_init(&builder);
	random_history(&builder, &rng, object, &shape);
	expected = brute_force(&brute, builder.history) ? VERDICT_VALID :
							  VERDICT_INVALID;
	*valid += expected == VERDICT_VALID;
	if (round < ROUNDS ? !is_judged(object, builder.history, expected) :
			     !is_judged_plainly(object, builder.history,
						expected)) {
		print_random(object, builder.history);
		fail_msg("round %llu of %s: brute force says %s",
			 (unsigned long long)round, object->model,
			 verdict_kind_name(expected));
	}
	builder_release(&builder);
}

static void every_object_agrees_with_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	const char *only = getenv("ORDEAL_OBJECT");

	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		uint64_t valid = 0;

		if (only && strtoull(only, NULL, 10) != i)
			continue;
		for (uint64_t round = 0; round < rounds; round++)
			compare(&random_objects[i], round, &valid);
		/* Only valid histories, or only invalid ones, would show
		 * little. */
		assert_true(valid > rounds / 20);
		assert_true(valid < rounds - rounds / 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_object_agrees_with_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
