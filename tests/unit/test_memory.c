/* SPDX-License-Identifier: MIT */
/* The memory target without a bug. */
#include "tests/support/memory_fixture.h"

#include "harness/core/clock.h"

static void a_register_is_read_written_and_compared(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "null");
	must(&f->a, OBJECT_REGISTER, VERB_WRITE, 5);
	assert_string_equal(seen(&f->b, OBJECT_REGISTER), "5");
	assert_int_equal(cas(&f->b, 5, 6), OUTCOME_OK);
	assert_int_equal(cas(&f->a, 5, 7), OUTCOME_FAIL);
	assert_string_equal(f->a.err.text, "precondition failed");
	assert_string_equal(seen(&f->a, OBJECT_REGISTER), "6");
}

static void keys_and_values_may_be_anything(void **state)
{
	struct fixture *f = *state;
	struct action action = { .object = OBJECT_REGISTER };
	struct value pair[2];

	open_target(f);
	action.key = value_string(f->a.values, "a key");
	action.verb = VERB_WRITE;
	pair[0] = value_string(f->a.values, "x");
	pair[1] = value_int(f->a.values, INT64_MAX);
	action.arg = value_list(f->a.values, pair, 2);
	assert_int_equal(carry_out(&f->a, &action, 1, false), OUTCOME_OK);
	f->b.action =
		(struct action){ .object = OBJECT_REGISTER, .verb = VERB_READ };
	value_string(f->b.values, "other numbers in this table");
	f->b.action.key = value_string(f->b.values, "a key");
	assert_int_equal(carry_out(&f->b, &f->b.action, 1, false), OUTCOME_OK);
	assert_string_equal(answer(&f->b), "[\"x\",9223372036854775807]");
}

static void a_list_keeps_the_order_of_appends(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_string_equal(seen(&f->a, OBJECT_LIST), "[]");
	must(&f->a, OBJECT_LIST, VERB_APPEND, 3);
	must(&f->b, OBJECT_LIST, VERB_APPEND, 1);
	must(&f->a, OBJECT_LIST, VERB_APPEND, 2);
	assert_string_equal(seen(&f->b, OBJECT_LIST), "[3,1,2]");
}

static void a_set_holds_what_was_added_and_not_removed(void **state)
{
	struct fixture *f = *state;
	bool is_in[300] = { false };
	struct chance {
		uint32_t state;
	} chance = { 1 };

	open_target(f);
	for (int i = 0; i < 5000; i++) {
		int64_t element;
		const char *contains;

		chance.state = chance.state * 1664525u + 1013904223u;
		element = 1 + chance.state % 299;
		is_in[element] = chance.state >> 16 & 1;
		must(&f->a, OBJECT_SET, is_in[element] ? VERB_ADD : VERB_REMOVE,
		     element);
		element = 1 + (chance.state >> 8) % 299;
		contains = asked(&f->b, OBJECT_SET, VERB_CONTAINS, element);
		assert_string_equal(contains,
				    is_in[element] ? "true" : "false");
	}
	must(&f->a, OBJECT_SET, VERB_READ, 0);
	for (struct value rest = f->a.action.result;
	     value_list_length(f->a.values, rest);
	     rest = value_list_rest(f->a.values, rest)) {
		struct value last = value_list_last(f->a.values, rest);
		int64_t element = value_as_int(f->a.values, last);

		assert_true(is_in[element]);
		is_in[element] = false;
	}
	for (int i = 1; i < 300; i++)
		assert_false(is_in[i]);
}

static void a_counter_goes_up_and_down(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_string_equal(seen(&f->a, OBJECT_COUNTER), "0");
	must(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 0);
	must(&f->b, OBJECT_COUNTER, VERB_INCREMENT, 10);
	must(&f->a, OBJECT_COUNTER, VERB_DECREMENT, 4);
	assert_string_equal(seen(&f->b, OBJECT_COUNTER), "7");
}

static void a_queue_gives_the_oldest_first(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_int_equal(act(&f->a, OBJECT_QUEUE, VERB_DEQUEUE, 0),
			 OUTCOME_FAIL);
	assert_string_equal(f->a.err.text, "empty");
	for (int i = 1; i <= 300; i++)
		must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, i);
	for (int i = 1; i <= 297; i++) {
		must(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0);
		assert_int_equal(value_as_int(f->b.values, f->b.action.result),
				 i);
		must(&f->a, OBJECT_QUEUE, VERB_ENQUEUE, 300 + i);
	}
	for (int i = 298; i <= 594; i++)
		must(&f->b, OBJECT_QUEUE, VERB_DEQUEUE, 0);
	assert_string_equal(asked(&f->a, OBJECT_QUEUE, VERB_DRAIN, 0),
			    "[595,596,597]");
	assert_string_equal(asked(&f->a, OBJECT_QUEUE, VERB_DRAIN, 0), "[]");
}

