/* SPDX-License-Identifier: MIT */
/* What checkers see of a run as it goes on, and what is known of it. */
#include "tests/support/recorder_fixture.h"

#include <pthread.h>
#include <stdatomic.h>

#include "harness/core/history_write.h"
#include "harness/engine/watch.h"
#include "tests/support/history_builder.h"

#define THREADS 3
#define EACH 2000

/*
 * A checker that convicts at the first "remove" and says what it saw: how many
 * entries, whether their indexes were without gaps, and the value removed.
 * Every "push" it sees holds it up while the gate is shut.
 */
struct counter {
	uint64_t seen;
	bool has_gap;
};

static atomic_bool gate_is_shut;

static void *count_open(const struct options *options)
{
	(void)options;
	return heap_zeroed(1, sizeof(struct counter));
}

static bool count_feed(void *watcher, const struct entry *entry,
		       const struct values *values, struct error *reason)
{
	struct counter *counter = watcher;
	struct arena arena = { 0 };

	counter->has_gap |= entry->index != counter->seen;
	counter->seen++;
	while (entry->f == VERB_PUSH && atomic_load(&gate_is_shut))
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	if (entry->f != VERB_REMOVE)
		return false;
	error_set(reason, "%llu%s, %s of %s at %s",
		  (unsigned long long)counter->seen,
		  counter->has_gap ? " with gaps" : "",
		  value_text(values, entry->actions->arg, &arena),
		  value_text(values, entry->actions->key, &arena),
		  value_text(values, entry->node, &arena));
	arena_release(&arena);
	return true;
}

static const struct stream_checker count_stream = {
	.open = count_open,
	.feed = count_feed,
	.close = free,
};
static const struct checker counting = { .name = "counting",
					 .stream = &count_stream };

/* One that has nothing to watch. */
static void *nothing_open(const struct options *options)
{
	(void)options;
	return NULL;
}

static const struct stream_checker nothing_stream = {
	.open = nothing_open,
	.feed = count_feed,
	.close = free,
};
static const struct checker idle = { .name = "idle",
				     .stream = &nothing_stream };
static const struct checker late = { .name = "late" };

static struct watch *open_for(const struct checker *checker,
			      const struct checker *other)
{
	struct judge judges[] = { { checker, NULL }, { other, NULL } };
	struct panel panel = { judges, other ? 2 : 1, 2 };
	struct watch *watch;
	struct error err;

	assert_int_equal(watch_open(&panel, clock_now_ns(), &watch, &err), 0);
	return watch;
}

/* One entry, whose times are those of a watch opened just now. */
static void take(struct watch *watch, struct values *values, uint64_t index,
		 enum verb verb, struct value arg)
{
	struct action action = {
		.verb = (uint16_t)verb,
		.key = value_string(values, "a key"),
		.arg = arg,
	};
	struct entry entry = {
		.index = index,
		.type = OP_INVOKE,
		.f = (uint16_t)verb,
		.actions = &action,
		.action_count = 1,
		.node = value_string(values, "n1"),
		.error = value_string(values, "an error"),
	};

	watch_take(watch, &entry, values);
	/* The caller may do as he likes with them now. */
	memset(&action, 0xff, sizeof(action));
	values_clear(values);
}

static const struct conviction *await_conviction(const struct watch *watch)
{
	int64_t deadline_ns = clock_now_ns() + 10 * NS_PER_S;

	while (!watch_conviction(watch) && clock_now_ns() < deadline_ns)
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	return watch_conviction(watch);
}

static void checkers_without_stream_are_not_watched_for(void **state)
{
	(void)state;
	assert_null(open_for(&late, NULL));
	assert_null(open_for(&idle, &late));
	assert_null(watch_conviction(NULL));
	assert_false(watch_gave_up(NULL));
	watch_finish(NULL);
	watch_close(NULL);
}

