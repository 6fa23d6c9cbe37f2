/* SPDX-License-Identifier: MIT */
/* What the watcher convicts is wrong, and it convicts most of what is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <malloc.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/history_write.h"
#include "tests/support/brute_judge.h"
#include "tests/support/random_history_long.h"
#include "tests/support/watching.h"

#define SEED 5
#define ROUNDS 3000 /* for each object */

extern const struct checker checker_linearizable;

static bool watch(const char *model, const char *permits,
		  const struct history *history)
{
	struct watching watching;
	bool convicted;

	watching_init(&watching, model, permits);
	convicted = watching_convicts(&watching, history);
	watching_release(&watching);
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
		is_convicted = watch(object->model,
				     object->spec == brute_semaphore ? "2" :
								       "1",
				     builder.history);
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
	if (object->is_distinct && object->verbs[0] == VERB_ENQUEUE &&
	    strcmp(object->model, "bag") == 0)
		assert_true(convicted * 2 >= wrong);
	if (object->is_distinct && object->spec == brute_queue)
		assert_true(convicted * 2 >= wrong);
	if (object->is_distinct && object->verbs[1] == VERB_READ &&
	    object->spec == brute_set)
		assert_int_equal(convicted, wrong);
	if (object->spec == brute_semaphore)
		assert_true(convicted * 3 >= wrong * 2);
}

static void the_watcher_never_convicts_what_is_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < random_object_count; i++) {
		if (random_objects[i].initial != 1)
			watch_object(&random_objects[i], i);
	}
}

/* Long enough that the watcher forgets, and has to remember what a call that
 * lasts may still see. */
static const struct long_shape long_shapes[] = {
	{ "register", PLAY_REGISTER, "register", 60000, 5, 1, 0, 0, false, 0 },
	{ "register", PLAY_REGISTER, "register", 60000, 20, 8, 0, 0, false,
	  0 },
	{ "register", PLAY_REGISTER, "register", 20000, 5, 1, 0, 0.005, false,
	  0 },
	{ "cas", PLAY_CAS, "cas-register", 60000, 5, 1, 0, 0, false, 0 },
	{ "cas", PLAY_CAS, "cas-register", 20000, 20, 3, 0, 0.005, false, 0 },
	{ "queue", PLAY_QUEUE, "fifo-queue", 20000, 5, 1, 0, 0, false, 0 },
	{ "stack", PLAY_STACK, "stack", 20000, 5, 1, 0, 0, false, 0 },
	{ "bag", PLAY_BAG, "bag", 20000, 5, 1, 0, 0, false, 0 },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 20000, 5, 1, 0, 0,
	  false, 0 },
	{ "set", PLAY_SET, "set", 20000, 5, 1, 0, 0.005, false, 0 },
	{ "mutex", PLAY_MUTEX, "mutex", 20000, 5, 1, 0, 0, false, 0 },
};

#define LONG_COUNT (sizeof(long_shapes) / sizeof(*long_shapes))

static void a_long_run_that_is_right_is_not_convicted(void **state)
{
	(void)state;
	for (size_t i = 0; i < LONG_COUNT; i++) {
		const struct long_shape *shape = &long_shapes[i];
		struct history *history = long_history(shape);

		if (watch(shape->model, "1", history))
			fail_msg("%s, shape %zu: convicted", shape->name, i);
		history_free(history);
	}
}

static void a_long_run_is_convicted_of_one_old_value(void **state)
{
	struct long_shape shape = { "register", PLAY_REGISTER, "register",
				    60000, 5, 1, 0, 0, true, 0 };
	struct history *history = long_history(&shape);

	(void)state;
	assert_true(watch("register", "1", history));
	history_free(history);
}

/* Another removal that is open does not help who began too late. */
static void a_value_that_should_be_out_is_not_brought(void **state)
{
	struct builder builder;

	(void)state;
	builder_init(&builder);
	for (int value = 1; value <= 2; value++) {
		build_invoke(&builder, 0, VERB_ENQUEUE, value);
		build_ok(&builder, 0, NIL);
	}
	build_invoke(&builder, 1, VERB_DEQUEUE, NIL);
	build_invoke(&builder, 2, VERB_DEQUEUE, NIL);
	build_ok(&builder, 2, 2);
	assert_false(watch("fifo-queue", "1", builder.history));
	build_invoke(&builder, 3, VERB_DEQUEUE, NIL);
	build_ok(&builder, 3, 1);
	assert_true(watch("fifo-queue", "1", builder.history));
	builder_release(&builder);
}

static void a_queue_that_is_drained_is_watched_no_more(void **state)
{
	struct builder builder;

	(void)state;
	builder_init(&builder);
	build_invoke(&builder, 0, VERB_ENQUEUE, 1);
	build_ok(&builder, 0, NIL);
	build_invoke(&builder, 0, VERB_DRAIN, NIL);
	build_ok_value(&builder, 0,
		       value_append(builder.history->values,
				    value_empty_list(),
				    value_int(builder.history->values, 1)));
	build_invoke(&builder, 0, VERB_DEQUEUE, NIL);
	build_ok(&builder, 0, NIL);
	assert_false(watch("fifo-queue", "1", builder.history));
	builder_release(&builder);
}

