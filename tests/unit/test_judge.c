/* SPDX-License-Identifier: MIT */
/* judge: who judges, how verdicts merge, and when a search ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/clock.h"
#include "harness/engine/choose.h"
#include "harness/registry.h"
#include "tests/support/story.h"

static int says(const struct check *check, struct verdict *verdict,
		enum verdict_kind kind, const char *reason)
{
	verdict_set(verdict, check->arena, kind, "%s", reason);
	return 0;
}

static int check_valid(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	(void)err;
	return says(check, verdict, VERDICT_VALID, "all is well");
}

static int check_invalid(const struct check *check, struct verdict *verdict,
			 struct error *err)
{
	(void)err;
	verdict_add_anomaly(verdict, check->arena, "stale-read", "it is old");
	return 0;
}

static int check_unknown(const struct check *check, struct verdict *verdict,
			 struct error *err)
{
	(void)err;
	return says(check, verdict, VERDICT_UNKNOWN, "it is dark");
}

static int check_fails(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	(void)check;
	verdict->kind = VERDICT_VALID; /* must not survive */
	return error_set(err, "option x makes no sense here");
}

static int check_silent(const struct check *check, struct verdict *verdict,
			struct error *err)
{
	(void)check;
	(void)verdict;
	(void)err;
	return 0;
}

/* Searches until somebody says stop, at most ten seconds. */
static int check_endless(const struct check *check, struct verdict *verdict,
			 struct error *err)
{
	int64_t end_ns = clock_now_ns() + 10 * NS_PER_S;

	(void)err;
	while (!budget_expired(check->budget)) {
		if (clock_now_ns() > end_ns)
			return says(check, verdict, VERDICT_VALID, "not told");
	}
	return says(check, verdict, VERDICT_UNKNOWN, "out of time");
}

static const struct checker valid = { .name = "valid", .summary = "-",
				      .check = check_valid };
static const struct checker invalid = { .name = "invalid", .summary = "-",
				      .check = check_invalid };
static const struct checker unknown = { .name = "unknown", .summary = "-",
				      .check = check_unknown };
static const struct checker fails = { .name = "fails", .summary = "-",
				      .check = check_fails };
static const struct checker silent = { .name = "silent", .summary = "-",
				      .check = check_silent };
static const struct checker endless = { .name = "endless", .summary = "-",
				      .check = check_endless };
static const struct checker stats = { .name = "stats", .summary = "-",
				      .check = check_valid };

struct fixture {
	struct arena arena;
	struct history *history;
	struct judge_limits limits;
	struct judgement judgement;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .history = story("ok 0 write 1") };
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

/* Judges with two checkers; `b` may be NULL. */
static enum verdict_kind judge_two(struct fixture *fixture,
				   const struct checker *a,
				   const struct checker *b)
{
	struct judge judges[2] = { { .checker = a }, { .checker = b } };
	struct panel panel = { .judges = judges, .count = b ? 2 : 1 };

	judges[0].options = options_new(&fixture->arena, NULL);
	judges[1].options = options_new(&fixture->arena, NULL);
	judge_history(fixture->history, &panel, &fixture->limits,
		      &fixture->arena, &fixture->judgement);
	return fixture->judgement.kind;
}

static void verdicts_merge_by_worst(void **state)
{
	assert_int_equal(judge_two(*state, &valid, NULL), VERDICT_VALID);
	assert_int_equal(judge_two(*state, &valid, &unknown), VERDICT_UNKNOWN);
	assert_int_equal(judge_two(*state, &unknown, &invalid),
			 VERDICT_INVALID);
	assert_int_equal(judge_two(*state, &invalid, &valid), VERDICT_INVALID);
}

static void the_reason_is_of_who_decided(void **state)
{
	struct fixture *fixture = *state;

	judge_two(fixture, &valid, &unknown);
	assert_string_equal(fixture->judgement.reason, "it is dark");
	assert_string_equal(fixture->judgement.decided_by, "unknown");
	judge_two(fixture, &stats, &valid);
	assert_string_equal(fixture->judgement.decided_by, "valid");
}

static void no_judge_is_unknown(void **state)
{
	struct fixture *fixture = *state;
	struct panel panel = { 0 };

	judge_history(fixture->history, &panel, &fixture->limits,
		      &fixture->arena, &fixture->judgement);
	assert_int_equal(fixture->judgement.kind, VERDICT_UNKNOWN);
}

static void standing_checkers_alone_are_unknown(void **state)
{
	assert_int_equal(judge_two(*state, &stats, NULL), VERDICT_UNKNOWN);
	assert_int_equal(judge_two(*state, &stats, &valid), VERDICT_VALID);
}

