/* SPDX-License-Identifier: MIT */
/* crash: what the scan of the logs found convicts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/story.h"

struct fixture {
	struct arena arena;
	struct history *history;
};

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	history_free(fixture->history);
	arena_release(&fixture->arena);
	return 0;
}

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .history = NULL };
	*state = &fixture;
	return 0;
}

static struct verdict *judge(struct fixture *fixture, const char *text)
{
	history_free(fixture->history);
	fixture->history = story(text);
	return story_judge(fixture->history, "crash", NULL, &fixture->arena);
}

static void a_quiet_log_is_valid(void **state)
{
	assert_int_equal(judge(*state, "ok 0 write 1")->kind, VERDICT_VALID);
}

static void a_finding_convicts_with_its_line(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 write 1; crash n2 etcd.log 12 panic: oh");
	const struct anomaly *anomaly = verdict->anomalies;

	assert_int_equal(verdict->kind, VERDICT_INVALID);
	assert_string_equal(anomaly->name, "crash");
	assert_string_equal(anomaly->text, "node n2 crashed or panicked: "
					   "etcd.log line 12 says: panic: oh");
	assert_int_equal(anomaly->evidence_count, 1);
	assert_int_equal(anomaly->evidence[0].op, 1);
}

static void many_findings_are_counted_and_cut(void **state)
{
	char text[2000] = "";
	struct verdict *verdict;

	for (size_t i = 0; i < 25; i++)
		memcpy(text + i * 23, "crash n1 a.log 1 panic;", 24);
	verdict = judge(*state, text);
	assert_int_equal(verdict->anomaly_count, 20);
	assert_int_equal(figure_find(&verdict->figures, "findings")->number,
			 25);
	assert_non_null(strstr(verdict->reason, "25 lines in logs"));
}

static void a_log_that_is_missing_leaves_it_open(void **state)
{
	struct verdict *verdict = judge(*state, "ok 0 write 1; missing n3");

	assert_int_equal(verdict->kind, VERDICT_UNKNOWN);
	assert_non_null(strstr(verdict->reason, "n3"));
}

static void a_finding_outweighs_a_missing_log(void **state)
{
	assert_int_equal(
		judge(*state, "missing n3; crash n1 a.log 1 panic")->kind,
		VERDICT_INVALID);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_quiet_log_is_valid),
		TEST(a_finding_convicts_with_its_line),
		TEST(many_findings_are_counted_and_cut),
		TEST(a_log_that_is_missing_leaves_it_open),
		TEST(a_finding_outweighs_a_missing_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