static void a_conviction_comes_while_the_run_goes_on(void **state)
{
	struct watch *watch = open_for(&late, &counting);
	struct values *values = values_new();
	const struct conviction *seen;
	struct value list[2];

	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		take(watch, values, i, VERB_ADD, value_int(values, 7));
	list[0] = value_int(values, INT64_C(1) << 40);
	list[1] = value_string(values, "x");
	take(watch, values, 5, VERB_REMOVE, value_list(values, list, 2));
	seen = await_conviction(watch);
	assert_non_null(seen);
	assert_ptr_equal(seen->checker, &counting);
	assert_string_equal(seen->reason.text,
			    "6, [1099511627776,\"x\"] of \"a key\" at \"n1\"");
	assert_int_equal(seen->index, 5);
	assert_int_equal(seen->time_ns, 0);
	assert_in_range(seen->delay_ns, 1, 10 * NS_PER_S);
	values_free(values);
	watch_close(watch);
}

/* Nothing is watched after it, and it stays as it is. */
static void the_first_conviction_counts(void **state)
{
	struct watch *watch = open_for(&counting, NULL);
	struct values *values = values_new();

	(void)state;
	take(watch, values, 0, VERB_REMOVE, value_nil());
	assert_non_null(await_conviction(watch));
	take(watch, values, 1, VERB_REMOVE, value_nil());
	watch_finish(watch);
	assert_int_equal(watch_conviction(watch)->index, 0);
	values_free(values);
	watch_close(watch);
}

static void what_came_before_the_end_is_seen(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		struct watch *watch = open_for(&counting, NULL);
		struct values *values = values_new();

		for (uint64_t i = 0; i < 100; i++)
			take(watch, values, i, VERB_ADD, value_nil());
		take(watch, values, 100, VERB_REMOVE, value_nil());
		watch_finish(watch);
		watch_finish(watch);
		assert_non_null(watch_conviction(watch));
		assert_string_equal(watch_conviction(watch)->reason.text,
				    "101, null of \"a key\" at \"n1\"");
		/* Too late. */
		take(watch, values, 101, VERB_REMOVE, value_nil());
		values_free(values);
		watch_close(watch);
	}
}

/* Nothing is left out in the middle: what follows a hole is not judged. */
static void a_checker_too_far_behind_ends_the_watch(void **state)
{
	size_t length = (size_t)1 << 20;
	char *text = calloc(1, length + 1);
	struct values *values = values_new();
	struct watch *watch = open_for(&counting, NULL);

	(void)state;
	memset(text, 'x', length);
	atomic_store(&gate_is_shut, true);
	take(watch, values, 0, VERB_PUSH, value_nil());
	/* More than is kept, however much of it is seen at once. */
	for (uint64_t i = 1; i <= 140; i++) {
		text[0] = (char)('!' + i % 90);
		text[1] = (char)('!' + i / 90);
		take(watch, values, i, i < 140 ? VERB_PUSH : VERB_REMOVE,
		     value_string(values, text));
	}
	atomic_store(&gate_is_shut, false);
	watch_finish(watch);
	assert_true(watch_gave_up(watch));
	assert_null(watch_conviction(watch));
	watch_close(watch);
	values_free(values);
	free(text);
}

/* One thread of those that record. */
struct writer {
	struct recorder *recorder;
	int32_t process;
	pthread_t id;
	int result;
};

static void *write_many(void *argument)
{
	struct writer *writer = argument;
	struct values *values = values_new();
	struct pen pen = { 0 };
	struct error err;

	for (int64_t i = 0; i < EACH && writer->result == 0; i++) {
		writer->result = put(writer->recorder, &pen, values,
				     writer->process, OP_INVOKE, i, &err) ||
				 put(writer->recorder, &pen, values,
				     writer->process, OP_OK, i, &err);
		if (i % 100 == 0)
			values_clear(values);
	}
	pen_release(&pen);
	values_free(values);
	return NULL;
}

