/* SPDX-License-Identifier: MIT */
/* What workers make of requests and outcomes. */
#include "tests/support/worker_fixture.h"

static void a_timed_out_write_keeps_its_value(void **state)
{
	struct fixture *f = *state;
	struct history *history;
	bool seen[20] = { false };

	f->script.outcome = OUTCOME_INDETERMINATE;
	f->script.error = "timeout";
	f->script.scribbles = true;
	run(f, numbers(f, 20));
	history = recorded(f);
	assert_int_equal(history->op_count, 20);
	for (size_t i = 0; i < 20; i++) {
		const struct op *op = &history->ops[i];
		const struct action *action = op_actions(history, op);

		assert_int_equal(op->outcome, OUTCOME_INDETERMINATE);
		assert_int_not_equal(op->complete, HISTORY_NONE);
		assert_string_equal(
			value_as_string(history->values, op->error, NULL),
			"timeout");
		assert_true(value_is_nil(action->result));
		seen[value_as_int(history->values, action->arg)] = true;
	}
	for (size_t i = 0; i < 20; i++)
		assert_true(seen[i]);
	history_free(history);
}

static void every_new_process_has_a_client_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	f->script.outcome = OUTCOME_INDETERMINATE;
	run(f, numbers(f, 20));
	assert_int_equal(f->script.connects, 20);
	assert_int_equal(f->script.disconnects, 20);
	history = recorded(f);
	for (size_t i = 0; i < 20; i++) {
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(history->ops[i].process,
					     history->ops[j].process);
	}
	history_free(history);
}

static void a_phase_goes_on_with_the_processes_of_the_one_before(void **state)
{
	struct fixture *f = *state;

	f->script.outcome = OUTCOME_INDETERMINATE;
	run(f, numbers(f, 30));
	f->script.outcome = OUTCOME_OK;
	run(f, numbers(f, 30));
	/* Reading validates: no number acts again after an open end. */
	history_free(recorded(f));
	assert_int_equal(f->processes[0] % THREADS, 0);
}

static void a_client_is_kept_while_all_is_definite(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	f->script.outcome = OUTCOME_FAIL;
	f->script.error = "precondition failed";
	run(f, numbers(f, 200));
	assert_in_range(f->script.connects, 1, THREADS);
	assert_int_equal(f->script.connects, f->script.disconnects);
	assert_int_equal(f->script.late, 0);
	history = recorded(f);
	for (size_t i = 0; i < 200; i++) {
		const struct op *op = &history->ops[i];
		size_t node = (size_t)op->process % THREADS % 2;

		assert_int_equal(op->outcome, OUTCOME_FAIL);
		assert_string_equal(
			value_as_string(history->values, op->node, NULL),
			node_names[node]);
	}
	history_free(history);
}

static void results_are_recorded_when_it_is_ok(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	run(f, numbers(f, 5));
	history = recorded(f);
	for (size_t i = 0; i < 5; i++) {
		const struct action *action =
			op_actions(history, &history->ops[i]);

		assert_string_equal(
			value_as_string(history->values, action->result, NULL),
			"result");
		assert_string_equal(
			value_as_string(history->values, action->key, NULL),
			"a key");
	}
	history_free(history);
}

static bool hopping_next(void *state, const struct gen_context *context,
			 struct gen_op *op)
{
	op->hop = 1;
	return numbers_next(state, context, op);
}

static void who_hops_connects_to_the_next_node(void **state)
{
	struct fixture *f = *state;
	struct history *history;
	size_t seen[THREADS] = { 0 };

	run(f, gen_limit(&f->arena, 100,
			 generator_function(&f->arena, hopping_next, f)));
	assert_int_equal(f->script.connects, 100);
	assert_int_equal(f->script.disconnects, 100);
	history = recorded(f);
	for (size_t i = 0; i < 100; i++) {
		const struct op *op = &history->ops[i];
		size_t process = (size_t)op->process;
		size_t node = (process + ++seen[process]) % 2;

		assert_string_equal(
			value_as_string(history->values, op->node, NULL),
			node_names[node]);
	}
	history_free(history);
}

static void what_was_never_sent_has_failed(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	f->script.refuses = true;
	f->phase.deadline_ns = clock_now_ns() + 400 * NS_PER_MS;
	run(f, numbers(f, 1000000));
	history = recorded(f);
	/* Waiting 10, 20, 40 ms and so on, four threads do not get far. */
	assert_in_range(history->op_count, 1, THREADS * 6);
	for (size_t i = 0; i < history->op_count; i++) {
		assert_int_equal(history->ops[i].outcome, OUTCOME_FAIL);
		assert_string_equal(value_as_string(history->values,
						    history->ops[i].error,
						    NULL),
				    "connection refused");
	}
	assert_int_equal(f->script.applies, 0);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_timed_out_write_keeps_its_value),
		TEST(every_new_process_has_a_client_of_its_own),
		TEST(a_phase_goes_on_with_the_processes_of_the_one_before),
		TEST(a_client_is_kept_while_all_is_definite),
		TEST(results_are_recorded_when_it_is_ok),
		TEST(who_hops_connects_to_the_next_node),
		TEST(what_was_never_sent_has_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
