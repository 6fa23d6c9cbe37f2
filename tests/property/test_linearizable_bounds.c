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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_time_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
