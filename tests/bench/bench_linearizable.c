/* SPDX-License-Identifier: MIT */
/*
 * How fast the linearizable checker is, and what memory it takes: generated
 * histories of many shapes, judged beyond reading them, a line for each. An
 * argument selects the workloads whose names contain it. The peer's turn is in
 * bench_linearizable_peer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "tests/support/random_history_long.h"

extern const struct checker checker_linearizable;

static const struct long_shape shapes[] = {
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 20, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0.01, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  true, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 50, 1, 0,
	  0.01, true, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0,
	  0.01, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 20, 1, 0,
	  0.01, true, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 10000000, 20, 1, 0,
	  0, false, "auto" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  false, "search" },
	{ "register, distinct", PLAY_REGISTER, "register", 1000000, 5, 1, 0, 0,
	  true, "search" },
	{ "register with cas", PLAY_CAS, "cas-register", 1000000, 20, 1, 0,
	  0.01, false, "auto" },
	{ "register, 1000 keys", PLAY_REGISTER, "register", 1000000, 20, 1000,
	  0, 0.01, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 1000000, 5, 1, 5, 0,
	  false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 100000, 20, 1, 5, 0,
	  false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 100000, 50, 1, 5,
	  0, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 100000, 5, 1, 5,
	  0.01, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 100000, 5, 1, 5,
	  0.01, true, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 100000, 5, 1, 5, 0.01,
	  false, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 100000, 5, 1, 5, 0.01,
	  true, "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, false,
	  "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, true,
	  "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, true, "auto" },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 1000000, 20, 1, 0,
	  0, false, "auto" },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 1000000, 20, 1,
	  0, 0, true, "auto" },
	{ "bag", PLAY_BAG, "bag", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0.01, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0, true, "auto" },
	{ "mutex", PLAY_MUTEX, "mutex", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "counter", PLAY_COUNTER, "counter", 1000000, 20, 1, 0, 0, false,
	  "auto" },
};

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Judges, and says for how many seconds; negative: it could not. */
static double judge(const struct long_shape *shape,
		    const struct history *history, struct verdict *verdict)
{
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct error err;
	int64_t start;
	double seconds = -1;

	verdict_init(verdict);
	if (options_set(options, &arena, "model", shape->model, &err) == 0 &&
	    options_set(options, &arena, "algorithm", shape->algorithm,
			&err) == 0) {
		start = clock_now_ns();
		if (checker_linearizable.check(&check, verdict, &err) == 0)
			seconds = (double)(clock_now_ns() - start) / 1e9;
	}
	arena_release(&arena);
	return seconds;
}

/* The best of three: the first may be the first to touch the machine's memory,
 * which can take longer than all else. In a process of its own, so that the
 * peak is its own too. */
static void measure(const struct long_shape *shape)
{
	struct history *history = long_history(shape);
	struct verdict verdict;
	long before = peak_kib();
	double seconds = judge(shape, history, &verdict);

	for (int i = 1; i < 3 && seconds >= 0; i++) {
		double again = judge(shape, history, &verdict);

		seconds = again < seconds ? again : seconds;
	}
	if (seconds >= 0)
		printf("%-20s %9zu %3d %5.1f%% %-6s %-8s %8.3f s %11.0f op/s "
		       "%6ld + %6ld MiB\n",
		       shape->name, shape->ops, shape->processes,
		       shape->crashed * 100, shape->algorithm,
		       verdict_kind_name(verdict.kind), seconds,
		       (double)shape->ops / seconds, before / 1024,
		       (peak_kib() - before) / 1024);
	fflush(stdout);
	history_free(history);
}

static void measure_apart(const struct long_shape *shape)
{
	pid_t child = fork();

	if (child == 0) {
		measure(shape);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0)
		continue;
}

int main(int argc, char **argv)
{
	const char *only = argc > 1 ? argv[1] : NULL;

	printf("%-20s %9s %3s %6s %-6s %-8s %10s %16s  history + checker\n",
	       "workload", "ops", "p", "crash", "method", "verdict", "time",
	       "rate");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		if (!only || strstr(shapes[i].name, only))
			measure_apart(&shapes[i]);
	}
	return 0;
}
