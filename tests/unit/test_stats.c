/* SPDX-License-Identifier: MIT */
/* stats: counts, quantiles, availability. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "checkers/stats/histogram.h"
#include "harness/core/rng.h"
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
	return story_judge(fixture->history, "stats", NULL, &fixture->arena);
}

/* The figure at "a/b/c"; fails the test when there is none. */
static const struct figure *at(const struct verdict *verdict, const char *path)
{
	const struct figure *figure = &verdict->figures;
	char copy[128];
	char *rest = copy;

	memcpy(copy, path, strlen(path) + 1);
	while (rest) {
		figure = figure_find(figure, strsep(&rest, "/"));
		if (!figure)
			fail_msg("there is no figure %s", path);
	}
	return figure;
}

static void nothing_ran_is_unknown(void **state)
{
	assert_int_equal(judge(*state, "phase main")->kind, VERDICT_UNKNOWN);
}

static void operations_are_counted_by_f_and_outcome(void **state)
{
	struct verdict *verdict =
		judge(*state, "ok 0 write 1; ok 0 read 1; fail 0 cas [2,3];"
			      "info 0 write 2 !timeout; info 1 read !timeout");

	assert_int_equal(verdict->kind, VERDICT_VALID);
	assert_int_equal(at(verdict, "count")->number, 5);
	assert_int_equal(at(verdict, "by_f/write/count")->number, 2);
	assert_int_equal(at(verdict, "by_f/write/ok")->number, 1);
	assert_int_equal(at(verdict, "by_f/write/info")->number, 1);
	assert_int_equal(at(verdict, "by_f/cas/fail")->number, 1);
	assert_int_equal(at(verdict, "by_f/read/latency_ok/max_ns")->number,
			 1000000);
	assert_string_equal(at(verdict, "errors")->first->first->text,
			    "timeout");
	assert_int_equal(at(verdict, "errors")->first->last->number, 2);
}

static void a_failed_cas_is_an_answer_a_failed_read_is_none(void **state)
{
	assert_float_equal(at(judge(*state, "fail 0 cas [1,2]; ok 0 write 1"),
			      "availability")
				   ->real,
			   1.0, 1e-9);
	assert_float_equal(
		at(judge(*state, "fail 0 read !no leader; ok 0 write 1"),
		   "availability")
			->real,
		0.5, 1e-9);
}

static void availability_is_told_apart_by_fault_and_node(void **state)
{
	struct verdict *verdict =
		judge(*state, "phase main; ok 0@n1 write 1;"
			      "inject kill proven; info 1@n2 write 2;"
			      "ok 0@n1 read 1; heal kill proven;"
			      "ok 0@n1 write 3; phase final; ok 0@n1 read 3");

	assert_int_equal(at(verdict, "count")->number, 4);
	assert_int_equal(at(verdict, "without_fault/count")->number, 2);
	assert_int_equal(at(verdict, "during_fault/kill/count")->number, 2);
	assert_float_equal(at(verdict, "during_fault/kill/availability")->real,
			   0.5, 1e-9);
	assert_float_equal(at(verdict, "by_node/n2/availability")->real, 0.0,
			   1e-9);
	assert_int_equal(at(verdict, "by_node/n1/count")->number, 3);
}

static void a_fault_that_did_not_take_is_not_in_force(void **state)
{
	struct verdict *verdict =
		judge(*state, "phase main; inject kill absent; ok 0 write 1");

	assert_int_equal(at(verdict, "without_fault/count")->number, 1);
}

static void one_that_was_skipped_changes_nothing(void **state)
{
	struct verdict *verdict =
		judge(*state, "phase main; inject kill skipped; ok 0 write 1;"
			      "inject kill proven; inject kill skipped;"
			      "ok 0 write 2; heal kill proven");

	assert_int_equal(at(verdict, "without_fault/count")->number, 1);
	assert_int_equal(at(verdict, "during_fault/kill/count")->number, 1);
}

static void many_names_share_a_group(void **state)
{
	struct fixture *fixture = *state;
	const char *text = "";

	for (int i = 0; i < 80; i++)
		text = arena_printf(&fixture->arena, "%sok 0 f%d 1;", text, i);
	assert_int_equal(
		at(judge(fixture, text), "by_f/(all others)/count")->number,
		16);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a;
	int64_t y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* Against sorting them all. */
static void quantiles_are_within_a_percent(void **state)
{
	static struct histogram histogram;
	static int64_t all[5000];
	static const double quantiles[] = { 0.0, 0.5, 0.95, 0.99, 1.0 };
	const size_t count = sizeof(all) / sizeof(*all);
	struct rng rng;

	(void)state;
	rng_init(&rng, 7, "histogram", 0);
	for (size_t i = 0; i < count; i++) {
		all[i] = (int64_t)(rng_next(&rng) >> (i % 60 + 4));
		histogram_add(&histogram, all[i]);
	}
	qsort(all, count, sizeof(*all), compare);
	for (size_t i = 0; i < 5; i++) {
		double rank = quantiles[i] * (double)count;
		double exact = (double)all[rank < 1 ? 0 : (size_t)rank - 1];
		double found =
			(double)histogram_quantile(&histogram, quantiles[i]);

		assert_true(found >= exact * 0.992 - 1);
		assert_true(found <= exact * 1.008 + 1);
	}
	assert_int_equal(histogram.max_ns, all[count - 1]);
}

static void extreme_durations_have_a_bucket(void **state)
{
	static struct histogram histogram;

	(void)state;
	histogram_add(&histogram, INT64_MAX);
	histogram_add(&histogram, -5);
	assert_int_equal(histogram_quantile(&histogram, 1.0), INT64_MAX);
	assert_int_equal(histogram_quantile(&histogram, 0.1), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_ran_is_unknown),
		TEST(operations_are_counted_by_f_and_outcome),
		TEST(a_failed_cas_is_an_answer_a_failed_read_is_none),
		TEST(availability_is_told_apart_by_fault_and_node),
		TEST(a_fault_that_did_not_take_is_not_in_force),
		TEST(one_that_was_skipped_changes_nothing),
		TEST(many_names_share_a_group),
		cmocka_unit_test(quantiles_are_within_a_percent),
		cmocka_unit_test(extreme_durations_have_a_bucket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
