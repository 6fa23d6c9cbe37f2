/* SPDX-License-Identifier: MIT */
/* On histories too large for brute force, monitors and search agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"

#define SEED 77
#define ROUNDS 4000 /* for each object */

static void compare(const struct random_object *object, uint64_t round,
		    uint64_t *decided)
{
	uint64_t number = (uint64_t)(object - random_objects);
	struct random_shape shape = { .fail = 2 };
	enum verdict_kind searched;
	enum verdict_kind monitored;
	struct builder builder;
	struct rng rng;

	rng_init(&rng, SEED, object->model,
		 round * random_object_count + number);
	shape.ops = 9 + (int)rng_below(&rng, 10);
	shape.processes = 2 + (int)rng_below(&rng, 4);
	shape.open = (unsigned)rng_below(&rng, 3) * 4;
	shape.lie = rng_chance(&rng, 0.5) ? 0 : 3;
	builder_init(&builder);
	random_history(&builder, &rng, object, &shape);
	searched = judge_random(object, builder.history, "search");
	monitored = judge_random(object, builder.history, "monitor");
	assert_int_not_equal(searched, VERDICT_UNKNOWN);
	*decided += monitored != VERDICT_UNKNOWN;
	if (monitored != VERDICT_UNKNOWN && monitored != searched) {
		print_random(object, builder.history);
		fail_msg("round %llu of %s: the search says %s",
			 (unsigned long long)round, object->model,
			 verdict_kind_name(searched));
	}
	builder_release(&builder);
}

static void monitors_agree_with_the_search(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		uint64_t decided = 0;

		for (uint64_t round = 0; round < rounds; round++)
			compare(&random_objects[i], round, &decided);
		/* With distinct values a monitor must have decided most. */
		if (random_objects[i].is_distinct &&
		    !random_objects[i].tells)
			assert_true(decided > rounds / 2);
	}
}

static enum verdict_kind judge_priorities(int64_t low, int64_t high,
					  int64_t first)
{
	enum verdict_kind kind = VERDICT_UNKNOWN;
	struct builder builder;

	builder_init(&builder);
	build_call(&builder, 0, VERB_ENQUEUE, low, NIL);
	build_call(&builder, 0, VERB_ENQUEUE, high, NIL);
	build_call(&builder, 0, VERB_DEQUEUE, NIL, first);
	for (size_t i = 0; i < random_object_count; i++) {
		if (strcmp(random_objects[i].model, "priority-queue") == 0)
			kind = judge_random(&random_objects[i],
					    builder.history, "monitor");
	}
	builder_release(&builder);
	return kind;
}

/* Numbers that are small are sorted in another way. */
static void priorities_may_be_any_numbers(void **state)
{
	static const int64_t pairs[][2] = {
		{ 1, 2 }, { -7, -3 }, { -1, 1 }, { 5, INT64_C(1) << 40 },
		{ INT64_C(1) << 40, INT64_C(1) << 41 },
		{ UINT32_MAX - 1, UINT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		int64_t low = pairs[i][0];
		int64_t high = pairs[i][1];

		assert_int_equal(judge_priorities(low, high, high),
				 VERDICT_VALID);
		assert_int_equal(judge_priorities(low, high, low),
				 VERDICT_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(priorities_may_be_any_numbers),
		cmocka_unit_test(monitors_agree_with_the_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
