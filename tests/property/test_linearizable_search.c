/* SPDX-License-Identifier: MIT */
/* The search is right however it goes: in breadth, in depth, and forgiving. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "checkers/linearizable/search.h"
#include "tests/support/brute_judge.h"
#include "tests/support/random_history_long.h"

#define SEED 99
#define ROUNDS 4000 /* for each object */

/* How the search is to go. */
struct way {
	size_t width_max;
	bool skips_narrow;
};

static void search_so(const char *model, const struct history *history,
		      const struct model_settings *settings,
		      const struct way *way, struct search_result *result)
{
	const struct budget budget = { 0 };
	const struct search_limits limits = {
		.states_max = 50000,
		.bytes_max = (size_t)1 << 26,
		.budget = &budget,
		.width_max = way->width_max,
		.skips_narrow = way->skips_narrow,
	};
	struct states *states = states_new(history, settings);
	struct problem problem;
	struct calls calls = { 0 };

	for (uint32_t i = 0; i < history->op_count; i++)
		calls_add(&calls, history, i, settings->failed_cas_asserts, 0);
	problem_init(&problem, model_find(model), states, calls.items,
		     calls.count);
	search(&problem, &limits, result);
	problem_release(&problem);
	calls_release(&calls);
	states_free(states);
}

static enum verdict_kind search_with(const struct random_object *object,
				     const struct history *history,
				     const struct way *way)
{
	const struct model_settings settings = {
		.initial = object->initial == 1 ?
				   value_int(history->values, 1) : value_nil(),
		.failed_cas_asserts = object->failed_cas_asserts,
		.permits = 2,
	};
	struct search_result result;

	search_so(object->model, history, &settings, way, &result);
	return result.kind;
}

static void compare(const struct random_object *object, uint64_t round)
{
	static const struct way ways[] = {
		{ 0, false }, { 0, true }, { 1, true },
		{ 2, false }, { 3, true }, { 4, false },
	};
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
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		if (search_with(object, builder.history, &ways[i]) == expected)
			continue;
		print_random(object, builder.history);
		fail_msg("round %llu of %s, way %zu: not %s",
			 (unsigned long long)round, object->model, i,
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

/* More calls open at a time than bits, more states than numbers, and what
 * fits. */
static void a_long_history_is_judged_alike_without_short_words(void **state)
{
	static const int processes[] = { 2, 5, 20, 60 };
	static const int domains[] = { 2, 5, 40 };
	const struct way plain = { 0, true }, usual = { 0, false };

	(void)state;
	for (size_t i = 0; i < 4 * 4 * 3; i++) {
		const struct long_shape shape = {
			.object = i % 2 ? PLAY_CAS : PLAY_REGISTER,
			.model = "cas-register",
			.ops = 200 + i,
			.processes = processes[i / 4 % 4],
			.keys = 1,
			.domain = domains[i / 16],
			.is_wrong = i / 2 % 2,
		};
		enum verdict_kind expected = shape.is_wrong ? VERDICT_INVALID :
							      VERDICT_VALID;
		struct history *history = long_history(&shape);
		const struct model_settings settings = {
			.initial = value_nil(),
		};
		struct search_result one, other;

		search_so(shape.model, history, &settings, &plain, &one);
		search_so(shape.model, history, &settings, &usual, &other);
		if (shape.processes <= 5 || one.kind != VERDICT_UNKNOWN)
			assert_int_equal(one.kind, expected);
		if (shape.processes <= 5 || other.kind != VERDICT_UNKNOWN)
			assert_int_equal(other.kind, expected);
		if (one.kind == other.kind && one.kind == VERDICT_INVALID)
			assert_int_equal(one.event, other.event);
		history_free(history);
	}
}

/* The last of so many readers, each with a bit of its own, sees something. */
static enum verdict_kind search_with_readers(int32_t readers, int64_t seen)
{
	const struct model_settings settings = { .initial = value_nil() };
	const struct way usual = { 0, false };
	struct search_result result;
	struct builder builder;

	builder_init(&builder);
	for (int32_t p = 0; p < readers; p++)
		build_invoke(&builder, p, VERB_READ, NIL);
	build_call(&builder, readers, VERB_WRITE, 1, NIL);
	for (int32_t p = 0; p < readers; p++)
		build_ok(&builder, p,
			 p == readers - 1 ? seen : p % 2 ? 1 : NIL);
	search_so("register", builder.history, &settings, &usual, &result);
	builder_release(&builder);
	return result.kind;
}

static void readers_are_told_apart_however_many_there_are(void **state)
{
	(void)state;
	for (int32_t readers = 50; readers < 80; readers++) {
		assert_int_equal(search_with_readers(readers, 1),
				 VERDICT_VALID);
		assert_int_equal(search_with_readers(readers, 2),
				 VERDICT_INVALID);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_agrees_with_brute_force),
		cmocka_unit_test(
			a_long_history_is_judged_alike_without_short_words),
		cmocka_unit_test(
			readers_are_told_apart_however_many_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
