/* SPDX-License-Identifier: MIT */
/*
 * How fast the linearizable checker is, and what memory it takes: generated
 * histories of many shapes, judged beyond reading them, a line for each; then
 * the peer on the same histories, where a Go toolchain is there. An argument
 * selects the workloads whose names contain it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "harness/core/history_write.h"
#include "tests/support/random_history_long.h"

extern const struct checker checker_linearizable;

/* The peer is given up after so many seconds. */
#define PEER_SECONDS "20"

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
	{ "register, 5 values", PLAY_REGISTER, "register", 10000, 5, 1, 5,
	  0.01, false, "auto" },
	{ "register, 5 values", PLAY_REGISTER, "register", 10000, 5, 1, 5,
	  0.01, true, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0.01,
	  false, "auto" },
	{ "cas, 5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0.01,
	  true, "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, false,
	  "auto" },
	{ "fifo-queue", PLAY_QUEUE, "fifo-queue", 1000000, 20, 1, 0, 0, true,
	  "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "stack", PLAY_STACK, "stack", 1000000, 20, 1, 0, 0, true, "auto" },
	{ "priority-queue", PLAY_PRIORITY, "priority-queue", 1000000, 20, 1, 0,
	  0, false, "auto" },
	{ "bag", PLAY_BAG, "bag", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "set", PLAY_SET, "set", 1000000, 20, 1, 0, 0.01, false, "auto" },
	{ "mutex", PLAY_MUTEX, "mutex", 1000000, 20, 1, 0, 0, false, "auto" },
	{ "counter", PLAY_COUNTER, "counter", 1000000, 20, 1, 0, 0, false,
	  "auto" },
};

/* Those that the peer is asked about too. */
static const struct long_shape peer_shapes[] = {
	{ "5 processes", PLAY_REGISTER, "register", 1000, 5, 1, 0, 0, false,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0, false,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0, true,
	  "auto" },
	{ "5 processes", PLAY_REGISTER, "register", 50000, 5, 1, 0, 0, false,
	  "auto" },
	{ "20 processes", PLAY_REGISTER, "register", 1000, 20, 1, 0, 0, false,
	  "auto" },
	{ "crashes", PLAY_REGISTER, "register", 10000, 5, 1, 0, 0.01, true,
	  "auto" },
	{ "100 keys", PLAY_REGISTER, "register", 10000, 20, 100, 0, 0, false,
	  "auto" },
	{ "5 values", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0, false,
	  "auto" },
	{ "5 values, crashes", PLAY_CAS, "cas-register", 1000, 5, 1, 5, 0.01,
	  true, "auto" },
	{ "5 values, crashes", PLAY_CAS, "cas-register", 10000, 5, 1, 5, 0.01,
	  true, "auto" },
};

static long peak_kib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss;
}

/* Measured in a process of its own, so that the peak is its own too. */
static void measure(const struct long_shape *shape, double *taken)
{
	struct history *history = long_history(shape);
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct options *options =
		options_new(&arena, checker_linearizable.options);
	struct check check = { history, options, &budget, &arena };
	struct verdict verdict;
	struct error err;
	long before = peak_kib();
	int64_t start;
	double seconds;

	if (options_set(options, &arena, "model", shape->model, &err) ||
	    options_set(options, &arena, "algorithm", shape->algorithm, &err))
		return;
	verdict_init(&verdict);
	start = clock_now_ns();
	if (checker_linearizable.check(&check, &verdict, &err))
		return;
	seconds = (double)(clock_now_ns() - start) / 1e9;
	*taken = seconds;
	printf("%-20s %9zu %3d %5.1f%% %-6s %-8s %8.3f s %11.0f op/s "
	       "%6ld + %6ld MiB\n",
	       shape->name, shape->ops, shape->processes,
	       shape->crashed * 100, shape->algorithm,
	       verdict_kind_name(verdict.kind), seconds,
	       (double)shape->ops / seconds, before / 1024,
	       (peak_kib() - before) / 1024);
	fflush(stdout);
	arena_release(&arena);
	history_free(history);
}

/* Runs `measure` in a child; returns the seconds it took. */
static double measure_apart(const struct long_shape *shape)
{
	double *taken = mmap(NULL, sizeof(*taken), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double seconds;
	pid_t child;

	if (taken == MAP_FAILED)
		return 0;
	child = fork();
	if (child == 0) {
		measure(shape, taken);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0)
		continue;
	seconds = *taken;
	munmap(taken, sizeof(*taken));
	return seconds;
}

static int write_history(const struct long_shape *shape, const char *path)
{
	struct history *history = long_history(shape);
	FILE *out = fopen(path, "w");
	struct error err;
	int failed = !out || history_write_jsonl(history, out, &err);

	if (out && fclose(out) != 0)
		failed = 1;
	history_free(history);
	return failed;
}

/* Runs the peer, whose line follows ours. */
static int run_peer(const char *path)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execlp("sh", "sh", "tests/bench/porcupine/run.sh",
		       PEER_SECONDS, path, (char *)NULL);
		_exit(127);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void compare_with_peer(const char *only)
{
	char path[] = "/tmp/ordeal-bench-XXXXXX";
	int file = mkstemp(path);

	if (file < 0)
		return;
	close(file);
	printf("beside Porcupine (given up after %s s):\n", PEER_SECONDS);
	for (size_t i = 0; i < sizeof(peer_shapes) / sizeof(*peer_shapes);
	     i++) {
		if (only && !strstr(peer_shapes[i].name, only))
			continue;
		measure_apart(&peer_shapes[i]);
		fflush(stdout);
		if (write_history(&peer_shapes[i], path) != 0 ||
		    run_peer(path) == 77)
			break;
	}
	unlink(path);
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
	compare_with_peer(only);
	return 0;
}