static void a_stack_gives_the_newest_first(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	must(&f->a, OBJECT_QUEUE, VERB_PUSH, 1);
	must(&f->a, OBJECT_QUEUE, VERB_PUSH, 2);
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_PEEK, 0), "2");
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_POP, 0), "2");
	assert_string_equal(asked(&f->b, OBJECT_QUEUE, VERB_POP, 0), "1");
	assert_int_equal(act(&f->b, OBJECT_QUEUE, VERB_POP, 0), OUTCOME_FAIL);
}

static void a_lock_is_held_by_one_and_its_tokens_grow(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_string_equal(asked(&f->a, OBJECT_LOCK, VERB_ACQUIRE, 0), "1");
	assert_int_equal(act(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0),
			 OUTCOME_FAIL);
	assert_string_equal(f->b.err.text, "held");
	assert_int_equal(act(&f->b, OBJECT_LOCK, VERB_RELEASE, 0),
			 OUTCOME_FAIL);
	must(&f->a, OBJECT_LOCK, VERB_RELEASE, 0);
	assert_string_equal(asked(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0), "2");
}

static void no_lock_is_stuck_or_shared_after_a_timeout(void **state)
{
	struct fixture *f = *state;
	int grants[2] = { 0 };

	option(f, "timeout-rate", "0.3");
	open_target(f);
	for (int i = 0; i < 400; i++) {
		struct talker *talker = i % 2 ? &f->b : &f->a;

		if (act(talker, OBJECT_LOCK, VERB_ACQUIRE, 0) != OUTCOME_OK)
			continue;
		grants[i % 2]++;
		/* Whatever others try, it is held until it is released. */
		talker = i % 2 ? &f->a : &f->b;
		for (int j = 0; j < 5; j++) {
			assert_int_not_equal(act(talker, OBJECT_LOCK,
						 VERB_ACQUIRE, 0),
					     OUTCOME_OK);
			assert_int_not_equal(act(talker, OBJECT_LOCK,
						 VERB_RELEASE, 0),
					     OUTCOME_OK);
		}
		talker = i % 2 ? &f->b : &f->a;
		assert_int_not_equal(act(talker, OBJECT_LOCK, VERB_RELEASE, 0),
				     OUTCOME_FAIL);
	}
	assert_true(grants[0] > 80 && grants[1] > 80);
}

static void a_semaphore_has_so_many_permits(void **state)
{
	struct fixture *f = *state;

	option(f, "permits", "2");
	open_target(f);
	must(&f->a, OBJECT_LOCK, VERB_ACQUIRE, 0);
	must(&f->a, OBJECT_LOCK, VERB_ACQUIRE, 0);
	assert_int_equal(act(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0),
			 OUTCOME_FAIL);
	must(&f->a, OBJECT_LOCK, VERB_RELEASE, 0);
	must(&f->b, OBJECT_LOCK, VERB_ACQUIRE, 0);
}

static void assign(struct talker *talker, enum verb verb)
{
	struct value key = value_int(talker->values, 1);

	talker->action = (struct action){
		.object = OBJECT_LOG,
		.verb = (uint16_t)verb,
		.arg = value_list(talker->values, &key, 1),
	};
	assert_int_equal(carry_out(talker, &talker->action, 1, false),
			 OUTCOME_OK);
}

static void a_log_is_polled_from_where_a_consumer_committed(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_string_equal(asked(&f->a, OBJECT_LOG, VERB_SEND, 10), "0");
	assert_string_equal(asked(&f->a, OBJECT_LOG, VERB_SEND, 11), "1");
	assert_string_equal(asked(&f->b, OBJECT_LOG, VERB_POLL, 0), "{}");
	assign(&f->b, VERB_ASSIGN);
	assert_string_equal(asked(&f->b, OBJECT_LOG, VERB_POLL, 0),
			    "{\"1\":[[0,10],[1,11]]}");
	assert_string_equal(asked(&f->b, OBJECT_LOG, VERB_POLL, 0), "{}");
	must(&f->b, OBJECT_LOG, VERB_COMMIT, 0);
	must(&f->b, OBJECT_LOG, VERB_SEND, 12);
	assign(&f->a, VERB_SUBSCRIBE);
	assert_string_equal(asked(&f->a, OBJECT_LOG, VERB_POLL, 0),
			    "{\"1\":[[2,12]]}");
}

