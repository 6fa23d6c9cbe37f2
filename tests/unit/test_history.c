/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/history.h"

static int setup(void **state)
{
	*state = history_new();
	return 0;
}

static int teardown(void **state)
{
	history_free(*state);
	return 0;
}

/* Appends one action of `verb` on key 1; `index` is the next one. */
static int append(struct history *history, int32_t process, enum op_type type,
		  enum verb verb, int64_t arg, int64_t result,
		  struct error *err)
{
	struct action action = {
		.verb = (uint16_t)verb,
		.key = value_int(history->values, 1),
		.arg = arg < 0 ? value_nil() :
				 value_int(history->values, arg),
		.result = result < 0 ? value_nil() :
				       value_int(history->values, result),
	};
	struct entry entry = {
		.index = history->entry_count,
		.time_ns = (int64_t)history->entry_count,
		.process = process,
		.type = type,
		.f = (uint16_t)verb,
		.actions = &action,
		.action_count = 1,
	};

	return history_append(history, &entry, err);
}

static void completions_are_paired_with_invocations(void **state)
{
	struct history *history = *state;
	struct error err;

	assert_int_equal(append(history, 0, OP_INVOKE, VERB_WRITE, 5, -1,
				&err), 0);
	assert_int_equal(append(history, 1, OP_INVOKE, VERB_READ, -1, -1,
				&err), 0);
	assert_int_equal(append(history, 0, OP_OK, VERB_WRITE, 5, -1, &err),
			 0);
	assert_int_equal(append(history, 1, OP_OK, VERB_READ, -1, 5, &err),
			 0);
	assert_int_equal(history->op_count, 2);
	assert_int_equal(history->ops[0].complete, 2);
	assert_int_equal(history->ops[1].invoke, 1);
	assert_int_equal(history->ops[1].outcome, OUTCOME_OK);
	assert_true(value_equal(op_actions(history, &history->ops[1])->result,
				value_int(history->values, 5)));
	assert_int_equal(history_entry_type(history, 0), OP_INVOKE);
	assert_int_equal(history_entry_type(history, 3), OP_OK);
}

static void an_open_operation_is_indeterminate(void **state)
{
	struct history *history = *state;
	struct error err;

	append(history, 0, OP_INVOKE, VERB_WRITE, 5, -1, &err);
	assert_int_equal(history->ops[0].complete, HISTORY_NONE);
	assert_int_equal(history->ops[0].outcome, OUTCOME_INDETERMINATE);
}

static void a_result_in_the_invocation_is_not_believed(void **state)
{
	struct history *history = *state;
	struct error err;

	append(history, 0, OP_INVOKE, VERB_READ, -1, 4, &err);
	assert_true(value_is_nil(op_actions(history, history->ops)->result));
	append(history, 0, OP_FAIL, VERB_READ, -1, 4, &err);
	assert_true(value_is_nil(op_actions(history, history->ops)->result));
}

static void expect_refused(struct history *history, const char *words,
			   int32_t process, enum op_type type, enum verb verb,
			   int64_t arg)
{
	size_t before = history->entry_count;
	struct error err = { "" };

	assert_int_equal(append(history, process, type, verb, arg, -1, &err),
			 -1);
	if (!strstr(err.text, words))
		fail_msg("'%s' does not say '%s'", err.text, words);
	assert_int_equal(history->entry_count, before);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct history *history = *state;
	struct error err;

	expect_refused(history, "without an invocation", 0, OP_OK, VERB_READ,
		       -1);
	append(history, 0, OP_INVOKE, VERB_WRITE, 5, -1, &err);
	expect_refused(history, "is open", 0, OP_INVOKE, VERB_READ, -1);
	expect_refused(history, "'write'", 0, OP_OK, VERB_READ, -1);
	expect_refused(history, "another value", 0, OP_OK, VERB_WRITE, 6);
	expect_refused(history, "negative", -2, OP_INVOKE, VERB_READ, -1);
	append(history, 0, OP_INFO, VERB_WRITE, 5, -1, &err);
	expect_refused(history, "retired", 0, OP_INVOKE, VERB_READ, -1);
	expect_refused(history, "without an invocation", 0, OP_OK, VERB_WRITE,
		       5);
}

static void indexes_must_grow_and_may_have_gaps(void **state)
{
	struct history *history = *state;
	struct entry entry = { .process = PROCESS_NEMESIS, .type = OP_INFO };
	struct error err;

	assert_int_equal(history_append(history, &entry, &err), 0);
	entry.index = 10;
	assert_int_equal(history_append(history, &entry, &err), 0);
	assert_int_equal(history_append(history, &entry, &err), -1);
	entry.index = 11;
	assert_int_equal(history_append(history, &entry, &err), 0);
	assert_int_equal(history_index(history, 0), 0);
	assert_int_equal(history_index(history, 1), 10);
	assert_int_equal(history_index(history, 2), 11);
}

static void names_of_f_are_numbered(void **state)
{
	struct history *history = *state;
	struct error err;
	uint16_t partition = history_f(history, "partition", 9, &err);

	assert_int_equal(history_f(history, "read", 4, &err), VERB_READ);
	assert_true(partition >= VERB_COUNT);
	assert_int_equal(history_f(history, "partition", 9, &err), partition);
	assert_int_not_equal(history_f(history, "kill", 4, &err), partition);
	assert_string_equal(history_f_name(history, partition), "partition");
	assert_int_equal(history_find_f(history, "partition"), partition);
	assert_int_equal(history_find_f(history, "pause"), VERB_NONE);
}

static void operations_are_grouped_by_key(void **state)
{
	struct history *history = *state;
	struct history_keys keys;
	struct error err;

	for (int i = 0; i < 3000; i++) {
		struct action action = {
			.verb = VERB_READ,
			.key = value_int(history->values, i % 1500),
		};
		struct entry entry = {
			.index = history->entry_count, .process = i,
			.type = OP_INVOKE, .f = VERB_READ,
			.actions = &action, .action_count = 1,
		};

		assert_int_equal(history_append(history, &entry, &err), 0);
	}
	history_keys_init(&keys, history);
	assert_int_equal(keys.count, 1500);
	for (uint32_t g = 0; g < 1500; g++) {
		assert_int_equal(keys.starts[g + 1] - keys.starts[g], 2);
		assert_int_equal(keys.ops[keys.starts[g]], g);
		assert_int_equal(keys.ops[keys.starts[g] + 1], g + 1500);
	}
	history_keys_release(&keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			completions_are_paired_with_invocations, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			an_open_operation_is_indeterminate, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_result_in_the_invocation_is_not_believed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			indexes_must_grow_and_may_have_gaps, setup, teardown),
		cmocka_unit_test_setup_teardown(names_of_f_are_numbered, setup,
						teardown),
		cmocka_unit_test_setup_teardown(operations_are_grouped_by_key,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
