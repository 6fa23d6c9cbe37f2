/* SPDX-License-Identifier: MIT */
/* Counterexamples without their past: right histories have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/models.h"
#include "tests/support/brute_judge.h"

#define SEED 77
#define ROUNDS 1500 /* for each object */

static void take_calls(struct calls *calls, const struct history *history)
{
	for (uint32_t i = 0; i < history->op_count; i++)
		calls_add(calls, history, i, false, 0);
}

static bool is_register(const struct random_object *object)
{
	return object->spec == brute_register && !object->failed_cas_asserts;
}

static void judge_init(struct judge *judge, struct model_settings *settings,
		       const struct random_object *object,
		       const struct history *history)
{
	static const struct budget budget = { .states_max = 10000000,
					      .bytes_max = 1 << 28 };
	static const struct search_limits limits = { .states_max = 10000000,
						     .bytes_max = 1 << 28,
						     .budget = &budget };

	*settings = (struct model_settings){
		.initial = object->initial == NIL ?
				   value_nil() :
				   value_int(history->values,
					     object->initial),
		.permits = 1,
	};
	*judge = (struct judge){ .history = history,
				 .model = model_find(object->model),
				 .settings = settings, .limits = &limits };
}

static void try_windows(const struct random_object *object, size_t number)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	size_t found = 0;
	size_t wrong = 0;

	for (uint64_t round = 0; round < rounds; round++) {
		unsigned lie = round % 4 == 0 ? 5 : 0;
		struct random_shape shape = { 18 + (int)(round % 24), 4, 6, 4,
					      lie };
		struct model_settings settings;
		struct calls calls = { 0 };
		struct builder builder;
		struct judge judge;
		struct rng rng;
		bool is_wrong;
		bool is_found;

		rng_init(&rng, SEED, object->model, round * 64 + number);
		builder_init(&builder);
		random_history(&builder, &rng, object, &shape);
		is_wrong = judge_random(object, builder.history, "search") ==
			   VERDICT_INVALID;
		take_calls(&calls, builder.history);
		judge_init(&judge, &settings, object, builder.history);
		is_found = window_find(&judge, &calls);
		if (is_found && !is_wrong) {
			print_random(object, builder.history);
			fail_msg("an end of a right history is wrong");
		}
		wrong += is_wrong;
		found += is_found;
		calls_release(&calls);
		builder_release(&builder);
	}
	print_message("%s: %zu of %zu wrong ones have a wrong end\n",
		      object->model, found, wrong);
	assert_true(found * 2 > wrong || wrong < 20);
}

static void a_right_history_has_no_wrong_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		if (is_register(&random_objects[i]))
			try_windows(&random_objects[i], i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_right_history_has_no_wrong_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
