/* SPDX-License-Identifier: MIT */
/* Indeterminate removals: what the monitors say of them, and what they leave
 * to the search, is what brute force says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"

#define SEED 31
#define ROUNDS 6000 /* for each container */

/* What monitors decided of what there was. */
struct tally {
	uint64_t valid;
	uint64_t decided;
	uint64_t asked; /* there were open removals */
};

static bool is_container(const struct random_object *object)
{
	return object->spec == brute_queue || object->spec == brute_stack ||
	       object->spec == brute_priority || object->spec == brute_bag;
}

static bool has_open_removal(const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (op->outcome == OUTCOME_INDETERMINATE &&
		    (op->f == VERB_DEQUEUE || op->f == VERB_POP ||
		     op->f == VERB_REMOVE))
			return true;
	}
	return false;
}

static void compare(const struct random_object *object, uint64_t round,
		    struct tally *tally)
{
	const struct brute brute = { .spec = object->spec, .initial = NIL };
	uint64_t number = (uint64_t)(object - random_objects);
	struct random_shape shape = { .fail = 1 };
	enum verdict_kind expected;
	enum verdict_kind monitored;
	struct builder builder;
	struct rng rng;

	rng_init(&rng, SEED, object->model,
		 round * random_object_count + number);
	shape.ops = 5 + (int)rng_below(&rng, 5);
	shape.processes = 1 + (int)rng_below(&rng, 4);
	shape.open = 8 + (unsigned)rng_below(&rng, 4) * 6;
	shape.lie = (unsigned)rng_below(&rng, 3) * 6;
	builder_init(&builder);
	random_history(&builder, &rng, object, &shape);
	expected = brute_force(&brute, builder.history) ? VERDICT_VALID :
							  VERDICT_INVALID;
	monitored = judge_random(object, builder.history, "monitor");
	if ((monitored != VERDICT_UNKNOWN && monitored != expected) ||
	    judge_random(object, builder.history, "auto") != expected) {
		print_random(object, builder.history);
		fail_msg("round %llu of %s: brute force says %s",
			 (unsigned long long)round, object->model,
			 verdict_kind_name(expected));
	}
	tally->valid += expected == VERDICT_VALID;
	if (has_open_removal(builder.history)) {
		tally->asked++;
		tally->decided += monitored != VERDICT_UNKNOWN;
	}
	builder_release(&builder);
}

static void open_removals_are_judged_as_by_brute_force(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);

	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		const struct random_object *object = &random_objects[i];
		struct tally tally = { 0 };

		if (!is_container(object))
			continue;
		for (uint64_t round = 0; round < rounds; round++)
			compare(object, round, &tally);
		if (getenv("ORDEAL_TALLY"))
			print_message("%s (%d values): %llu of %llu decided, "
				      "%llu valid\n", object->model,
				      object->values,
				      (unsigned long long)tally.decided,
				      (unsigned long long)tally.asked,
				      (unsigned long long)tally.valid);
		assert_true(tally.valid > rounds / 10);
		assert_true(tally.valid < rounds - rounds / 20);
		if (object->is_distinct)
			assert_true(tally.decided * 100 > tally.asked * 99);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_removals_are_judged_as_by_brute_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
