/* SPDX-License-Identifier: MIT */
/* How many operations a second the engine records, with the memory target and
 * no rate limit; and what an operation costs, part by part. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/core/generator.h"
#include "harness/core/history_write.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"
#include "harness/engine/recorder.h"
#include "harness/engine/scheduler.h"
#include "harness/engine/worker.h"
#include "harness/registry.h"
#include "harness/target.h"

#define NODES 5
#define KEYS 100
#define WANTED 300000.0

static const char *const node_names[NODES] = { "n1", "n2", "n3", "n4", "n5" };

/* Reads, writes and cas of registers, as the register workload asks. */
struct requests {
	struct rng rng;
	struct action action;
	int64_t number;
};

static bool requests_next(void *state, const struct gen_context *context,
			  struct gen_op *op)
{
	struct requests *requests = state;
	struct action *action = &requests->action;
	uint64_t dice = rng_below(&requests->rng, 100);

	*action = (struct action){ .object = OBJECT_REGISTER };
	action->key = value_int(context->values,
				(int64_t)rng_below(&requests->rng, KEYS));
	action->verb = dice < 50   ? VERB_READ
		       : dice < 80 ? VERB_WRITE
				   : VERB_CAS;
	if (action->verb != VERB_READ)
		action->arg = value_int(context->values, requests->number++);
	if (action->verb == VERB_CAS)
		action->expected =
			value_int(context->values, requests->number / 2);
	op->f = action->verb;
	op->actions = action;
	op->action_count = 1;
	return true;
}

static double seconds(int64_t from_ns)
{
	return (double)(clock_now_ns() - from_ns) / (double)NS_PER_S;
}

static double cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void give_up(const struct error *err)
{
	fprintf(stderr, "bench_engine: %s\n", err->text);
	exit(1);
}

static void *target_state(const struct target *target, struct arena *arena)
{
	struct error err;
	struct target_setup setup = {
		.options = options_new(arena, target->options),
		.seed = 1,
		.nodes = NODES,
		.node_names = node_names,
		.node_addresses = node_names,
		.arena = arena,
	};
	void *state = target->open(&setup, &err);

	if (!state)
		give_up(&err);
	return state;
}

/* Runs so many workers for so long; operations a second. */
static double phase_rate(const char *path, size_t threads, double limit_s)
{
	const struct target *target = registry_target("memory");
	struct arena arena = { 0 };
	struct requests requests = { 0 };
	struct recorder_counts counts;
	struct error err;
	int64_t start_ns = clock_now_ns();
	double cpu_s = cpu_seconds();
	double wall_s;
	uint64_t operations;
	struct phase phase = {
		.target = target,
		.state = target_state(target, &arena),
		.generator =
			generator_function(&arena, requests_next, &requests),
		.recorder = recorder_open(path, start_ns, &err),
		.threads = threads,
		.nodes = NODES,
		.processes = arena_array(&arena, threads, sizeof(int32_t)),
		.op_timeout_ns = NS_PER_S,
		.node_names = node_names,
		.deadline_ns = start_ns + (int64_t)(limit_s * 1e9),
	};

	rng_init(&requests.rng, 1, "bench", 0);
	phase_processes_init(phase.processes, threads);
	if (!phase.recorder || phase_run(&phase, NULL, &err))
		give_up(&err);
	recorder_counts(phase.recorder, &counts);
	if (recorder_close(phase.recorder, &err))
		give_up(&err);
	wall_s = seconds(start_ns);
	cpu_s = cpu_seconds() - cpu_s;
	operations = counts.of_type[OP_INVOKE];
	target->close(phase.state);
	arena_release(&arena);
	unlink(path);
	printf("workers %3zu  %9.0f operations/s  %5.2f us of CPU each  "
	       "%3.0f MB/s recorded%s\n",
	       threads, (double)operations / wall_s,
	       cpu_s / (double)operations * 1e6,
	       (double)counts.bytes / wall_s / 1e6,
	       (double)operations / wall_s < WANTED ? "  (below 300000)" : "");
	return (double)operations / wall_s;
}