/* In use by the heap. */
static size_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What the watcher holds at the end of the history, and most of it. */
static void feed(const struct long_shape *shape, size_t *early, size_t *late)
{
	struct history *history = long_history(shape);
	struct arena arena = { 0 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	const struct stream_checker *stream = checker_linearizable.stream;
	struct error err;
	size_t before;
	void *watcher;

	assert_int_equal(options_set(options, &arena, "model", shape->model,
				     &err), 0);
	before = heap_bytes();
	watcher = stream->open(options);
	for (uint32_t i = 0; i < history->entry_count; i++) {
		struct entry entry = history_entry(history, i);

		assert_false(stream->feed(watcher, &entry, history->values,
					  &err));
		if (i == history->entry_count / 8)
			*early = heap_bytes() - before;
	}
	*late = heap_bytes() - before;
	stream->close(watcher);
	arena_release(&arena);
	history_free(history);
}

static void what_is_decided_is_forgotten(void **state)
{
	static const struct long_shape flat_shapes[] = {
		{ "register", PLAY_REGISTER, "register", 400000, 20, 8, 0, 0,
		  false, 0 },
		{ "cas", PLAY_CAS, "cas-register", 400000, 20, 8, 0, 0, false,
		  0 },
		{ "mutex", PLAY_MUTEX, "mutex", 400000, 20, 1, 0, 0, false,
		  0 },
	};

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip();
#endif
	for (size_t i = 0; i < sizeof(flat_shapes) / sizeof(*flat_shapes);
	     i++) {
		size_t early = 0;
		size_t late = 0;

		feed(&flat_shapes[i], &early, &late);
		print_message("%s: %zu bytes, then %zu\n",
			      flat_shapes[i].name, early, late);
		assert_true(late < early * 2 + 65536);
	}
}

/* A client alone that writes and reads. */
struct client {
	const struct stream_checker *stream;
	void *watcher;
	struct values *values; /* the run's own, soon forgotten */
	struct arena arena;
};

static void client_init(struct client *client)
{
	struct options *options;

	*client = (struct client){ .stream = checker_linearizable.stream,
				   .values = values_new() };
	options = options_new(&client->arena, checker_linearizable.options);
	client->watcher = client->stream->open(options);
}

static void client_release(struct client *client)
{
	client->stream->close(client->watcher);
	values_free(client->values);
	arena_release(&client->arena);
}

/* True when the watcher convicts it. Values are strings where `text`. */
static bool client_call(struct client *client, enum verb verb, int key,
			int value, bool text)
{
	char buffer[64];
	struct error err;
	struct value what;
	struct action action = { .object = OBJECT_REGISTER,
				 .verb = (uint16_t)verb };
	struct entry entry = { .type = OP_INVOKE, .f = (uint16_t)verb,
			       .actions = &action, .action_count = 1 };

	snprintf(buffer, sizeof(buffer), "a value that is long: %d", value);
	action.key = value_int(client->values, key);
	what = text ? value_string(client->values, buffer) :
		      value_int(client->values, value);
	if (verb == VERB_WRITE)
		action.arg = what;
	if (client->stream->feed(client->watcher, &entry, client->values,
				 &err))
		return true;
	entry.type = OP_OK;
	action.result = verb == VERB_READ ? what : action.arg;
	if (client->stream->feed(client->watcher, &entry, client->values,
				 &err))
		return true;
	values_clear(client->values);
	return false;
}

static void strings_that_are_gone_are_forgotten(void **state)
{
	struct client client;
	size_t early = 0;
	size_t late;

	(void)state;
	client_init(&client);
	for (int i = 0; i < 100000; i++) {
		assert_false(client_call(&client, VERB_WRITE, i % 7, i, true));
		assert_false(client_call(&client, VERB_READ, i % 7, i, true));
		if (i == 20000)
			early = heap_bytes();
	}
	late = heap_bytes();
	/* What is remembered is so after tables came and went. */
	for (int key = 0; key < 7; key++)
		assert_false(client_call(&client, VERB_READ, (99993 + key) % 7,
					 99993 + key, true));
	assert_true(client_call(&client, VERB_READ, 99993 % 7, 50, true));
	client_release(&client);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	print_message("%zu bytes, then %zu\n", early, late);
	assert_true(late < early + ((size_t)1 << 20));
#endif
}

static void keys_that_are_left_keep_one_value(void **state)
{
	struct client client;
	size_t before;
	size_t after;

	(void)state;
	client_init(&client);
	before = heap_bytes();
	for (int key = 0; key < 100000; key++) {
		for (int i = 0; i < 3; i++)
			assert_false(client_call(&client, VERB_WRITE, key, i,
						 false));
	}
	after = heap_bytes();
	for (int key = 0; key < 100000; key += 100)
		assert_false(client_call(&client, VERB_READ, key, 2, false));
	assert_false(client_call(&client, VERB_WRITE, 5, 3, false));
	assert_true(client_call(&client, VERB_READ, 5, 2, false));
	client_release(&client);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	print_message("%zu bytes a key\n", (after - before) / 100000);
	assert_true(after - before < (size_t)100000 * 100);
#endif
	(void)before;
	(void)after;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_watcher_never_convicts_what_is_right),
		cmocka_unit_test(a_long_run_that_is_right_is_not_convicted),
		cmocka_unit_test(a_long_run_is_convicted_of_one_old_value),
		cmocka_unit_test(a_value_that_should_be_out_is_not_brought),
		cmocka_unit_test(a_queue_that_is_drained_is_watched_no_more),
		cmocka_unit_test(what_is_decided_is_forgotten),
		cmocka_unit_test(strings_that_are_gone_are_forgotten),
		cmocka_unit_test(keys_that_are_left_keep_one_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
