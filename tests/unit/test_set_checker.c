/* SPDX-License-Identifier: MIT */
/* set: what is lost, stale, made up, doubled or back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/invariant_judge.h"
#include "tests/support/story.h"

extern const struct checker checker_set;

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
	return invariant_judge(&checker_set, fixture->history, NULL, NULL,
			       &fixture->arena);
}

static struct verdict *judge_late(struct fixture *fixture, const char *text)
{
	history_free(fixture->history);
	fixture->history = story(text);
	return invariant_judge(&checker_set, fixture->history, "linearizable",
			       "false", &fixture->arena);
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

static void a_lost_element_is_convicted(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 add 1; ok 0 add 2; ok 1 read [1,2];"
			      "ok 1 read [2]");

	assert_convicts(verdict, "lost-element");
	assert_int_equal(verdict->anomaly_count, 1);
	assert_int_equal(figure(verdict, "lost"), 1);
	assert_int_equal(figure(verdict, "stable"), 1);
	assert_non_null(strstr(verdict->reason, "1 was acknowledged (at 0)"));
	assert_non_null(strstr(verdict->anomalies->story, "<-- lacks 1"));
	assert_convicts(judge_late(*state, "ok 0 add 1; ok 1 read []"),
			"lost-element");
}

static void an_element_that_shows_up_late_is_stale(void **state)
{
	static const char text[] = "ok 0 add 1; ok 1 read []; ok 1 read [1]";
	struct verdict *verdict = judge(*state, text);

	assert_convicts(verdict, "stale-read");
	assert_int_equal(figure(verdict, "stale"), 1);
	verdict = judge_late(*state, text);
	assert_valid(verdict);
	assert_int_equal(figure(verdict, "stale"), 1);
	/* Known from 1 ms on, and missing from a read that began at 2 ms. */
	assert_int_equal(
		figure_find(figure_find(&verdict->figures, "stable_latency"),
			    "max_ns")
			->number,
		1000000);
	assert_non_null(figure_find(&verdict->figures, "worst_stale"));
}

static void a_read_under_way_may_miss_what_is_added(void **state)
{
	assert_valid(judge(*state, "0 invoke add 1; 1 invoke read; 0 ok add 1;"
				   "1 ok read []; ok 1 read [1]"));
	assert_valid(judge(*state, "0 invoke add 1; ok 1 read [1];"
				   "0 ok add 1; ok 1 read [1]"));
}

static void what_is_seen_once_stays_even_if_the_add_is_in_doubt(void **state)
{
	struct verdict *verdict =
		judge(*state, "info 0 add 1; ok 1 add 2; ok 1 read [1,2];"
			      "ok 1 read [2]");

	assert_convicts(verdict, "lost-element");
	assert_non_null(strstr(verdict->reason, "1 was seen"));
	verdict = judge(*state, "info 0 add 1; ok 1 add 2; ok 1 read [2];"
				"ok 1 read [1,2]");
	assert_valid(verdict);
	assert_int_equal(figure(verdict, "recovered"), 1);
}

static void what_nobody_can_have_added_is_a_phantom(void **state)
{
	struct verdict *verdict = judge(*state, "ok 0 add 1; ok 1 read [1,7]");

	assert_convicts(verdict, "phantom-element");
	assert_int_equal(figure(verdict, "unexpected"), 1);
	verdict = judge(*state, "ok 0 add 1; fail 0 add 2; ok 1 read [1,2]");
	assert_convicts(verdict, "phantom-element");
	assert_non_null(strstr(verdict->anomalies->story, "failed to add 2"));
	assert_convicts(judge(*state, "ok 1 read [1]; ok 0 add 1;"
				      "ok 1 read [1]"),
			"phantom-element");
	assert_convicts(judge_late(*state, "ok 1 read [1]; ok 0 add 1;"
					   "ok 1 read [1]"),
			"phantom-element");
}

static void an_element_twice_in_a_read_is_convicted(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 add 1; ok 0 add 2; ok 1 read [1,2,1]");

	assert_convicts(verdict, "duplicate-element");
	assert_int_equal(figure(verdict, "duplicated"), 1);
	assert_int_equal(figure(verdict, "stable"), 2);
}

