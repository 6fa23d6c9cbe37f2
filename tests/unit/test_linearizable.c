/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "tests/support/history_builder.h"
#include "tests/support/random_history_long.h"

extern const struct checker checker_linearizable;

struct fixture {
	struct arena arena;
	struct builder builder;
	struct budget budget;
	struct options *options;
	struct verdict verdict;
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .budget = {
		.states_max = BUDGET_STATES_DEFAULT,
		.bytes_max = BUDGET_BYTES_DEFAULT,
		.threads = 2,
	} };
	builder_init(&fixture.builder);
	fixture.options =
		options_new(&fixture.arena, checker_linearizable.options);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	builder_release(&fixture->builder);
	arena_release(&fixture->arena);
	return 0;
}

static void set(struct fixture *fixture, const char *name, const char *text)
{
	struct error err;

	assert_int_equal(options_set(fixture->options, &fixture->arena, name,
				     text, &err), 0);
}

static enum verdict_kind judge_history(struct fixture *fixture,
				       const struct history *history)
{
	struct check check = { history, fixture->options, &fixture->budget,
			       &fixture->arena };
	struct error err;

	verdict_init(&fixture->verdict);
	assert_int_equal(checker_linearizable.check(&check, &fixture->verdict,
						    &err), 0);
	return fixture->verdict.kind;
}

static enum verdict_kind judge(struct fixture *fixture)
{
	return judge_history(fixture, fixture->builder.history);
}

static void an_empty_history_is_valid(void **state)
{
	assert_int_equal(judge(*state), VERDICT_VALID);
}

/* A hundred writes, each read; then a read of the first. */
static void build_stale_read(struct builder *builder)
{
	for (int value = 1; value <= 100; value++) {
		build_call(builder, 0, VERB_WRITE, value, NIL);
		build_call(builder, 1, VERB_READ, NIL, value);
	}
	build_call(builder, 2, VERB_READ, NIL, 40);
}

static void a_stale_read_is_shrunk_to_what_matters(void **state)
{
	struct fixture *fixture = *state;
	const struct anomaly *anomaly;

	build_stale_read(&fixture->builder);
	assert_int_equal(judge(fixture), VERDICT_INVALID);
	anomaly = fixture->verdict.anomalies;
	assert_string_equal(anomaly->name, "stale-read");
	assert_in_range(anomaly->evidence_count, 2, 4);
	assert_int_equal(anomaly->evidence[anomaly->evidence_count - 1].op,
			 200);
	assert_non_null(strstr(anomaly->story, "read -> 40"));
	assert_non_null(strstr(anomaly->story, "cannot be placed"));
}

static void search_and_monitor_tell_the_same_anomaly(void **state)
{
	struct fixture *fixture = *state;
	const char *name;

	build_stale_read(&fixture->builder);
	judge(fixture);
	name = fixture->verdict.anomalies->name;
	set(fixture, "algorithm", "search");
	assert_int_equal(judge(fixture), VERDICT_INVALID);
	assert_string_equal(fixture->verdict.anomalies->name, name);
	assert_in_range(fixture->verdict.anomalies->evidence_count, 2, 4);
}

static const char *method_of(const struct verdict *verdict, const char *what)
{
	const struct figure *methods =
		figure_find(&verdict->figures, "methods");

	return figure_find(methods->first, what)->text;
}

static void figures_name_the_method_and_why(void **state)
{
	struct fixture *fixture = *state;
	struct builder *builder = &fixture->builder;

	build_call(builder, 0, VERB_WRITE, 1, NIL);
	assert_int_equal(judge(fixture), VERDICT_VALID);
	assert_string_equal(method_of(&fixture->verdict, "method"),
			    "register-zones");
	build_call(builder, 0, VERB_WRITE, 1, NIL);
	assert_int_equal(judge(fixture), VERDICT_VALID);
	assert_string_equal(method_of(&fixture->verdict, "method"), "search");
	assert_string_equal(method_of(&fixture->verdict, "why"),
			    "a value is written more than once");
}

static void a_monitor_alone_says_what_it_cannot_decide(void **state)
{
	struct fixture *fixture = *state;

	build_call(&fixture->builder, 0, VERB_WRITE, 1, NIL);
	build_call(&fixture->builder, 0, VERB_WRITE, 1, NIL);
	set(fixture, "algorithm", "monitor");
	assert_int_equal(judge(fixture), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason, "more than once"));
}

