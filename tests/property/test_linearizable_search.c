/* SPDX-License-Identifier: MIT */
/* The search is right however it goes: in breadth, in depth, and forgiving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "checkers/linearizable/search.h"
#include "tests/support/brute_judge.h"

#define SEED 99
#define ROUNDS 4000 /* for each object */

static enum verdict_kind search_with(const struct random_object *object,
				     const struct history *history,
				     size_t width_max)
{
	const struct model_settings settings = {
		.initial = object->initial == 1 ?
				   value_int(history->values, 1) : value_nil(),
		.failed_cas_asserts = object->failed_cas_asserts,
		.permits = 2,
	};
	const struct budget budget = { 0 };
	const struct search_limits limits = {
		.states_max = 1000000,
		.bytes_max = (size_t)1 << 26,
		.budget = &budget,
		.width_max = width_max,
	};
	struct states *states = states_new(history, &settings);
	struct search_result result;
	struct problem problem;
	struct calls calls = { 0 };

	for (uint32_t i = 0; i < history->op_count; i++)
		calls_add(&calls, history, i, object->failed_cas_asserts, 0);
	problem_init(&problem, model_find(object->model), states, calls.items,
		     calls.count);
	search(&problem, &limits, &result);
	problem_release(&problem);
	calls_release(&calls);
	states_free(states);
	return result.kind;
}

static void compare(const struct random_object *object, uint64_t round)
{
	const struct brute brute = { object->spec, object->initial,
				     object->failed_cas_asserts };
	struct random_shape shape = { .ops = 8, .processes = 4, .fail = 3 };
	uint64_t number = (uint64_t)(object - random_objects);
	enum verdict_kind expected;
	struct builder builder;
	struct rng rng;

	rng_init(&rng, SEED, object->model,
		 round * random_object_count + number);
	shape.open = (unsigned)rng_below(&rng, 3) * 15;
	shape.lie = rng_chance(&rng, 0.5) ? 0 : 12;
	builder_init(&builder);
	random_history(&builder, &rng, object, &shape);
	expected = brute_force(&brute, builder.history) ? VERDICT_VALID :
							  VERDICT_INVALID;
	for (size_t width = 0; width < 5; width++) {
		if (search_with(object, builder.history, width) == expected)
			continue;
		print_random(object, builder.history);
		fail_msg("round %llu of %s, width %zu: not %s",
			 (unsigned long long)round, object->model, width,
			 verdict_kind_name(expected));
	}
	builder_release(&builder);
}

static void every_way_agrees_with_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		for (uint64_t round = 0; round < rounds; round++)
			compare(&random_objects[i], round);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_agrees_with_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
