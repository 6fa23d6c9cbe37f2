/* SPDX-License-Identifier: MIT */
/* What the watcher convicts is wrong, and it convicts most of what is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/history_write.h"
#include "tests/support/brute_judge.h"

#define SEED 5
#define ROUNDS 3000 /* for each object */

extern const struct checker checker_linearizable;

/* True when the watcher convicted some prefix. */
static bool watch(const struct random_object *object,
		  const struct history *history)
{
	struct arena arena = { 0 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	const struct stream_checker *stream = checker_linearizable.stream;
	struct error err;
	bool convicted = false;
	void *watcher;

	assert_int_equal(options_set(options, &arena, "model", object->model,
				     &err), 0);
	if (object->spec == brute_semaphore)
		assert_int_equal(options_set(options, &arena, "permits", "2",
					     &err), 0);
	watcher = stream->open(options);
	for (uint32_t i = 0; i < history->entry_count && !convicted; i++) {
		struct entry entry = history_entry(history, i);

		convicted = stream->feed(watcher, &entry, history->values,
					 &err);
	}
	stream->close(watcher);
	arena_release(&arena);
	return convicted;
}

static void watch_object(const struct random_object *object, size_t number)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t wrong = 0;
	uint64_t convicted = 0;

	for (uint64_t round = 0; round < rounds; round++) {
		struct random_shape shape = { 14, 4, 3, 2, 4 };
		struct builder builder;
		struct rng rng;
		bool is_wrong;
		bool is_convicted;

		rng_init(&rng, SEED, object->model, round * 64 + number);
		builder_init(&builder);
		random_history(&builder, &rng, object, &shape);
		is_wrong = judge_random(object, builder.history, "auto") ==
			   VERDICT_INVALID;
		is_convicted = watch(object, builder.history);
		if (is_convicted && !is_wrong) {
			print_random(object, builder.history);
			fail_msg("the watcher convicted a right history");
		}
		wrong += is_wrong;
		convicted += is_convicted;
		builder_release(&builder);
	}
	print_message("%s: %llu of %llu wrong histories convicted\n",
		      object->model, (unsigned long long)convicted,
		      (unsigned long long)wrong);
	if (object->is_distinct && object->spec == brute_register)
		assert_true(convicted * 10 >= wrong * 8);
	if (object->is_distinct && object->spec == brute_queue)
		assert_true(convicted * 2 >= wrong);
}

static void the_watcher_never_convicts_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		if (random_objects[i].initial != 1)
			watch_object(&random_objects[i], i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_watcher_never_convicts_what_is_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
