/* SPDX-License-Identifier: MIT */
/*
 * Monitors and search agree with brute force on every history of a few
 * operations. ORDEAL_OPS raises how many to 6 at most, ORDEAL_OBJECT picks one
 * object by its number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checkers/linearizable/monitor.h"
#include "tests/support/brute_judge.h"
#include "tests/support/exhaust.h"

struct tally {
	uint64_t valid;
	uint64_t monitored; /* decided without search */
};

static enum verdict_kind search_calls(const struct judge *judge,
				      const struct calls *calls)
{
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;
	struct problem problem;

	problem_init(&problem, judge->model, states, calls->items,
		     calls->count);
	search(&problem, judge->limits, &result);
	problem_release(&problem);
	states_free(states);
	return result.kind;
}

/* By the monitors, and by search of what they leave. */
static enum verdict_kind monitor_calls(const struct judge *judge,
				       const struct calls *calls,
				       struct tally *tally)
{
	const struct monitor *monitor;
	struct monitor_result result;
	enum verdict_kind kind = VERDICT_UNKNOWN;

	for (size_t i = 0; kind == VERDICT_UNKNOWN &&
			   (monitor = monitor_at(judge->model, i));
	     i++) {
		result = (struct monitor_result){ 0 };
		monitor->decide(judge, calls, &result);
		kind = result.kind;
		tally->monitored += kind != VERDICT_UNKNOWN;
		if (result.core.count &&
		    (kind == VERDICT_UNKNOWN || kind == VERDICT_INVALID)) {
			enum verdict_kind searched =
				search_calls(judge, &result.core);

			kind = kind == VERDICT_UNKNOWN ? searched : kind;
			/* A core is wrong by itself. */
			if (kind != searched)
				kind = VERDICT_UNKNOWN;
		}
		calls_release(&result.core);
	}
	return kind == VERDICT_UNKNOWN ? search_calls(judge, calls) : kind;
}

static void compare(const struct exhaust_object *object,
		    const struct history *history, void *context)
{
	const struct brute brute = { object->spec, object->initial, false };
	const struct model_settings settings = { .permits = 2 };
	const struct budget budget = { 0 };
	const struct search_limits limits = {
		.states_max = 1000000,
		.bytes_max = (size_t)1 << 26,
		.budget = &budget,
	};
	const struct judge judge = { .history = history,
				     .model = model_find(object->model),
				     .settings = &settings,
				     .limits = &limits };
	struct tally *tally = context;
	struct calls calls = { 0 };
	enum verdict_kind expected;

	for (uint32_t i = 0; i < history->op_count; i++)
		calls_add(&calls, history, i, false, 0);
	expected = brute_force(&brute, history) ? VERDICT_VALID :
						  VERDICT_INVALID;
	if (search_calls(&judge, &calls) != expected ||
	    monitor_calls(&judge, &calls, tally) != expected) {
		const struct random_object shown = { .model = object->name };

		print_random(&shown, history);
		fail_msg("brute force says %s", verdict_kind_name(expected));
	}
	tally->valid += expected == VERDICT_VALID;
	calls_release(&calls);
}

static uint64_t number_from(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : usual;
}

static void every_short_history_is_judged_right(void **state)
{
	uint64_t only = number_from("ORDEAL_OBJECT", UINT64_MAX);

	(void)state;
	for (size_t i = 0; i < exhaust_object_count; i++) {
		const struct exhaust_object *object = &exhaust_objects[i];
		uint64_t ops = number_from("ORDEAL_OPS",
					   (uint64_t)object->ops);
		struct tally tally = { 0 };
		uint64_t count = 0;

		if (only != UINT64_MAX && only != i)
			continue;
		assert_true(ops >= 1 && ops <= EXHAUST_OPS_MAX);
		for (int n = 1; n <= (int)ops; n++)
			count += exhaust(object, n, compare, &tally);
		print_message("%s: %llu histories of up to %llu operations, "
			      "%llu valid, %llu without search\n",
			      object->name, (unsigned long long)count,
			      (unsigned long long)ops,
			      (unsigned long long)tally.valid,
			      (unsigned long long)tally.monitored);
		assert_true(tally.valid > 0 && tally.valid < count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_history_is_judged_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
