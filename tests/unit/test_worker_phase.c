/* SPDX-License-Identifier: MIT */
/* How phases end. */
#include "tests/support/worker_fixture.h"

#include <string.h>

static bool raise_stop(void *state)
{
	struct fixture *f = state;

	if (f->script.applies > 0)
		atomic_store(&f->stop, true);
	return false;
}

static void a_stop_ends_the_phase_after_what_is_in_flight(void **state)
{
	struct fixture *f = *state;
	struct history *history;

	f->script.hang_ns = 20 * NS_PER_MS;
	f->phase.tick = raise_stop;
	f->phase.tick_state = f;
	run(f, numbers(f, 1000000));
	history = recorded(f);
	assert_in_range(history->op_count, 1, 200);
	for (size_t i = 0; i < history->op_count; i++)
		assert_int_equal(history->ops[i].outcome, OUTCOME_OK);
	history_free(history);
}

/* As export tells the span later. */
static void an_operation_carries_the_trace_of_its_invocation(void **state)
{
	char traces[50][TRACEPARENT_SIZE];
	char expected[TRACEPARENT_SIZE];
	struct fixture *f = *state;
	struct export_trace trace;
	struct history *history;

	export_trace_of(&trace, "runs/fake-numbers/20261122T101502.123Z");
	f->script.traces = traces;
	f->phase.trace = &trace;
	run(f, numbers(f, 50));
	history = recorded(f);
	assert_int_equal(history->op_count, 50);
	for (size_t i = 0; i < 50; i++) {
		const struct op *op = &history->ops[i];
		int64_t number = value_as_int(history->values,
					      op_actions(history, op)->arg);

		export_traceparent(&trace, history_index(history, op->invoke),
				   expected);
		assert_string_equal(traces[number], expected);
	}
	history_free(history);
}

static void a_client_that_never_comes_back_is_left_behind(void **state)
{
	struct fixture *f = *state;
	struct history *history;
	bool abandoned = false;
	int64_t start_ns = clock_now_ns();
	size_t retired = 0;
	size_t begun;

	f->script.hang_ns = 2500 * NS_PER_MS;
	f->phase.op_timeout_ns = 100 * NS_PER_MS;
	f->phase.deadline_ns = start_ns + 300 * NS_PER_MS;
	f->phase.generator = numbers(f, UINT64_MAX);
	assert_int_equal(phase_run(&f->phase, &abandoned, &f->err), -1);
	assert_true(abandoned);
	assert_int_equal(f->script.returns, 0);
	history = recorded(f);
	/* A machine that is busy may not let all of them begin. */
	begun = history->op_count;
	assert_in_range(begun, 1, THREADS);
	for (size_t i = 0; i < begun; i++)
		assert_int_equal(history->ops[i].complete, HISTORY_NONE);
	for (int32_t i = 0; i < THREADS; i++)
		retired += f->processes[i] == i + THREADS;
	assert_int_equal(retired, begun);
	history_free(history);
	/* They come back before the fixture goes, and record nothing. */
	clock_sleep_until(start_ns + 2900 * NS_PER_MS);
	history = recorded(f);
	assert_int_equal(history->entry_count, begun);
	history_free(history);
}

static void waiting_for_such_a_client_has_an_end(void **state)
{
	struct fixture *f = *state;
	bool abandoned = false;

	/* Nobody asks the generator any more, so nobody knows it is over. */
	f->script.hang_ns = 3500 * NS_PER_MS;
	f->phase.op_timeout_ns = 10 * NS_PER_MS;
	f->phase.generator = numbers(f, UINT64_MAX);
	assert_int_equal(phase_run(&f->phase, &abandoned, &f->err), -1);
	assert_true(abandoned);
	assert_int_equal(f->script.returns, 0);
}

static void count_nemesis(void *state, const struct work *work)
{
	struct fixture *f = state;
	const char *note = work->note;

	if (strcmp(note, "cut the wires") == 0 &&
	    work->process == PROCESS_NEMESIS)
		atomic_fetch_add(&f->nemesis_count, 1);
}

static void the_nemesis_gets_its_own_operations(void **state)
{
	struct fixture *f = *state;
	struct gen_op cut = { .note = "cut the wires" };
	struct generator *both[2] = {
		gen_clients(&f->arena, numbers(f, 50)),
		gen_nemesis(
			&f->arena,
			gen_limit(&f->arena, 3, gen_constant(&f->arena, &cut))),
	};
	struct rng rng;

	rng_init(&rng, 1, "test", 0);
	f->phase.nemesis = count_nemesis;
	f->phase.nemesis_state = f;
	run(f, gen_any(&f->arena, &rng, both, 2));
	assert_int_equal(f->nemesis_count, 3);
	assert_int_equal(f->script.applies, 50);
}

static void slow_nemesis(void *state, const struct work *work)
{
	(void)state;
	(void)work;
	clock_sleep_until(clock_now_ns() + 500 * NS_PER_MS);
}

static void the_nemesis_may_be_slower_than_a_client(void **state)
{
	struct fixture *f = *state;
	struct gen_op cut = { .note = "cut the wires" };
	bool abandoned = true;

	f->phase.op_timeout_ns = 10 * NS_PER_MS;
	f->phase.nemesis = slow_nemesis;
	f->phase.generator = gen_nemesis(
		&f->arena,
		gen_limit(&f->arena, 1, gen_constant(&f->arena, &cut)));
	assert_int_equal(phase_run(&f->phase, &abandoned, &f->err), 0);
	assert_false(abandoned);
}

static void a_full_disk_ends_the_phase_with_the_cause(void **state)
{
	struct fixture *f = *state;
	struct recorder *recorder = f->phase.recorder;
	struct error err;

	f->phase.recorder = recorder_open("/dev/full", 0, &f->err);
	f->phase.generator = numbers(f, UINT64_MAX);
	assert_int_equal(phase_run(&f->phase, NULL, &f->err), -1);
	assert_non_null(strstr(f->err.text, "No space left"));
	recorder_close(f->phase.recorder, &err);
	f->phase.recorder = recorder;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_operation_carries_the_trace_of_its_invocation),
		TEST(a_stop_ends_the_phase_after_what_is_in_flight),
		TEST(a_client_that_never_comes_back_is_left_behind),
		TEST(waiting_for_such_a_client_has_an_end),
		TEST(the_nemesis_gets_its_own_operations),
		TEST(the_nemesis_may_be_slower_than_a_client),
		TEST(a_full_disk_ends_the_phase_with_the_cause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
