/* SPDX-License-Identifier: MIT */
/* The bounds of memory and time hold where histories are hard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pthread.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "tests/support/random_history_long.h"

#define MIB ((size_t)1 << 20)
#define SECONDS 2 /* until time is up */
#define GRACE 30 /* seconds; machines are busy */

extern const struct checker checker_linearizable;

struct bound_case {
	struct long_shape shape;
	size_t mib;
	unsigned threads;
};

static const struct bound_case cases[] = {
	{ { "cas", PLAY_CAS, "cas-register", 20000, 20, 1, 3, 0.05, true,
	    "search" }, 48, 1 },
	{ { "cas, two threads", PLAY_CAS, "cas-register", 60000, 40, 8, 3,
	    0.05, true, "search" }, 64, 2 },
	{ { "register", PLAY_REGISTER, "register", 100000, 50, 1, 5, 0.02,
	    false, "search" }, 64, 1 },
	{ { "queue", PLAY_QUEUE, "fifo-queue", 20000, 20, 1, 5, 0.05, true,
	    "search" }, 48, 1 },
	{ { "stack", PLAY_STACK, "stack", 20000, 20, 1, 5, 0.05, true,
	    "search" }, 48, 2 },
	{ { "priority-queue", PLAY_PRIORITY, "priority-queue", 20000, 20, 1, 5,
	    0.05, true, "search" }, 48, 1 },
	{ { "counter", PLAY_COUNTER, "counter", 20000, 20, 1, 0, 0.05, true,
	    "search" }, 32, 1 },
	{ { "distinct", PLAY_REGISTER, "register", 400000, 20, 1, 0, 0.01,
	    true, "auto" }, 64, 1 },
	{ { "distinct, searched", PLAY_REGISTER, "register", 400000, 20, 1, 0,
	    0, true, "search" }, 96, 1 },
	{ { "stack, monitored", PLAY_STACK, "stack", 400000, 20, 1, 0, 0,
	    true, "auto" }, 64, 1 },
	{ { "keys", PLAY_REGISTER, "register", 400000, 20, 400, 0, 0.01, true,
	    "auto" }, 32, 2 },
};

#define CASE_COUNT (sizeof(cases) / sizeof(*cases))

/* What a child found out; in memory shared with it. */
struct measured {
	bool is_done;
	enum verdict_kind kind;
	size_t grown; /* bytes, at most */
	int64_t taken_ns;
	char reason[200];
};

/* A line of /proc/self/status, in bytes. */
static size_t status_bytes(const char *name)
{
	FILE *in = fopen("/proc/self/status", "r");
	char line[128];
	size_t kib = 0;

	while (in && fgets(line, sizeof(line), in)) {
		if (strncmp(line, name, strlen(name)) == 0)
			kib = strtoul(line + strlen(name) + 1, NULL, 10);
	}
	if (in)
		fclose(in);
	return kib * 1024;
}

/* From now on the peak is that of what follows. */
static bool forget_peak(void)
{
	FILE *out = fopen("/proc/self/clear_refs", "w");

	if (!out)
		return false;
	fputs("5", out);
	return fclose(out) == 0;
}

static void *raise_alarm(void *argument)
{
	struct timespec time = { .tv_sec = SECONDS };

	nanosleep(&time, NULL);
	atomic_store((atomic_bool *)argument, true);
	return NULL;
}

static void measure(const struct bound_case *bound, struct measured *measured)
{
	struct history *history = long_history(&bound->shape);
	struct arena arena = { 0 };
	atomic_bool expired = false;
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = bound->mib * MIB,
				 .threads = bound->threads,
				 .expired = &expired };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;
	pthread_t alarm;
	size_t before;
	int64_t start;

	verdict_init(&verdict);
	if (options_set(options, &arena, "model", bound->shape.model,
			&err) ||
	    options_set(options, &arena, "algorithm",
			bound->shape.algorithm, &err) ||
	    pthread_create(&alarm, NULL, raise_alarm, &expired) ||
	    !forget_peak())
		return;
	before = status_bytes("VmRSS:");
	start = clock_now_ns();
	if (checker_linearizable.check(&check, &verdict, &err))
		return;
	measured->taken_ns = clock_now_ns() - start;
	measured->grown = status_bytes("VmHWM:") - before;
	measured->kind = verdict.kind;
	snprintf(measured->reason, sizeof(measured->reason), "%s",
		 verdict.reason ? verdict.reason : "");
	measured->is_done = true;
}