static void a_spent_budget_tells_how_far_it_came(void **state)
{
	struct fixture *fixture = *state;
	const struct long_shape shape = {
		.object = PLAY_REGISTER, .ops = 1000, .processes = 8,
		.keys = 1, .domain = 3,
	};
	struct history *history = long_history(&shape);

	fixture->budget.states_max = 500;
	assert_int_equal(judge_history(fixture, history), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason,
			       "explains everything before index"));
	fixture->budget.states_max = BUDGET_STATES_DEFAULT;
	fixture->budget.bytes_max = 1 << 14;
	assert_int_equal(judge_history(fixture, history), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason, "memory"));
	history_free(history);
}

static void time_that_is_up_ends_the_search(void **state)
{
	struct fixture *fixture = *state;
	const struct long_shape shape = {
		.object = PLAY_REGISTER, .ops = 20000, .processes = 8,
		.keys = 1, .domain = 3,
	};
	struct history *history = long_history(&shape);
	atomic_bool expired = true;

	fixture->budget.expired = &expired;
	assert_int_equal(judge_history(fixture, history), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason, "out of time"));
	history_free(history);
}

static void even_out_of_time_a_violation_has_evidence(void **state)
{
	struct fixture *fixture = *state;
	atomic_bool expired = true;
	const struct long_shape shape = {
		.object = PLAY_REGISTER, .ops = 20000, .processes = 8,
		.keys = 1, .is_wrong = true,
	};
	struct history *history = long_history(&shape);

	fixture->budget.expired = &expired;
	assert_int_equal(judge_history(fixture, history), VERDICT_INVALID);
	assert_non_null(fixture->verdict.anomalies->story);
	assert_true(fixture->verdict.anomalies->evidence_count > 0);
	history_free(history);
}

static void one_bad_key_of_many_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct builder *builder = &fixture->builder;

	for (int key = 0; key < 20; key++) {
		builder->key = key;
		build_call(builder, 0, VERB_WRITE, key, NIL);
		build_call(builder, 0, VERB_READ, NIL, key == 13 ? 99 : key);
	}
	assert_int_equal(judge(fixture), VERDICT_INVALID);
	assert_int_equal(fixture->verdict.anomaly_count, 1);
	assert_string_equal(fixture->verdict.anomalies->name, "garbage-read");
	assert_non_null(strstr(fixture->verdict.reason, "key 13"));
}

static void verbs_that_no_model_has_make_it_unknown(void **state)
{
	struct fixture *fixture = *state;

	build_call(&fixture->builder, 0, VERB_ENQUEUE, 1, NIL);
	build_call(&fixture->builder, 0, VERB_WRITE, 1, NIL);
	assert_int_equal(judge(fixture), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason, "no model fits"));
	set(fixture, "model", "fifo-queue");
	assert_int_equal(judge(fixture), VERDICT_UNKNOWN);
	assert_non_null(strstr(fixture->verdict.reason, "'write'"));
}

static void a_semaphore_counts_its_permits(void **state)
{
	struct fixture *fixture = *state;
	struct builder *builder = &fixture->builder;

	build_call(builder, 0, VERB_ACQUIRE, NIL, NIL);
	build_call(builder, 1, VERB_ACQUIRE, NIL, NIL);
	set(fixture, "model", "semaphore");
	assert_int_equal(judge(fixture), VERDICT_INVALID);
	assert_string_equal(fixture->verdict.anomalies->name,
			    "too-many-holders");
	set(fixture, "permits", "2");
	assert_int_equal(judge(fixture), VERDICT_VALID);
}

#define TEST(claim) cmocka_unit_test_setup_teardown(claim, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_history_is_valid),
		TEST(a_stale_read_is_shrunk_to_what_matters),
		TEST(search_and_monitor_tell_the_same_anomaly),
		TEST(figures_name_the_method_and_why),
		TEST(a_monitor_alone_says_what_it_cannot_decide),
		TEST(a_spent_budget_tells_how_far_it_came),
		TEST(time_that_is_up_ends_the_search),
		TEST(even_out_of_time_a_violation_has_evidence),
		TEST(one_bad_key_of_many_is_named),
		TEST(verbs_that_no_model_has_make_it_unknown),
		TEST(a_semaphore_counts_its_permits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
