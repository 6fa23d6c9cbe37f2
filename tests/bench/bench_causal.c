/* SPDX-License-Identifier: MIT */
/* How fast causal consistency and its kin are judged: a million operations of
 * 20 processes on replicas that lag; and of 20 clients each of whose processes
 * ends after a hundred operations, as it does when one is in doubt. Arguments:
 * how many operations; a part of the names of checkers. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/checker.h"
#include "harness/core/clock.h"
#include "harness/registry.h"
#include "tests/support/causal_long.h"

/* Of the processor, whatever else the machine does. */
static double seconds_used(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static long peak_mib(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_maxrss / 1024;
}

static void measure(const char *name, const struct history *history,
		    const struct causal_long *shape)
{
	const struct checker *checker = registry_checker(name);
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT,
				 .threads = 2 };
	struct check check = { history, options_new(&arena, checker->options),
			       &budget, &arena };
	struct verdict verdict;
	struct error err;
	long before = peak_mib();
	double used = seconds_used();
	int64_t start;

	verdict_init(&verdict);
	start = clock_now_ns();
	if (checker->check(&check, &verdict, &err) != 0)
		return;
	printf("%-20s %9zu %6" PRIu32 " %8zu %-8s %8.3f s %8.3f s  %5ld + %5ld"
	       " MiB\n", name, history->op_count, shape->keys,
	       shape->is_short ? history->op_count / CAUSAL_LONG_EACH :
				 CAUSAL_LONG_CLIENTS,
	       verdict_kind_name(verdict.kind),
	       (double)(clock_now_ns() - start) / 1e9,
	       seconds_used() - used, before, peak_mib() - before);
	fflush(stdout);
	arena_release(&arena);
}

/* In a process of its own, so that its peak of memory is too. */
static void measure_apart(const char *name, const struct history *history,
			  const struct causal_long *shape)
{
	pid_t child = fork();

	if (child == 0) {
		measure(name, history, shape);
		_exit(0);
	}
	while (child > 0 && waitpid(child, NULL, 0) < 0)
		continue;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"causal",	    "causal-convergence", "causal-memory",
		"real-time-causal", "regular",		  "safe",
		"pram",		    "sequential",	  "processor",
		"read-your-writes",
		"monotonic-reads",  "monotonic-writes",
		"writes-follow-reads", "staleness",	  "replicated",
	};
	static const struct {
		uint32_t keys;
		bool is_short;
	} shapes[] = {
		{ 100, false },
		{ 10000, false },
		{ 100, true },
		{ 10000, true },
	};
	size_t ops = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

	printf("%-20s %9s %6s %8s %-8s %10s %10s  history + checker\n",
	       "checker", "ops", "keys", "sessions", "verdict", "time",
	       "processor");
	fflush(stdout);
	for (size_t k = 0; k < sizeof(shapes) / sizeof(*shapes); k++) {
		struct causal_long shape = { ops, shapes[k].keys,
					     shapes[k].is_short };
		struct history *history = causal_long(&shape);

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (argc < 3 || strstr(names[i], argv[2]))
				measure_apart(names[i], history, &shape);
		history_free(history);
	}
	return 0;
}
