/* SPDX-License-Identifier: MIT */
/*
 * Monitors and search agree with brute force on every history of a few
 * operations; the watcher convicts none that is right, and no fewer of the
 * wrong ones than it did. ORDEAL_OPS raises
 * how many to 6 at most, ORDEAL_OBJECT picks one object by its number.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/support/brute_judge.h"
#include "tests/support/exhaust.h"
#include "tests/support/plain_judge.h"
#include "tests/support/watching.h"

struct tally {
	uint64_t valid;
	uint64_t monitored; /* decided without search */
	uint64_t convicted; /* by the watcher */
	struct watching watching;
};

static void compare(const struct exhaust_object *object,
		    const struct history *history, void *context)
{
	const struct brute brute = { object->spec, object->initial, false };
	const struct model_settings settings = { .permits = 2 };
	struct tally *tally = context;
	enum verdict_kind expected = brute_force(&brute, history) ?
					     VERDICT_VALID : VERDICT_INVALID;
	struct plain_verdict verdict;
	bool is_convicted = watching_convicts(&tally->watching, history);

	judge_plainly(history, object->model, &settings, &verdict);
	if (verdict.searched != expected || verdict.monitored != expected ||
	    (is_convicted && expected == VERDICT_VALID)) {
		const struct random_object shown = { .model = object->name };

		print_random(&shown, history);
		fail_msg("brute force says %s", verdict_kind_name(expected));
	}
	tally->valid += expected == VERDICT_VALID;
	tally->monitored += verdict.is_decided;
	tally->convicted += is_convicted;
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
		watching_init(&tally.watching, object->model,
			      object->spec == brute_semaphore ? "2" : "1");
		for (int n = 1; n <= (int)ops; n++)
			count += exhaust(object, n, compare, &tally);
		watching_release(&tally.watching);
		print_message("%s: %llu histories of up to %llu operations, "
			      "%llu valid, %llu without search, the watcher "
			      "convicts %llu\n",
			      object->name, (unsigned long long)count,
			      (unsigned long long)ops,
			      (unsigned long long)tally.valid,
			      (unsigned long long)tally.monitored,
			      (unsigned long long)tally.convicted);
		assert_true(tally.valid > 0 && tally.valid < count);
		assert_true((int)ops < object->ops ||
			    tally.convicted >= object->watched);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_history_is_judged_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
