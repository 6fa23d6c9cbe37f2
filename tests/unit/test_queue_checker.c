/* SPDX-License-Identifier: MIT */
/* queue: what went in comes out, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/invariant_judge.h"
#include "tests/support/story.h"

extern const struct checker checker_queue;

struct fixture {
	struct arena arena;
	struct history *history;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .history = NULL };
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	history_free(fixture->history);
	arena_release(&fixture->arena);
	return 0;
}

static struct verdict *judge(struct fixture *fixture, const char *text)
{
	history_free(fixture->history);
	fixture->history = story(text);
	return invariant_judge(&checker_queue, fixture->history, NULL, NULL,
			       &fixture->arena);
}

static int64_t figure(const struct verdict *verdict, const char *name)
{
	const struct figure *figure = figure_find(&verdict->figures, name);

	if (!figure)
		fail_msg("there is no figure %s", name);
	return figure->number;
}

static void assert_convicts(const struct verdict *verdict, const char *name)
{
	assert_int_equal(verdict->kind, VERDICT_INVALID);
	assert_string_equal(verdict->anomalies->name, name);
}

static void assert_valid(const struct verdict *verdict)
{
	if (verdict->kind != VERDICT_VALID)
		fail_msg("%s", verdict->reason);
}

static void what_comes_out_once_is_valid(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 enqueue 1; ok 0 enqueue 2;"
			      "ok 1 dequeue 2; 1 invoke drain; 1 ok drain [1]");

	assert_valid(verdict);
	assert_int_equal(figure(verdict, "delivered"), 2);
	assert_int_equal(figure(verdict, "not_accounted_for"), 0);
}

static void a_lost_element_is_convicted(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 enqueue 1; ok 0 enqueue 2;"
			      "1 invoke drain; 1 ok drain [2]");

	assert_convicts(verdict, "lost-element");
	assert_int_equal(figure(verdict, "lost"), 1);
	assert_string_equal(
		figure_find(&verdict->figures, "lost_elements")->first->text,
		"1");
	assert_non_null(strstr(verdict->anomalies->story, "put 1 in"));
	assert_convicts(judge(*state, "ok 0 enqueue 1; ok 1 dequeue null"),
			"lost-element");
}

static void an_empty_queue_is_told_by_the_error(void **state)
{
	assert_convicts(judge(*state, "ok 0 enqueue 1; fail 1 dequeue !empty"),
			"lost-element");
	assert_int_equal(judge(*state, "ok 0 enqueue 1;"
				       "fail 1 dequeue !connection refused")
				 ->kind,
			 VERDICT_UNKNOWN);
}

static void without_a_sight_of_the_empty_queue_it_is_unknown(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 enqueue 1; 1 invoke drain; 1 ok drain [1];"
			      "ok 0 enqueue 2");

	assert_int_equal(verdict->kind, VERDICT_UNKNOWN);
	assert_int_equal(figure(verdict, "not_accounted_for"), 1);
}

static void a_drain_under_way_may_miss_it(void **state)
{
	assert_int_equal(judge(*state, "1 invoke drain; ok 0 enqueue 1;"
				       "1 ok drain []")
				 ->kind,
			 VERDICT_UNKNOWN);
}

static void a_dequeue_in_doubt_may_have_taken_one(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 enqueue 1; info 2 dequeue;"
			      "1 invoke drain; 1 ok drain []");

	assert_valid(verdict);
	assert_int_equal(figure(verdict, "taken_in_doubt"), 1);
	verdict = judge(*state, "ok 0 enqueue 1; ok 0 enqueue 2;"
				"info 2 dequeue; 1 invoke drain;"
				"1 ok drain []");
	assert_convicts(verdict, "lost-element");
	assert_int_equal(figure(verdict, "lost"), 1);
	assert_non_null(
		strstr(verdict->anomalies->story, "At least 1 of these 2"));
	/* It began when the queue had been seen empty. */
	assert_convicts(judge(*state, "ok 0 enqueue 1; 1 invoke drain;"
				      "1 ok drain []; info 2 dequeue"),
			"lost-element");
}

static void a_drain_in_doubt_may_have_taken_all(void **state)
{
	assert_valid(judge(*state, "ok 0 enqueue 1; ok 0 enqueue 2;"
				   "2 invoke drain; 2 info drain;"
				   "1 invoke drain; 1 ok drain []"));
}

static void a_second_delivery_is_convicted(void **state)
{
	static const char text[] = "ok 0 enqueue 1; ok 1 dequeue 1;"
				   "1 invoke drain; 1 ok drain [1]";
	struct fixture *fixture = *state;
	struct verdict *verdict = judge(fixture, text);

	assert_convicts(verdict, "duplicate-delivery");
	assert_int_equal(figure(verdict, "duplicated"), 1);
	verdict = invariant_judge(&checker_queue, fixture->history,
				  "at-least-once", "true", &fixture->arena);
	assert_valid(verdict);
	assert_int_equal(figure(verdict, "duplicated"), 1);
	assert_valid(judge(fixture, "ok 0 enqueue 1; info 2 enqueue 1;"
				    "ok 1 dequeue 1; ok 1 dequeue 1"));
}

static void what_was_not_put_in_is_a_phantom(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 enqueue 1; ok 1 dequeue 1;"
			      "ok 1 dequeue 7");

	assert_convicts(verdict, "phantom-element");
	assert_int_equal(figure(verdict, "unexpected"), 1);
	verdict = judge(*state, "fail 0 enqueue 1; ok 1 dequeue 1");
	assert_convicts(verdict, "phantom-element");
	assert_non_null(
		strstr(verdict->anomalies->story, "failed to put it in"));
	assert_convicts(judge(*state, "ok 1 dequeue 1; ok 0 enqueue 1"),
			"phantom-element");
}

static void an_enqueue_in_doubt_may_have_happened(void **state)
{
	struct verdict *verdict =
		judge(*state, "info 2 enqueue 1; info 3 enqueue 2;"
			      "ok 0 enqueue 3; 1 invoke drain;"
			      "1 ok drain [3,1]");

	assert_valid(verdict);
	assert_int_equal(figure(verdict, "recovered"), 1);
}

static void a_stack_loses_nothing_either(void **state)
{
	assert_convicts(judge(*state, "ok 0 push 1; ok 0 push 2;"
				      "1 invoke pop; 1 ok pop 2;"
				      "1 invoke pop; 1 ok pop null"),
			"lost-element");
}

static void what_was_not_tested_is_unknown(void **state)
{
	assert_int_equal(judge(*state, "phase main")->kind, VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 enqueue 1; ok 0 purge;"
				       "ok 1 drain []")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "info 0 enqueue 1; 1 invoke drain;"
				       "1 ok drain []")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 enqueue 1; 1 invoke drain;"
				       "1 ok drain 1")
				 ->kind,
			 VERDICT_UNKNOWN);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_comes_out_once_is_valid),
		TEST(a_lost_element_is_convicted),
		TEST(an_empty_queue_is_told_by_the_error),
		TEST(without_a_sight_of_the_empty_queue_it_is_unknown),
		TEST(a_drain_under_way_may_miss_it),
		TEST(a_dequeue_in_doubt_may_have_taken_one),
		TEST(a_drain_in_doubt_may_have_taken_all),
		TEST(a_second_delivery_is_convicted),
		TEST(what_was_not_put_in_is_a_phantom),
		TEST(an_enqueue_in_doubt_may_have_happened),
		TEST(a_stack_loses_nothing_either),
		TEST(what_was_not_tested_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