static void what_is_removed_stays_away(void **state)
{
	assert_valid(judge(*state, "ok 0 add 1; ok 1 read [1]; ok 0 remove 1;"
				   "ok 1 read []"));
	assert_convicts(judge(*state, "ok 0 add 1; ok 0 remove 1; ok 1 read [];"
				      "ok 1 read [1]"),
			"resurrected-element");
	assert_convicts(judge(*state, "ok 0 add 1; ok 0 remove 1;"
				      "ok 1 read [1]; ok 1 read []"),
			"stale-read");
	assert_valid(judge_late(*state, "ok 0 add 1; ok 0 remove 1;"
					"ok 1 read [1]; ok 1 read []"));
	assert_convicts(judge_late(*state, "ok 0 add 1; ok 0 remove 1;"
					   "ok 1 read []; ok 1 read [1]"),
			"resurrected-element");
	assert_valid(judge(*state, "ok 0 add 1; ok 0 remove 1; ok 0 add 1;"
				   "ok 1 read [1]"));
}

static void a_removal_in_doubt_happens_once_or_never(void **state)
{
	assert_valid(judge(*state, "ok 0 add 1; info 1 remove 1; ok 0 read [1];"
				   "ok 0 read []"));
	assert_convicts(judge(*state, "ok 0 add 1; info 1 remove 1;"
				      "ok 0 read []; ok 0 read [1]"),
			"resurrected-element");
	assert_convicts(judge(*state, "ok 0 add 1; fail 1 remove 1;"
				      "ok 0 read []"),
			"lost-element");
}

/* Each pair of these fits, all of them do not: a single addition in doubt
 * cannot have come both before the removal and after it. */
static void what_only_the_search_finds_is_convicted(void **state)
{
	struct verdict *verdict =
		judge(*state, "info 0 add 1; ok 1 read [1]; ok 1 remove 1;"
			      "ok 1 read []; ok 1 read [1]");

	assert_convicts(verdict, "non-linearizable");
	assert_non_null(strstr(verdict->anomalies->story, "added 1, perhaps"));
}

static void what_nobody_looked_for_is_said(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 add 1; ok 1 read [1]; ok 0 add 2");

	assert_valid(verdict);
	assert_int_equal(figure(verdict, "never_read"), 1);
	assert_non_null(strstr(verdict->reason, "nobody looked for 1"));
}

static void what_was_not_tested_is_unknown(void **state)
{
	assert_int_equal(judge(*state, "phase main")->kind, VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 add 1; ok 0 clear; ok 1 read []")
				 ->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 add 1; fail 1 read")->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "info 0 add 1; ok 1 read []")->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 1 read []; ok 0 add 1")->kind,
			 VERDICT_UNKNOWN);
	assert_int_equal(judge(*state, "ok 0 add 1; ok 1 read 5;"
				       "ok 1 read [1]")
				 ->kind,
			 VERDICT_UNKNOWN);
}

static void too_little_memory_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	struct budget budget = { .states_max = 1000, .bytes_max = 10 };
	struct check check = { .budget = &budget, .arena = &fixture->arena };
	struct verdict verdict;
	struct error err;

	fixture->history = story("ok 0 add 1; ok 1 read [1]");
	check.history = fixture->history;
	check.options = options_new(&fixture->arena, checker_set.options);
	verdict_init(&verdict);
	assert_int_equal(checker_set.check(&check, &verdict, &err), 0);
	assert_int_equal(verdict.kind, VERDICT_UNKNOWN);
	assert_non_null(strstr(verdict.reason, "24 bytes"));
}

static void what_may_be_late_is_told_last(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 add 1; ok 1 read []; ok 0 add 2;"
			      "ok 1 read [1]; ok 1 read [1,9]");

	assert_int_equal(verdict->anomaly_count, 3);
	assert_string_equal(verdict->last_anomaly->name, "stale-read");
	assert_string_equal(verdict->reason, verdict->anomalies->text);
	assert_string_equal(verdict->anomalies->name, "lost-element");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_lost_element_is_convicted),
		TEST(an_element_that_shows_up_late_is_stale),
		TEST(a_read_under_way_may_miss_what_is_added),
		TEST(what_is_seen_once_stays_even_if_the_add_is_in_doubt),
		TEST(what_nobody_can_have_added_is_a_phantom),
		TEST(an_element_twice_in_a_read_is_convicted),
		TEST(what_is_removed_stays_away),
		TEST(a_removal_in_doubt_happens_once_or_never),
		TEST(what_only_the_search_finds_is_convicted),
		TEST(what_nobody_looked_for_is_said),
		TEST(what_was_not_tested_is_unknown),
		TEST(too_little_memory_is_unknown),
		TEST(what_may_be_late_is_told_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
