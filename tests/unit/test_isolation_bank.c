/* SPDX-License-Identifier: MIT */
/* The bank checker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "tests/support/story.h"

extern const struct checker checker_bank;

#define ACCOUNTS 3

/* A read of all accounts; NIL stands for no balance. */
#define NIL INT64_MIN

static void append_read(struct history *history, int32_t process,
			const int64_t *balances)
{
	struct action actions[ACCOUNTS] = { 0 };
	struct error err;
	struct entry entry = { .index = history->entry_count,
			       .time_ns = -1,
			       .process = process,
			       .type = OP_INVOKE,
			       .f = VERB_TXN,
			       .actions = actions,
			       .action_count = ACCOUNTS };

	for (int i = 0; i < ACCOUNTS; i++) {
		actions[i].verb = VERB_READ;
		actions[i].key = value_int(history->values, i);
	}
	assert_int_equal(history_append(history, &entry, &err), 0);
	for (int i = 0; i < ACCOUNTS; i++) {
		if (balances[i] != NIL)
			actions[i].result = value_int(history->values,
						      balances[i]);
	}
	entry.type = OP_OK;
	entry.index++;
	assert_int_equal(history_append(history, &entry, &err), 0);
}

/* Judges two reads: a right one, and `balances`. */
static void judge_read(const int64_t *balances, enum verdict_kind kind,
		  const char *anomaly)
{
	static const int64_t right[ACCOUNTS] = { 4, 3, 3 };
	struct history *history = history_new();
	struct arena arena = { 0 };
	struct options *options = options_new(&arena, checker_bank.options);
	struct budget budget = { BUDGET_STATES_DEFAULT, BUDGET_BYTES_DEFAULT,
				 1, NULL };
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;

	append_read(history, 0, right);
	append_read(history, 1, balances);
	verdict_init(&verdict);
	assert_int_equal(options_set(options, &arena, "accounts", "3", &err),
			 0);
	assert_int_equal(options_set(options, &arena, "total", "10", &err), 0);
	assert_int_equal(checker_bank.check(&check, &verdict, &err), 0);
	assert_int_equal(verdict.kind, kind);
	if (anomaly) {
		assert_string_equal(verdict.anomalies->name, anomaly);
		assert_int_equal(verdict.anomalies->evidence[0].op, 1);
	}
	arena_release(&arena);
	history_free(history);
}

static void reads_of_the_right_total_are_fine(void **state)
{
	(void)state;
	judge_read((const int64_t[]){ 0, 0, 10 }, VERDICT_VALID, NULL);
}

static void half_a_transfer_is_convicted(void **state)
{
	(void)state;
	judge_read((const int64_t[]){ 4, 3, 2 }, VERDICT_INVALID,
		   "wrong-total");
}

static void an_overdrawn_account_is_convicted(void **state)
{
	(void)state;
	judge_read((const int64_t[]){ -1, 5, 6 }, VERDICT_INVALID,
		   "negative-value");
}

static void an_account_without_a_balance_is_convicted(void **state)
{
	(void)state;
	judge_read((const int64_t[]){ 5, 5, NIL }, VERDICT_INVALID,
		   "nil-balance");
}

static enum verdict_kind told(const char *text)
{
	struct history *history = story(text);
	struct arena arena = { 0 };
	enum verdict_kind kind =
		story_judge(history, "bank", "accounts=2 total=10", &arena)
			->kind;

	arena_release(&arena);
	history_free(history);
	return kind;
}

static void maps_of_json_name_accounts_by_texts(void **state)
{
	(void)state;
	assert_int_equal(told("ok 0 read {\"0\":4,\"1\":6}"), VERDICT_VALID);
	assert_int_equal(told("ok 0 read {\"0\":4,\"1\":7}"),
			 VERDICT_INVALID);
	assert_int_equal(told("ok 0 read {\"0\":4,\"1x\":6}"),
			 VERDICT_INVALID);
	assert_int_equal(told("ok 0 read {\"0\":4,\"2\":6}"),
			 VERDICT_INVALID);
}

static void a_balance_that_is_no_integer_convicts_nobody(void **state)
{
	(void)state;
	assert_int_equal(told("ok 0 read {\"0\":4,\"1\":6.0}"),
			 VERDICT_UNKNOWN);
	assert_int_equal(told("ok 0 read {\"0\":9223372036854775807,"
			      "\"1\":9223372036854775807}"),
			 VERDICT_UNKNOWN);
	assert_int_equal(told("ok 0 read {\"0\":4,\"1\":null}"),
			 VERDICT_INVALID);
	assert_int_equal(told("ok 0 read {\"0\":-9223372036854775807,"
			      "\"1\":1}"),
			 VERDICT_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_of_the_right_total_are_fine),
		cmocka_unit_test(half_a_transfer_is_convicted),
		cmocka_unit_test(an_overdrawn_account_is_convicted),
		cmocka_unit_test(an_account_without_a_balance_is_convicted),
		cmocka_unit_test(maps_of_json_name_accounts_by_texts),
		cmocka_unit_test(a_balance_that_is_no_integer_convicts_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
