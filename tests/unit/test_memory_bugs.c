/* SPDX-License-Identifier: MIT */
/* The bugs of the memory target, each where it fires whenever it can. */
#include "tests/support/memory_fixture.h"

static void a_stale_read_misses_the_latest_write(void **state)
{
	struct fixture *f = *state;

	option(f, "stale-by", "1");
	open_with_bug(f, "stale-read");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 2);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "1");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	assert_string_equal(seen(&f->b, OBJECT_LIST), "[]");
	must(&f->a, OBJECT_SET, VERB_ADD, 8);
	must(&f->a, OBJECT_SET, VERB_ADD, 9);
	assert_string_equal(seen(&f->b, OBJECT_SET), "[8]");
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 5);
	assert_string_equal(seen(&f->b, OBJECT_COUNTER), "0");
}

static void a_lost_update_builds_on_an_old_version(void **state)
{
	struct fixture *f = *state;

	option(f, "stale-by", "1");
	open_with_bug(f, "lost-update");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	assert_int_equal(cas(&f->a, 1, 2), OUTCOME_OK);
	assert_int_equal(cas(&f->b, 1, 3), OUTCOME_OK);
	assert_int_equal(cas(&f->b, 9, 4), OUTCOME_FAIL);
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "3");
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 1);
	must(&f->b, OBJECT_COUNTER, VERB_INCREMENT, 1);
	assert_string_equal(seen(&f->a, OBJECT_COUNTER), "1");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	must(&f->b, OBJECT_LIST, VERB_APPEND, 2);
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[2]");
}

static void a_lost_write_is_acked_and_gone(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "lost-write");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	must(&f->a, OBJECT_SET, VERB_ADD, 1);
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 1);
	must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 1);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "null");
	assert_string_equal(seen(&f->b, OBJECT_LIST), "[]");
	assert_string_equal(seen(&f->b, OBJECT_SET), "[]");
	assert_string_equal(seen(&f->b, OBJECT_COUNTER), "0");
	assert_int_equal(act(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0),
			 OUTCOME_FAIL);
}

static bool is_garbage(struct talker *talker, struct value v)
{
	return value_as_int(talker->values, v) >= 1000000000;
}

static void garbage_was_written_by_nobody(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "garbage-read");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	seen(&f->b, OBJECT_REGISTER);
	assert_true(is_garbage(&f->b, f->b.action.result));
	must(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0);
	assert_true(is_garbage(&f->b, f->b.action.result));
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	seen(&f->b, OBJECT_LIST);
	assert_int_equal(value_list_length(f->b.values, f->b.action.result), 2);
	assert_true(is_garbage(
		&f->b, value_list_last(f->b.values, f->b.action.result)));
	assert_string_equal(asked(&f->b, OBJECT_SET, VERB_CONTAINS, 3), "true");
}

static void a_split_brain_parts_and_merges(void **state)
{
	struct fixture *f = *state;

	option(f, "split-length", "10");
	open_with_bug(f, "split-brain");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->a, OBJECT_SET, VERB_ADD, 1);
	must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 1);
	for (int i = 0; i < 6; i++)
		assert_string_equal(seen(&f->b, OBJECT_REGISTER), "1");
	must(&f->b, OBJECT_REGISTER, VERB_WRITE, 2); /* split from here */
	must(&f->b, OBJECT_SET, VERB_ADD, 2);
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0), "1");
	assert_string_equal(asked(&f->a, OBJECT_QUEUE, VERB_DEQUEUE, 0), "1");
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "1");
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "2");
	assert_string_equal(seen(&f->a, OBJECT_SET), "[1]");
	assert_string_equal(seen(&f->b, OBJECT_SET), "[1,2]");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 3);
	must(&f->b, OBJECT_LIST, VERB_APPEND, 1);
	/* Merged: the last change of each object wins. */
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "3");
	assert_string_equal(seen(&f->a, OBJECT_SET), "[1,2]");
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[1]");
}

static void a_failure_has_happened_all_the_same(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "applied-failure");
	assert_int_equal(act(&f->a, OBJECT_REGISTER, VERB_WRITE, 1),
			 OUTCOME_FAIL);
	assert_string_equal(f->a.err.text, "aborted");
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "1");
}

static void a_duplicate_write_happens_twice(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "duplicate-write");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[1,1]");
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 3);
	assert_string_equal(seen(&f->a, OBJECT_COUNTER), "6");
	must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 4);
	assert_string_equal(asked(&f->a, OBJECT_QUEUE, VERB_DRAIN, 0), "[4,4]");
}

static void a_delivered_element_comes_again(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "duplicate-delivery");
	must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 1);
	assert_string_equal(asked(&f->a, OBJECT_QUEUE, VERB_DEQUEUE, 0), "1");
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0), "1");
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_DRAIN, 0), "[1]");
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_DRAIN, 0), "[1]");
}

static void elements_change_places(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "out-of-order");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	must(&f->a, OBJECT_LIST, VERB_APPEND, 2);
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[2,1]");
	for (int i = 1; i <= 20; i++)
		must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, i);
	for (int i = 1; i <= 20; i++) {
		must(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0);
		if (value_as_int(f->b.values, f->b.action.result) != i)
			return;
	}
	fail_msg("all twenty came in order");
}

