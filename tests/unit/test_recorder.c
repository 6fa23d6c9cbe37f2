/* SPDX-License-Identifier: MIT */
/* What the recorder writes, and when. */
#include "tests/support/recorder_fixture.h"

#include <pthread.h>

#define THREADS 4
#define EACH 3000

/* One thread of those that record. */
struct writer {
	struct fixture *fixture;
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
		writer->result = put(writer->fixture->recorder, &pen, values,
				     writer->process, OP_INVOKE, i, &err) ||
				 put(writer->fixture->recorder, &pen, values,
				     writer->process, OP_OK, i, &err);
	}
	pen_release(&pen);
	values_free(values);
	return NULL;
}

static void start_writers(struct fixture *f, struct writer *writers)
{
	for (int i = 0; i < THREADS; i++) {
		writers[i] = (struct writer){ .fixture = f, .process = i };
		assert_int_equal(pthread_create(&writers[i].id, NULL,
						write_many, &writers[i]),
				 0);
	}
}

static void join_writers(struct writer *writers)
{
	for (int i = 0; i < THREADS; i++)
		pthread_join(writers[i].id, NULL);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(writers[i].result, 0);
}

static void threads_together_write_one_numbered_history(void **state)
{
	struct fixture *f = *state;
	struct writer writers[THREADS];
	struct history *history;
	int64_t last_ns = 0;

	start_writers(f, writers);
	join_writers(writers);
	close_recorder(f);
	history = read_back(f);
	assert_int_equal(history->entry_count, THREADS * EACH * 2);
	for (uint32_t i = 0; i < history->entry_count; i++) {
		const struct op *op = &history->ops[history->entry_ops[i]];
		int64_t now_ns =
			op->invoke == i ? op->invoke_ns : op->complete_ns;

		assert_int_equal(history_index(history, i), i);
		assert_true(now_ns >= last_ns);
		last_ns = now_ns;
	}
	history_free(history);
}

static void a_file_that_grows_is_torn_at_its_end_at_most(void **state)
{
	struct fixture *f = *state;
	struct writer writers[THREADS];
	char wrong[sizeof(f->err.text)] = "";

	put(f->recorder, &f->pen, f->values, THREADS, OP_INVOKE, 0, &f->err);
	start_writers(f, writers);
	for (int i = 0; i < 5; i++) {
		struct history *history;

		recorder_flush(f->recorder, &f->err);
		history = history_read(f->path, NULL, NULL, &f->err);
		if (!history)
			snprintf(wrong, sizeof(wrong), "%s", f->err.text);
		history_free(history);
	}
	join_writers(writers);
	assert_string_equal(wrong, "");
}

static void an_entry_is_in_the_file_within_50_ms(void **state)
{
	struct fixture *f = *state;
	bool is_there = false;

	/* A machine that is busy may be late, but not each time. */
	for (int i = 0; i < 50 && !is_there; i++) {
		int64_t before = (int64_t)file_size(f->path);

		assert_int_equal(put(f->recorder, &f->pen, f->values, i,
				     OP_INVOKE, 1, &f->err),
				 0);
		clock_sleep_until(clock_now_ns() + 60 * NS_PER_MS);
		is_there = (int64_t)file_size(f->path) > before;
	}
	assert_true(is_there);
}

static void a_flush_waits_until_all_is_in_the_file(void **state)
{
	struct fixture *f = *state;
	struct recorder_counts counts;

	for (int i = 0; i < 1000; i++)
		put(f->recorder, &f->pen, f->values, i, OP_INVOKE, i, &f->err);
	assert_int_equal(recorder_flush(f->recorder, &f->err), 0);
	recorder_counts(f->recorder, &counts);
	assert_int_equal(file_size(f->path), counts.bytes);
}

static void entries_are_counted_by_type(void **state)
{
	struct fixture *f = *state;
	struct recorder_counts counts;
	uint64_t index = 0;

	put(f->recorder, &f->pen, f->values, 0, OP_INVOKE, 1, &f->err);
	put(f->recorder, &f->pen, f->values, 0, OP_OK, 1, &f->err);
	put(f->recorder, &f->pen, f->values, 1, OP_INVOKE, 1, &f->err);
	put(f->recorder, &f->pen, f->values, 1, OP_INFO, 1, &f->err);
	assert_int_equal(recorder_nemesis(f->recorder, &f->pen, f->values,
					  "partition",
					  value_string(f->values, "n1 | n2"),
					  value_nil(), &index, &f->err),
			 0);
	recorder_counts(f->recorder, &counts);
	assert_int_equal(index, 4);
	assert_int_equal(counts.entries, 5);
	assert_int_equal(counts.of_type[OP_INVOKE], 2);
	assert_int_equal(counts.of_type[OP_OK], 1);
	assert_int_equal(counts.of_type[OP_INFO], 1);
}

static void what_the_nemesis_did_is_in_the_history(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	recorder_nemesis(f->recorder, &f->pen, f->values, "partition",
			 value_string(f->values, "n1 | n2"),
			 value_string(f->values, "n3: no answer"), NULL,
			 &f->err);
	close_recorder(f);
	history = read_back(f);
	assert_int_equal(history->op_count, 1);
	assert_int_equal(history->ops[0].process, PROCESS_NEMESIS);
	assert_string_equal(history_f_name(history, history->ops[0].f),
			    "partition");
	assert_string_equal(
		value_as_string(history->values, history->ops[0].error, NULL),
		"n3: no answer");
	history_free(history);
}

struct tapped {
	uint64_t count;
	uint64_t disorder;
};

static void tap(void *state, const struct entry *entry,
		const struct values *values)
{
	struct tapped *tapped = state;

	if (entry->index != tapped->count++ ||
	    value_kind(values, entry->node) != VALUE_STRING)
		tapped->disorder++;
}

static void a_tap_sees_every_entry_in_order(void **state)
{
	struct fixture *f = *state;
	struct writer writers[THREADS];
	struct tapped tapped = { 0 };

	recorder_set_tap(f->recorder, tap, &tapped);
	start_writers(f, writers);
	join_writers(writers);
	assert_int_equal(tapped.count, THREADS * EACH * 2);
	assert_int_equal(tapped.disorder, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(threads_together_write_one_numbered_history),
		TEST(a_file_that_grows_is_torn_at_its_end_at_most),
		TEST(an_entry_is_in_the_file_within_50_ms),
		TEST(a_flush_waits_until_all_is_in_the_file),
		TEST(entries_are_counted_by_type),
		TEST(what_the_nemesis_did_is_in_the_history),
		TEST(a_tap_sees_every_entry_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