static void a_check_that_fails_is_unknown_and_said(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(judge_two(fixture, &fails, NULL), VERDICT_UNKNOWN);
	assert_true(fixture->judgement.has_failed);
	assert_non_null(strstr(fixture->judgement.reason,
			       "option x makes no sense here"));
	assert_int_equal(judge_two(fixture, &fails, &invalid), VERDICT_INVALID);
}

static void a_checker_that_says_nothing_is_unknown(void **state)
{
	assert_int_equal(judge_two(*state, &silent, NULL), VERDICT_UNKNOWN);
}

static void a_timeout_ends_the_search(void **state)
{
	struct fixture *fixture = *state;
	int64_t start_ns = clock_now_ns();

	fixture->limits.timeout_ns = 50 * NS_PER_MS;
	assert_int_equal(judge_two(fixture, &endless, NULL), VERDICT_UNKNOWN);
	assert_string_equal(fixture->judgement.reason, "out of time");
	assert_true(clock_now_ns() - start_ns < 5 * NS_PER_S);
}

static void a_stop_ends_the_search(void **state)
{
	struct fixture *fixture = *state;
	atomic_bool stop = true;

	fixture->limits.stop = &stop;
	assert_int_equal(judge_two(fixture, &endless, NULL), VERDICT_UNKNOWN);
}

static void a_timeout_that_is_not_needed_changes_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture->limits.timeout_ns = 60 * NS_PER_S;
	assert_int_equal(judge_two(fixture, &valid, NULL), VERDICT_VALID);
}

static void a_checker_sits_on_a_panel_once(void **state)
{
	struct fixture *fixture = *state;
	struct panel panel = { 0 };
	struct error err;

	assert_non_null(panel_add(&panel, &fixture->arena, "stats", &err));
	assert_non_null(panel_add(&panel, &fixture->arena, "stats", &err));
	panel_add_standing(&panel, &fixture->arena);
	assert_int_equal(panel.count, 3);
	assert_non_null(panel_find(&panel, "coverage"));
}

static void a_slip_in_a_name_gets_the_nearest(void **state)
{
	struct fixture *fixture = *state;
	struct panel panel = { 0 };
	struct error err;

	assert_null(panel_add(&panel, &fixture->arena, "stast", &err));
	assert_non_null(strstr(err.text, "did you mean \"stats\"?"));
}

static void options_go_to_who_has_them(void **state)
{
	struct fixture *fixture = *state;
	struct panel panel = { 0 };
	struct error err;
	size_t matched;

	panel_add_standing(&panel, &fixture->arena);
	assert_int_equal(panel_set(&panel, &fixture->arena, "min-ok", "7",
				   &matched, &err),
			 0);
	assert_int_equal(matched, 1);
	assert_int_equal(
		options_int(panel_find(&panel, "coverage")->options, "min-ok"),
		7);
	panel_set(&panel, &fixture->arena, "coverage.min-ok", "8", &matched,
		  &err);
	assert_int_equal(matched, 1);
	panel_set(&panel, &fixture->arena, "stats.min-ok", "8", &matched, &err);
	assert_int_equal(matched, 0);
	assert_int_equal(panel_set(&panel, &fixture->arena, "min-ok", "many",
				   &matched, &err),
			 -1);
}

/* What the operations show, where that judge is there. */
static void the_operations_choose_the_checker(void **state)
{
	struct fixture *fixture = *state;
	struct panel panel = { 0 };
	struct history *foreign = story("ok 0 frobnicate 1");
	const char *chosen = NULL;
	struct error err;

	if (registry_checker("linearizable")) {
		assert_int_equal(choose_by_history(&panel, &fixture->arena,
						   fixture->history, &chosen,
						   &err),
				 0);
		assert_non_null(panel_find(&panel, "linearizable"));
		assert_non_null(strstr(chosen, "registers"));
	}
	assert_int_equal(choose_by_history(&panel, &fixture->arena, foreign,
					   &chosen, &err),
			 -1);
	assert_non_null(strstr(err.text, "frobnicate"));
	history_free(foreign);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(verdicts_merge_by_worst),
		TEST(the_reason_is_of_who_decided),
		TEST(no_judge_is_unknown),
		TEST(standing_checkers_alone_are_unknown),
		TEST(a_check_that_fails_is_unknown_and_said),
		TEST(a_checker_that_says_nothing_is_unknown),
		TEST(a_timeout_ends_the_search),
		TEST(a_stop_ends_the_search),
		TEST(a_timeout_that_is_not_needed_changes_nothing),
		TEST(a_checker_sits_on_a_panel_once),
		TEST(a_slip_in_a_name_gets_the_nearest),
		TEST(options_go_to_who_has_them),
		TEST(the_operations_choose_the_checker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
