/* SPDX-License-Identifier: MIT */
/* Causal consistency and its kin: evidence, budgets, long histories. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/registry.h"
#include "tests/support/history_builder.h"

struct trial {
	struct builder builder;
	struct arena arena;
	struct budget budget;
	struct verdict verdict;
};

static void trial_init(struct trial *trial)
{
	*trial = (struct trial){ .budget = {
					 .states_max = BUDGET_STATES_DEFAULT,
					 .bytes_max = BUDGET_BYTES_DEFAULT } };
	builder_init(&trial->builder);
}

static void trial_release(struct trial *trial)
{
	builder_release(&trial->builder);
	arena_release(&trial->arena);
}

static void do_write(struct trial *trial, int32_t process, int64_t key,
		     int64_t value)
{
	trial->builder.key = key;
	build_call(&trial->builder, process, VERB_WRITE, value, NIL);
}

static void do_read(struct trial *trial, int32_t process, int64_t key,
		    int64_t value)
{
	trial->builder.key = key;
	build_call(&trial->builder, process, VERB_READ, NIL, value);
}

static enum verdict_kind judge(struct trial *trial, const char *name)
{
	const struct checker *checker = registry_checker(name);
	struct check check = { trial->builder.history,
			       options_new(&trial->arena, checker->options),
			       &trial->budget, &trial->arena };
	struct error err;

	verdict_init(&trial->verdict);
	assert_int_equal(checker->check(&check, &trial->verdict, &err), 0);
	return trial->verdict.kind;
}

static void assert_told(const struct trial *trial, const char *part)
{
	const char *story = trial->verdict.anomalies->story;

	if (!strstr(story, part))
		fail_msg("\"%s\" is not in:\n%s", part, story);
}

/* Process 0 writes x 1, x 2, y 1 (keys 0, 1); process 1 sees y and x 1. */
static void write_stale(struct trial *trial)
{
	do_write(trial, 0, 0, 1);
	do_write(trial, 0, 0, 2);
	do_write(trial, 0, 1, 1);
	do_read(trial, 1, 1, 1);
	do_read(trial, 1, 0, 1);
}

static void a_story_leads_from_the_write_to_the_read(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial);
	write_stale(&trial);
	assert_int_equal(judge(&trial, "causal"), VERDICT_INVALID);
	assert_string_equal(trial.verdict.anomalies->name, "WriteCORead");
	assert_told(&trial, "0: process 0 wrote 1 to key 0   (the write that "
			    "was read)");
	assert_told(&trial, "2: process 0 wrote 2 to key 0   (the newer "
			    "write)");
	assert_told(&trial, "6: process 1 read key 1: 1   (saw what process "
			    "0 wrote)");
	assert_told(&trial, "8: process 1 read key 0: 1   (saw the older "
			    "write)");
	assert_int_equal(trial.verdict.anomalies->evidence_count, 5);
	trial_release(&trial);
}

static void steps_of_one_session_are_told_as_one(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial);
	do_write(&trial, 0, 0, 1);
	for (int i = 1; i <= 50; i++)
		do_write(&trial, 0, 1, i);
	do_read(&trial, 1, 1, 50);
	do_read(&trial, 1, 0, NIL);
	assert_int_equal(judge(&trial, "causal"), VERDICT_INVALID);
	assert_string_equal(trial.verdict.anomalies->name, "WriteCOInitRead");
	assert_true(trial.verdict.anomalies->evidence_count <= 5);
	trial_release(&trial);
}

static void many_violations_are_counted_and_few_told(void **state)
{
	const struct figure *count;
	struct trial trial;

	(void)state;
	trial_init(&trial);
	do_write(&trial, 0, 0, 1);
	do_write(&trial, 0, 1, 1);
	do_read(&trial, 1, 1, 1);
	for (int i = 0; i < 100; i++)
		do_read(&trial, 1, 0, NIL);
	assert_int_equal(judge(&trial, "causal"), VERDICT_INVALID);
	assert_in_range(trial.verdict.anomaly_count, 1, 10);
	count = figure_find(&trial.verdict.figures, "violations");
	assert_int_equal(count->number, 100);
	trial_release(&trial);
}

static void too_little_memory_is_unknown(void **state)
{
	static const char *const names[] = { "causal", "causal-memory", "pram",
					     "causal-convergence", "sequential",
					     "writes-follow-reads" };
	struct trial trial;

	(void)state;
	trial_init(&trial);
	write_stale(&trial);
	trial.budget.bytes_max = 64;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(judge(&trial, names[i]), VERDICT_UNKNOWN);
		assert_non_null(strstr(trial.verdict.reason, "--memory"));
	}
	trial_release(&trial);
}

/* Pairs of processes that write at once, each key read by others. */
static void write_crossed(struct trial *trial, int keys)
{
	for (int k = 0; k < keys; k++) {
		for (int p = 0; p < 4; p++) {
			trial->builder.key = k;
			build_invoke(&trial->builder, p, VERB_WRITE,
				     4 * k + p + 1);
		}
		for (int p = 0; p < 4; p++)
			build_ok(&trial->builder, p, NIL);
		for (int p = 4; p < 6; p++)
			do_read(trial, p, k, 4 * k + 1);
	}
}

static void a_search_without_budget_is_unknown(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial);
	write_crossed(&trial, 20);
	assert_int_equal(judge(&trial, "sequential"), VERDICT_VALID);
	trial.budget.states_max = 1;
	assert_int_equal(judge(&trial, "sequential"), VERDICT_UNKNOWN);
	assert_non_null(strstr(trial.verdict.reason, "budget"));
	assert_int_equal(judge(&trial, "causal-memory"), VERDICT_UNKNOWN);
	assert_non_null(strstr(trial.verdict.reason, "budget"));
	trial_release(&trial);
}

static void a_long_chain_needs_no_deep_stack(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial);
	for (int i = 1; i <= 100000; i++) {
		do_write(&trial, i % 2, 0, i);
		do_read(&trial, (i + 1) % 2, 0, i);
	}
	assert_int_equal(judge(&trial, "causal-convergence"), VERDICT_VALID);
	assert_int_equal(judge(&trial, "causal-memory"), VERDICT_VALID);
	assert_int_equal(judge(&trial, "sequential"), VERDICT_VALID);
	do_read(&trial, 1, 0, 1);
	assert_int_equal(judge(&trial, "causal"), VERDICT_INVALID);
	assert_true(strlen(trial.verdict.anomalies->story) < 20000);
	trial_release(&trial);
}

static void transactions_are_referred_to_isolation(void **state)
{
	struct trial trial;

	(void)state;
	trial_init(&trial);
	build_call(&trial.builder, 0, VERB_TXN, NIL, NIL);
	assert_int_equal(judge(&trial, "causal"), VERDICT_UNKNOWN);
	assert_non_null(strstr(trial.verdict.reason, "isolation"));
	trial_release(&trial);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_story_leads_from_the_write_to_the_read),
		cmocka_unit_test(steps_of_one_session_are_told_as_one),
		cmocka_unit_test(many_violations_are_counted_and_few_told),
		cmocka_unit_test(too_little_memory_is_unknown),
		cmocka_unit_test(a_search_without_budget_is_unknown),
		cmocka_unit_test(a_long_chain_needs_no_deep_stack),
		cmocka_unit_test(transactions_are_referred_to_isolation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
