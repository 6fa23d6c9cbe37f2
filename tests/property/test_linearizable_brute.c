/* SPDX-License-Identifier: MIT */
/* The checker agrees with brute force, whatever the object and the method. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"

#define SEED 20261122
#define ROUNDS 12000 /* for each object */

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
	if (judge_random(object, builder.history, "search") != expected ||
	    judge_random(object, builder.history, "auto") != expected) {
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

	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		uint64_t valid = 0;

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