static void an_element_vanishes(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "lost-element");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 1);
	must(&f->a, OBJECT_LIST, VERB_APPEND, 2);
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[2]");
	must(&f->a, OBJECT_SET, VERB_ADD, 1);
	must(&f->a, OBJECT_SET, VERB_ADD, 2);
	assert_string_equal(seen(&f->a, OBJECT_SET), "[2]");
	must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 1);
	assert_int_equal(act(&f->a, OBJECT_QUEUE, VERB_DEQUEUE, 0),
			 OUTCOME_FAIL);
}

static void a_removed_element_comes_back(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "resurrection");
	must(&f->a, OBJECT_SET, VERB_ADD, 1);
	must(&f->a, OBJECT_SET, VERB_REMOVE, 1);
	assert_string_equal(asked(&f->b, OBJECT_SET, VERB_READ, 0), "[]");
	for (int i = 0; i < 60; i++)
		must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 0);
	assert_string_equal(asked(&f->b, OBJECT_SET, VERB_READ, 0), "[1]");
}

static void a_held_lock_is_granted_again(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "double-grant");
	assert_string_equal(asked(&f->a, OBJECT_LOCK, VERB_ACQUIRE, 0), "1");
	assert_string_equal(asked(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0), "2");
	must(&f->a, OBJECT_LOCK, VERB_RELEASE, 0);
	must(&f->b, OBJECT_LOCK, VERB_RELEASE, 0);
}

static void a_stale_token_does_not_grow(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "stale-token");
	assert_string_equal(asked(&f->a, OBJECT_LOCK, VERB_ACQUIRE, 0), "1");
	must(&f->a, OBJECT_LOCK, VERB_RELEASE, 0);
	assert_string_equal(asked(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0), "1");
}

static void an_id_is_given_out_twice(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "duplicate-id");
	assert_string_equal(asked(&f->a, OBJECT_ID, VERB_GENERATE, 0), "1");
	assert_string_equal(asked(&f->b, OBJECT_ID, VERB_GENERATE, 0), "1");
}

static const char *polled(struct talker *talker)
{
	struct value key = value_int(talker->values, 1);

	talker->action = (struct action){
		.object = OBJECT_LOG,
		.verb = VERB_ASSIGN,
		.arg = value_list(talker->values, &key, 1),
	};
	carry_out(talker, &talker->action, 1, false);
	return asked(talker, OBJECT_LOG, VERB_POLL, 0);
}

static void a_poll_jumps_over_a_message(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "poll-skip");
	must(&f->a, OBJECT_LOG, VERB_SEND, 10);
	must(&f->a, OBJECT_LOG, VERB_SEND, 11);
	assert_string_equal(polled(&f->a), "{\"1\":[[1,11]]}");
}

static void a_poll_repeats_messages(void **state)
{
	struct fixture *f = *state;

	open_with_bug(f, "duplicate-delivery");
	must(&f->a, OBJECT_LOG, VERB_SEND, 10);
	assert_string_equal(polled(&f->a), "{\"1\":[[0,10]]}");
	assert_string_equal(asked(&f->a, OBJECT_LOG, VERB_POLL, 0),
			    "{\"1\":[[0,10]]}");
}

/* How many of 2000 reads are stale. */
static int stale_reads(struct fixture *f)
{
	int stale = 0;

	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 1);
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 2);
	for (int i = 0; i < 2000; i++)
		stale += strcmp(seen(&f->b, OBJECT_REGISTER), "2") != 0;
	return stale;
}

static void a_bug_fires_as_often_as_it_is_told(void **state)
{
	struct fixture *f = *state;

	option(f, "bug", "stale-read");
	option(f, "bug-rate", "0.1");
	open_target(f);
	assert_in_range(stale_reads(f), 140, 260);
}

static void the_same_seed_makes_the_same_mistakes(void **state)
{
	struct fixture *f = *state;
	int first;

	option(f, "bug", "stale-read");
	option(f, "bug-rate", "0.1");
	open_target(f);
	first = stale_reads(f);
	talker_close(&f->a);
	talker_close(&f->b);
	target_memory.close(f->state);
	open_target(f);
	assert_int_equal(stale_reads(f), first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stale_read_misses_the_latest_write),
		TEST(a_lost_update_builds_on_an_old_version),
		TEST(a_lost_write_is_acked_and_gone),
		TEST(garbage_was_written_by_nobody),
		TEST(a_split_brain_parts_and_merges),
		TEST(a_failure_has_happened_all_the_same),
		TEST(a_duplicate_write_happens_twice),
		TEST(a_delivered_element_comes_again),
		TEST(elements_change_places),
		TEST(an_element_vanishes),
		TEST(a_removed_element_comes_back),
		TEST(a_held_lock_is_granted_again),
		TEST(a_stale_token_does_not_grow),
		TEST(an_id_is_given_out_twice),
		TEST(a_poll_jumps_over_a_message),
		TEST(a_poll_repeats_messages),
		TEST(a_bug_fires_as_often_as_it_is_told),
		TEST(the_same_seed_makes_the_same_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