static void entries_come_in_order_whoever_records(void **state)
{
	struct fixture *f = *state;
	struct watch *watch = open_for(&counting, NULL);
	struct writer writers[THREADS];
	struct action action = { .verb = VERB_REMOVE };
	struct entry last = { .type = OP_INVOKE,
			      .f = VERB_REMOVE,
			      .actions = &action,
			      .action_count = 1 };

	recorder_set_tap(f->recorder, watch_take, watch);
	for (int32_t i = 0; i < THREADS; i++) {
		writers[i] = (struct writer){ f->recorder, i, 0, 0 };
		assert_int_equal(pthread_create(&writers[i].id, NULL,
						write_many, &writers[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(writers[i].id, NULL);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(writers[i].result, 0);
	assert_int_equal(recorder_entry(f->recorder, &f->pen, f->values, &last,
					&f->err),
			 0);
	close_recorder(f);
	watch_finish(watch);
	assert_non_null(watch_conviction(watch));
	assert_string_equal(watch_conviction(watch)->reason.text,
			    "12001, null of null at null");
	watch_close(watch);
}

/* Shows a history to the judge of registers, locks and queues. */
static struct watch *watch_linearizable(const struct history *history,
					struct arena *arena)
{
	struct panel panel = { 0 };
	struct watch *watch;
	struct error err;

	assert_non_null(panel_add(&panel, arena, "linearizable", &err));
	panel_add_standing(&panel, arena);
	assert_int_equal(watch_open(&panel, clock_now_ns(), &watch, &err), 0);
	assert_non_null(watch);
	for (uint32_t i = 0; i < history->entry_count; i++) {
		struct entry entry = history_entry(history, i);

		watch_take(watch, &entry, history->values);
	}
	watch_finish(watch);
	return watch;
}

static void a_stale_read_is_convicted_at_its_completion(void **state)
{
	struct arena arena = { 0 };
	struct builder builder;
	struct watch *watch;

	(void)state;
	builder_init(&builder);
	build_call(&builder, 0, VERB_WRITE, 1, NIL);
	build_call(&builder, 0, VERB_WRITE, 2, NIL);
	build_call(&builder, 1, VERB_READ, NIL, 2);
	build_call(&builder, 1, VERB_READ, NIL, 1);
	build_call(&builder, 1, VERB_READ, NIL, 2);
	watch = watch_linearizable(builder.history, &arena);
	assert_non_null(watch_conviction(watch));
	assert_string_equal(watch_conviction(watch)->checker->name,
			    "linearizable");
	assert_int_equal(watch_conviction(watch)->index, 7);
	assert_non_null(
		strstr(watch_conviction(watch)->reason.text, "index 7: read"));
	watch_close(watch);
	builder_release(&builder);
	arena_release(&arena);
}

static void what_is_right_is_not_convicted(void **state)
{
	struct arena arena = { 0 };
	struct builder builder;
	struct watch *watch;

	(void)state;
	builder_init(&builder);
	build_call(&builder, 0, VERB_WRITE, 1, NIL);
	build_invoke(&builder, 0, VERB_WRITE, 2);
	build_call(&builder, 1, VERB_READ, NIL, 1);
	build_call(&builder, 1, VERB_READ, NIL, 2);
	build_info(&builder, 0);
	build_call(&builder, 1, VERB_READ, NIL, 2);
	watch = watch_linearizable(builder.history, &arena);
	assert_null(watch_conviction(watch));
	assert_false(watch_gave_up(watch));
	watch_close(watch);
	builder_release(&builder);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checkers_without_stream_are_not_watched_for),
		cmocka_unit_test(a_conviction_comes_while_the_run_goes_on),
		cmocka_unit_test(the_first_conviction_counts),
		cmocka_unit_test(what_came_before_the_end_is_seen),
		cmocka_unit_test(a_checker_too_far_behind_ends_the_watch),
		cmocka_unit_test_setup_teardown(
			entries_come_in_order_whoever_records, set_up,
			tear_down),
		cmocka_unit_test(a_stale_read_is_convicted_at_its_completion),
		cmocka_unit_test(what_is_right_is_not_convicted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
