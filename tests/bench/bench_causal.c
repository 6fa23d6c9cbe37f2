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
#include "harness/core/rng.h"
#include "harness/registry.h"

#define CLIENTS 20
#define NODES 5
#define OPERATIONS_EACH 100 /* of a process that ends */

/* Nodes apply one log, each as far as it has got: what a store gives whose
 * followers lag, and sessions that stay with their node. */
struct store {
	struct history *history;
	struct rng rng;
	uint32_t keys;
	int64_t *held[NODES];
	struct {
		uint32_t key;
		int64_t value;
	} *log;
	size_t length;
	size_t applied[NODES];
	bool is_short; /* processes end */
	int32_t processes[CLIENTS];
	uint32_t operations[CLIENTS];
	int32_t process_count;
};

static void apply_until(struct store *s, uint32_t node, size_t end)
{
	for (; s->applied[node] < end; s->applied[node]++) {
		size_t i = s->applied[node];

		s->held[node][s->log[i].key] = s->log[i].value;
	}
}

static void record(struct store *s, int32_t process, struct action *action)
{
	struct entry entry = {
		.index = s->history->entry_count,
		.time_ns = (int64_t)s->history->entry_count * 1000,
		.process = process,
		.type = OP_INVOKE,
		.f = action->verb,
		.actions = action,
		.action_count = 1,
	};
	struct value result = action->result;
	struct error err;

	action->result = value_nil();
	if (history_append(s->history, &entry, &err) != 0)
		abort();
	action->result = result;
	entry.type = OP_OK;
	entry.index++;
	entry.time_ns += 1000;
	if (history_append(s->history, &entry, &err) != 0)
		abort();
}

static int32_t process_of(struct store *s, uint32_t client)
{
	if (s->is_short && ++s->operations[client] % OPERATIONS_EACH == 0)
		s->processes[client] = s->process_count++;
	return s->processes[client];
}

static void step(struct store *s, int64_t number)
{
	uint32_t client = (uint32_t)rng_below(&s->rng, CLIENTS);
	int32_t process = process_of(s, client);
	uint32_t node = client % NODES;
	uint32_t key = (uint32_t)rng_below(&s->rng, s->keys);
	struct action action = { .key = value_int(s->history->values, key) };

	if (rng_chance(&s->rng, 0.5)) {
		int64_t value;

		if (s->length - s->applied[node] > 50)
			apply_until(s, node, s->length - 10);
		value = s->held[node][key];
		action.verb = VERB_READ;
		action.result = value ? value_int(s->history->values, value) :
					value_nil();
	} else {
		/* A node that writes has all that was written before. */
		apply_until(s, node, s->length);
		s->log[s->length].key = key;
		s->log[s->length++].value = number;
		apply_until(s, node, s->length);
		action.verb = VERB_WRITE;
		action.arg = value_int(s->history->values, number);
	}
	record(s, process, &action);
}

static struct history *make(size_t ops, uint32_t keys, bool is_short)
{
	struct store s = { .history = history_new(),
			   .keys = keys,
			   .is_short = is_short,
			   .process_count = CLIENTS };
	struct history *history = s.history;

	for (int32_t c = 0; c < CLIENTS; c++)
		s.processes[c] = c;

	rng_init(&s.rng, 1, "bench causal", keys);
	s.log = heap_alloc((ops + 1) * sizeof(*s.log));
	for (int n = 0; n < NODES; n++)
		s.held[n] = heap_zeroed(keys, sizeof(int64_t));
	for (size_t i = 0; i < ops; i++)
		step(&s, (int64_t)i + 1);
	for (int n = 0; n < NODES; n++)
		free(s.held[n]);
	free(s.log);
	return history;
}

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

/* A history to be made. */
struct shape {
	uint32_t keys;
	bool is_short;
};

static void measure(const char *name, const struct history *history,
		    const struct shape *shape)
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
	printf("%-20s %9zu %6" PRIu32 " %8zu %-8s %8.3f s %8.3f s  %5ld + %5ld "
	       "MiB\n", name,
	       history->op_count, shape->keys,
	       shape->is_short ? history->op_count / OPERATIONS_EACH : CLIENTS,
	       verdict_kind_name(verdict.kind),
	       (double)(clock_now_ns() - start) / 1e9,
	       seconds_used() - used, before, peak_mib() - before);
	fflush(stdout);
	arena_release(&arena);
}

/* In a process of its own, so that its peak of memory is too. */
static void measure_apart(const char *name, const struct history *history,
			  const struct shape *shape)
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
		"writes-follow-reads", "staleness",
	};
	static const struct shape shapes[] = {
		{ 100, false }, { 10000, false }, { 100, true }, { 10000, true },
	};
	size_t ops = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;

	printf("%-20s %9s %6s %8s %-8s %10s %10s  history + checker\n",
	       "checker", "ops", "keys", "sessions", "verdict", "time",
	       "processor");
	fflush(stdout);
	for (size_t k = 0; k < sizeof(shapes) / sizeof(*shapes); k++) {
		struct history *history =
			make(ops, shapes[k].keys, shapes[k].is_short);

		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
			if (argc < 3 || strstr(names[i], argv[2]))
				measure_apart(names[i], history, &shapes[k]);
		history_free(history);
	}
	return 0;
}