static void try_bounds(const struct bound_case *bound)
{
	struct measured *measured =
		mmap(NULL, sizeof(*measured), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;

	assert_true(measured != MAP_FAILED);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		measure(bound, measured);
		_exit(0);
	}
	while (waitpid(child, NULL, 0) < 0)
		continue;
	assert_true(measured->is_done);
	print_message("%-20s %3zu MiB: %-7s %6.1f MiB, %.2f s; %s\n",
		      bound->shape.name, bound->mib,
		      verdict_kind_name(measured->kind),
		      (double)measured->grown / (double)MIB,
		      (double)measured->taken_ns / 1e9, measured->reason);
	assert_true(measured->grown <= bound->mib * MIB / 100 * 105 + MIB);
	assert_true(measured->taken_ns <
		    (SECONDS + GRACE) * (int64_t)1000000000);
	if (bound->shape.is_wrong)
		assert_true(measured->kind != VERDICT_VALID);
	else
		assert_true(measured->kind != VERDICT_INVALID);
	munmap(measured, sizeof(*measured));
}

static void memory_and_time_stay_within_bounds(void **state)
{
	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	skip();
#endif
	for (size_t i = 0; i < CASE_COUNT; i++)
		try_bounds(&cases[i]);
}

/* What the monitor of a shape says when time runs out after so long, or is out
 * from the start. */
struct hurry {
	atomic_bool expired;
	int64_t after_ns;
};

static void *raise_soon(void *argument)
{
	struct hurry *hurry = argument;
	struct timespec time = { .tv_nsec = hurry->after_ns };

	nanosleep(&time, NULL);
	atomic_store(&hurry->expired, true);
	return NULL;
}

static enum verdict_kind judge_hurried(const struct long_shape *shape,
				       const struct history *history,
				       int64_t after_ns)
{
	struct hurry hurry = { false, after_ns };
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 1, .expired = &hurry.expired };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	enum verdict_kind kind;
	struct error err;
	pthread_t alarm;

	verdict_init(&verdict);
	assert_int_equal(options_set(options, &arena, "model", shape->model,
				     &err), 0);
	atomic_store(&hurry.expired, after_ns < 0);
	if (after_ns >= 0)
		assert_int_equal(pthread_create(&alarm, NULL, raise_soon,
						&hurry), 0);
	assert_int_equal(checker_linearizable.check(&check, &verdict, &err),
			 0);
	if (after_ns >= 0)
		pthread_join(alarm, NULL);
	kind = verdict.kind;
	if (kind == VERDICT_UNKNOWN)
		assert_non_null(strstr(verdict.reason, "out of time"));
	arena_release(&arena);
	return kind;
}

static const struct long_shape hurried[] = {
	{ "register", PLAY_REGISTER, "register", 100000, 20, 1, 0, 0.01, true,
	  0 },
	{ "cas", PLAY_CAS, "cas-register", 100000, 20, 1, 0, 0.01, false, 0 },
	{ "keys", PLAY_REGISTER, "register", 100000, 20, 50, 0, 0, false, 0 },
	{ "queue", PLAY_QUEUE, "fifo-queue", 100000, 20, 1, 0, 0.01, false, 0 },
	{ "queue", PLAY_QUEUE, "fifo-queue", 100000, 20, 1, 0, 0, true, 0 },
	{ "stack", PLAY_STACK, "stack", 100000, 20, 1, 0, 0, false, 0 },
	{ "stack", PLAY_STACK, "stack", 100000, 20, 1, 0, 0.01, true, 0 },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 100000, 20, 1, 0,
	  0, false, 0 },
	{ "bag", PLAY_BAG, "bag", 100000, 20, 1, 0, 0, false, 0 },
	{ "set", PLAY_SET, "set", 100000, 20, 1, 0, 0.01, false, 0 },
	{ "mutex", PLAY_MUTEX, "mutex", 100000, 20, 1, 0, 0, false, 0 },
};

#define HURRIED_COUNT (sizeof(hurried) / sizeof(*hurried))

/* Wherever a monitor is cut short, it does not say what is not so. */
static void monitors_say_unknown_when_time_runs_out(void **state)
{
	(void)state;
	for (size_t i = 0; i < HURRIED_COUNT; i++) {
		const struct long_shape *shape = &hurried[i];
		struct history *history = long_history(shape);
		enum verdict_kind wrong = shape->is_wrong ? VERDICT_VALID :
							    VERDICT_INVALID;
		size_t cut = 0;

		assert_int_equal(judge_hurried(shape, history, -1),
				 VERDICT_UNKNOWN);
		for (int64_t step = 0; step < 30; step++) {
			enum verdict_kind kind = judge_hurried(
				shape, history, step * step * 20 * 1000);

			assert_int_not_equal(kind, wrong);
			cut += kind == VERDICT_UNKNOWN;
		}
		print_message("%s: %zu of 30 cut short\n", shape->name, cut);
		history_free(history);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First: what children copy of a large heap is theirs. */
		cmocka_unit_test(memory_and_time_stay_within_bounds),
		cmocka_unit_test(monitors_say_unknown_when_time_runs_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
