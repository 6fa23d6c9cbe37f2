/* SPDX-License-Identifier: MIT */
/* counter: what reads may show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/invariant_judge.h"
#include "tests/support/story.h"

extern const struct checker checker_counter;

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
	return invariant_judge(&checker_counter, fixture->history, NULL, NULL,
			       &fixture->arena);
}

static struct verdict *judge_late(struct fixture *fixture, const char *text)
{
	history_free(fixture->history);
	fixture->history = story(text);
	return invariant_judge(&checker_counter, fixture->history,
			       "linearizable", "false", &fixture->arena);
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

static void a_read_shows_what_was_acknowledged(void **state)
{
	assert_valid(judge(*state, "ok 0 increment 2; ok 0 increment 3;"
				   "ok 1 read 5"));
	assert_valid(judge(*state, "ok 0 add 2; ok 0 add 3; ok 1 read 5"));
	assert_valid(judge(*state, "ok 0 increment 5; ok 0 decrement 3;"
				   "ok 1 read 2"));
}

static void a_lost_increment_is_convicted(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 increment 2; ok 1 read 2;"
			      "ok 0 increment 3; ok 1 read 2; ok 1 read 2");

	assert_convicts(verdict, "lost-increment");
	assert_int_equal(verdict->anomaly_count, 1);
	assert_int_equal(figure(verdict, "reads_that_lack_something"), 2);
	assert_non_null(strstr(verdict->reason, "showed 2, although 5"));
	assert_non_null(strstr(verdict->anomalies->story,
			       "the first that lacks something"));
	assert_convicts(judge_late(*state, "ok 0 increment 2; ok 1 read 0"),
			"lost-increment");
}

static void a_read_that_misses_what_shows_later_is_stale(void **state)
{
	static const char text[] = "ok 0 increment 2; ok 1 read 0; ok 1 read 2";
	struct verdict *verdict = judge(*state, text);

	assert_convicts(verdict, "stale-read");
	verdict = judge_late(*state, text);
	assert_valid(verdict);
	assert_int_equal(figure(verdict, "reads_that_lack_something"), 1);
}

static void an_update_in_doubt_may_count_or_not(void **state)
{
	assert_valid(judge(*state, "ok 0 increment 1; info 1 increment 5;"
				   "ok 0 read 1; ok 0 read 6"));
	assert_convicts(judge(*state, "ok 0 increment 1; info 1 increment 5;"
				      "ok 0 read 6; ok 0 read 1"),
			"stale-read");
}

static void more_than_was_added_is_impossible(void **state)
{
	assert_convicts(judge(*state, "ok 0 increment 1; ok 0 read 2"),
			"impossible-read");
	assert_convicts(judge(*state, "ok 0 increment 1; fail 1 increment 4;"
				      "ok 0 read 5"),
			"impossible-read");
	assert_convicts(judge(*state, "0 invoke increment 1; ok 1 read 2;"
				      "0 ok increment 1"),
			"impossible-read");
	assert_convicts(judge_late(*state, "ok 0 increment 1; ok 0 read 2"),
			"impossible-read");
}

static void a_lost_decrement_is_told(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 increment 5; ok 0 decrement 2;"
			      "ok 0 read 5");

	assert_convicts(verdict, "impossible-read");
	assert_non_null(strstr(verdict->reason, "lacks a decrement"));
	assert_valid(judge_late(*state, "ok 0 increment 5; ok 0 decrement 2;"
					"ok 0 read 5"));
	assert_convicts(judge(*state, "ok 0 increment 5; ok 0 decrement 2;"
				      "ok 0 read -3"),
			"impossible-read");
}

static void a_number_between_two_sums_is_impossible(void **state)
{
	struct verdict *verdict =
		judge(*state, "0 invoke increment 5; 1 invoke increment 5;"
			      "ok 2 read 7; 0 ok increment 5;"
			      "1 ok increment 5; ok 2 read 10");

	assert_convicts(verdict, "impossible-read");
	assert_non_null(strstr(verdict->reason, "no choice of the updates"));
	assert_valid(judge(*state, "0 invoke increment 5; 1 invoke decrement 3;"
				   "ok 2 read 2; 0 ok increment 5;"
				   "1 ok decrement 3; ok 2 read 2"));
}

/* Each read by itself is within its bounds. */
static void ones_are_decided_together(void **state)
{
	struct verdict *verdict =
		judge(*state, "0 invoke increment 1; ok 1 read 1; ok 2 read 0;"
			      "0 ok increment 1; ok 1 read 1");

	assert_convicts(verdict, "stale-read");
	assert_int_equal(figure(verdict, "decided_exactly"), 1);
	assert_non_null(strstr(verdict->reason, "must have been higher"));
	verdict = judge(*state, "0 invoke increment 1; 1 invoke read;"
				"ok 2 read 1; 1 ok read 0;"
				"0 ok increment 1");
	assert_valid(verdict);
	assert_int_equal(figure(verdict, "decided_exactly"), 1);
}

static void a_counter_that_only_goes_up_does_not_go_back(void **state)
{
	assert_convicts(judge(*state, "0 invoke increment 3; ok 1 read 3;"
				      "ok 2 read 0; 0 ok increment 3;"
				      "ok 1 read 3"),
			"stale-read");
}

static void what_was_not_tested_is_unknown(void **state)
{
	assert_int_equal(judge(*state, "phase main")->kind, VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 increment 1; ok 0 reset;"
				       "ok 1 read 0")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 increment 1; fail 1 read")->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "info 0 increment 1; ok 1 read 0")->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 increment 1; ok 1 read \"one\";"
				       "ok 1 read 1")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 increment 99999999999999;"
				       "ok 0 increment 1; ok 1 read 1")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 increment 99999999999999;"
				       "ok 1 read 99999999999999")
				 ->kind,
			 VERDICT_UNKNOWN);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_read_shows_what_was_acknowledged),
		TEST(a_lost_increment_is_convicted),
		TEST(a_read_that_misses_what_shows_later_is_stale),
		TEST(an_update_in_doubt_may_count_or_not),
		TEST(more_than_was_added_is_impossible),
		TEST(a_lost_decrement_is_told),
		TEST(a_number_between_two_sums_is_impossible),
		TEST(ones_are_decided_together),
		TEST(a_counter_that_only_goes_up_does_not_go_back),
		TEST(what_was_not_tested_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