/* One thread, each part alone: nanoseconds an operation. */
static double scheduler_cost(size_t count)
{
	struct arena arena = { 0 };
	struct requests requests = { 0 };
	int32_t process = 0;
	struct scheduler_setup setup = {
		.threads = 1,
		.processes = &process,
		.generator = gen_limit(
			&arena, count,
			generator_function(&arena, requests_next, &requests)),
	};
	struct scheduler *scheduler;
	int64_t start_ns = clock_now_ns();
	enum op_type done = OP_NONE;

	rng_init(&requests.rng, 1, "bench", 0);
	scheduler = scheduler_new(&setup);
	while (scheduler_next(scheduler, 0, done))
		done = OP_OK;
	scheduler_free(scheduler);
	arena_release(&arena);
	return seconds(start_ns) * 1e9 / (double)count;
}

static double recorder_cost(const char *path, size_t count)
{
	struct error err;
	struct values *values = values_new();
	struct pen pen = { 0 };
	struct action action = { .verb = VERB_WRITE,
				 .key = value_int(values, 42) };
	struct entry entry = {
		.f = VERB_WRITE,
		.actions = &action,
		.action_count = 1,
		.node = value_string(values, "n1"),
	};
	int64_t start_ns = clock_now_ns();
	struct recorder *recorder = recorder_open(path, start_ns, &err);

	if (!recorder)
		give_up(&err);
	for (size_t i = 0; i < 2 * count; i++) {
		action.arg = value_int(values, (int64_t)i / 2);
		entry.type = i % 2 ? OP_OK : OP_INVOKE;
		if (recorder_entry(recorder, &pen, values, &entry, &err))
			give_up(&err);
	}
	if (recorder_close(recorder, &err))
		give_up(&err);
	pen_release(&pen);
	values_free(values);
	unlink(path);
	return seconds(start_ns) * 1e9 / (double)count;
}

static double text_cost(size_t count)
{
	struct values *values = values_new();
	struct pen pen = { 0 };
	struct action action = { .verb = VERB_WRITE,
				 .key = value_int(values, 42) };
	struct entry entry = {
		.f = VERB_WRITE,
		.actions = &action,
		.action_count = 1,
		.type = OP_OK,
		.node = value_string(values, "n1"),
	};
	int64_t start_ns = clock_now_ns();

	for (size_t i = 0; i < 2 * count; i++) {
		pen.length = 0;
		entry_write(values, "write", &entry, &pen.text, &pen.length,
			    &pen.capacity);
	}
	pen_release(&pen);
	values_free(values);
	return seconds(start_ns) * 1e9 / (double)count;
}

static double target_cost(size_t count)
{
	const struct target *target = registry_target("memory");
	struct arena arena = { 0 };
	struct requests requests = { 0 };
	struct error err;
	struct values *values = values_new();
	struct gen_context context = { .values = values };
	struct gen_op op = { 0 };
	void *state = target_state(target, &arena);
	void *client = target->connect(state, 0, INT64_MAX, &err);
	int64_t start_ns = clock_now_ns();

	rng_init(&requests.rng, 1, "bench", 0);
	for (size_t i = 0; i < count; i++) {
		struct request request = {
			.actions = &requests.action,
			.action_count = 1,
			.values = values,
			.arena = &arena,
			.deadline_ns = INT64_MAX,
		};

		requests_next(&requests, &context, &op);
		target->apply(client, &request, &err);
	}
	target->disconnect(client);
	target->close(state);
	values_free(values);
	arena_release(&arena);
	return seconds(start_ns) * 1e9 / (double)count;
}

/* bench_engine [SECONDS [FOLDER]]: each figure takes so long; the history
 * goes to the folder, and away. */
int main(int argc, char **argv)
{
	static const size_t workers[] = { 1, 4, 16, 64 };
	double limit_s = argc > 1 ? strtod(argv[1], NULL) : 2.0;
	const char *folder = argc > 2 ? argv[2] : ".";
	const size_t count = 300000;
	char path[4096];
	double worst = 1e12;

	snprintf(path, sizeof(path), "%s/bench_engine.%ld.jsonl", folder,
		 (long)getpid());
	printf("cost of an operation, in nanoseconds of one thread: "
	       "scheduler %.0f, target %.0f, recorder %.0f (its text %.0f)\n",
	       scheduler_cost(count), target_cost(count),
	       recorder_cost(path, count), text_cost(count));
	for (size_t i = 0; i < sizeof(workers) / sizeof(*workers); i++) {
		double rate = phase_rate(path, workers[i], limit_s);

		worst = rate < worst ? rate : worst;
	}
	printf("the worst of them: %.0f operations/s (wanted: 300000)\n",
	       worst);
	return worst < WANTED;
}