static void what_an_object_cannot_do_is_refused(void **state)
{
	struct fixture *f = *state;

	open_target(f);
	assert_int_equal(act(&f->a, OBJECT_REGISTER, VERB_APPEND, 1),
			 OUTCOME_FAIL);
	assert_int_equal(act(&f->a, OBJECT_QUEUE, VERB_CAS, 1), OUTCOME_FAIL);
	assert_int_equal(act(&f->a, OBJECT_NONE, VERB_READ, 1), OUTCOME_FAIL);
	assert_string_equal(f->a.err.text, "there is no such object");
}

static void timeouts_are_in_doubt_and_some_have_happened(void **state)
{
	struct fixture *f = *state;
	int64_t before = 0;

	option(f, "timeout-rate", "0.5");
	open_target(f);
	for (int i = 0; i < 400; i++) {
		enum outcome outcome =
			act(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 0);

		assert_int_not_equal(outcome, OUTCOME_FAIL);
		before += outcome == OUTCOME_OK;
	}
	/* Late ones are done by now too, for reads count as operations. */
	for (int i = 0; i < 400; i++)
		act(&f->b, OBJECT_COUNTER, VERB_READ, 0);
	while (act(&f->b, OBJECT_COUNTER, VERB_READ, 0) != OUTCOME_OK)
		;
	assert_in_range(before, 150, 250);
	assert_in_range(value_as_int(f->b.values, f->b.action.result),
			before + 60, 400 - 20);
}

static void refused_operations_never_happen(void **state)
{
	struct fixture *f = *state;
	int64_t done = 0;

	option(f, "fail-rate", "0.5");
	open_target(f);
	for (int i = 0; i < 400; i++)
		done += act(&f->a, OBJECT_COUNTER, VERB_INCREMENT, 0) ==
			OUTCOME_OK;
	while (act(&f->b, OBJECT_COUNTER, VERB_READ, 0) != OUTCOME_OK)
		;
	assert_in_range(done, 150, 250);
	assert_int_equal(value_as_int(f->b.values, f->b.action.result), done);
}

static void a_slow_operation_ends_by_its_deadline_in_doubt(void **state)
{
	struct fixture *f = *state;
	struct action action = { .object = OBJECT_COUNTER,
				 .verb = VERB_INCREMENT };
	struct request request = { .actions = &action, .action_count = 1 };
	int64_t start_ns = clock_now_ns();

	option(f, "latency", "60s");
	option(f, "latency-shape", "constant");
	open_target(f);
	request.values = f->a.values;
	request.arena = &f->a.arena;
	request.deadline_ns = start_ns + 20 * NS_PER_MS;
	assert_int_equal(target_memory.apply(f->a.client, &request, &f->a.err),
			 OUTCOME_INDETERMINATE);
	assert_string_equal(f->a.err.text, "timeout");
	assert_in_range(clock_now_ns() - start_ns, 20 * NS_PER_MS,
			30 * NS_PER_S);
}

static void a_rate_beyond_one_is_refused(void **state)
{
	struct fixture *f = *state;
	struct target_setup setup = { .options = f->options, .nodes = 2 };
	struct error err;

	option(f, "fail-rate", "1.5");
	assert_null(target_memory.open(&setup, &err));
	assert_non_null(strstr(err.text, "fail-rate"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_register_is_read_written_and_compared),
		TEST(keys_and_values_may_be_anything),
		TEST(a_list_keeps_the_order_of_appends),
		TEST(a_set_holds_what_was_added_and_not_removed),
		TEST(a_counter_goes_up_and_down),
		TEST(a_queue_gives_the_oldest_first),
		TEST(a_stack_gives_the_newest_first),
		TEST(a_lock_is_held_by_one_and_its_tokens_grow),
		TEST(no_lock_is_stuck_or_shared_after_a_timeout),
		TEST(a_semaphore_has_so_many_permits),
		TEST(a_log_is_polled_from_where_a_consumer_committed),
		TEST(what_an_object_cannot_do_is_refused),
		TEST(timeouts_are_in_doubt_and_some_have_happened),
		TEST(refused_operations_never_happen),
		TEST(a_slow_operation_ends_by_its_deadline_in_doubt),
		TEST(a_rate_beyond_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
