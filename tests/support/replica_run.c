/* SPDX-License-Identifier: MIT */
#include "tests/support/replica_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/checker.h"
#include "harness/registry.h"
#include "harness/target.h"
#include "harness/workload.h"
#include "tests/support/simulate.h"

#define NODES 3
#define THREADS 9
#define CUT_LENGTH 150 /* operations; as long is the network whole */
#define QUIET 500     /* operations that nobody records */
#define FINAL_FIRST 100000 /* process of the final phase */

struct cut {
	int64_t time_ns;
	bool is_heal;
};

struct run {
	struct arena arena;
	struct rng rng;
	struct values *values;
	void *target;
	void *clients[THREADS];
	size_t nodes[THREADS];
	uint64_t done; /* operations */
	bool is_final;
	struct cut *cuts;
	size_t cut_count;
	size_t cut_capacity;
	struct history *history;
};

static const char *const node_names[NODES] = { "n1", "n2", "n3" };

static struct options *make_options(struct arena *arena,
				    const struct option *table,
				    const char *settings)
{
	struct options *options = options_new(arena, table);
	struct error err;

	while (settings && *settings) {
		size_t length = strcspn(settings, " ");
		char *one = arena_strndup(arena, settings, length);
		char *equals = strchr(one, '=');

		*equals = '\0';
		if (options_set(options, arena, one, equals + 1, &err))
			fail_msg("%s", err.text);
		settings += length + strspn(settings + length, " ");
	}
	return options;
}

static void *connect_to(const struct run *run, size_t node)
{
	struct error err;

	return registry_target("memory")->connect(run->target, node, INT64_MAX,
						  &err);
}

static enum outcome apply(struct run *run, void *client,
			  struct action *actions, size_t count, int32_t process)
{
	struct arena arena = { 0 };
	struct error err;
	struct request request = {
		.actions = actions,
		.action_count = count,
		.process = process,
		.values = run->values,
		.arena = &arena,
		.deadline_ns = INT64_MAX,
	};
	enum outcome outcome =
		registry_target("memory")->apply(client, &request, &err);

	arena_release(&arena);
	return outcome;
}

/* One node against the others, or two that both still see the third. */
static void cut_or_heal(struct run *run, int64_t time_ns, bool is_heal)
{
	const struct target *target = registry_target("memory");
	bool refuses[NODES * NODES] = { false };
	size_t a = rng_below(&run->rng, NODES);
	size_t b = (a + 1) % NODES;
	bool is_pair = rng_chance(&run->rng, 0.5);
	struct error err;

	for (size_t i = 0; i < NODES; i++) {
		if (i == a || (is_pair && i != b))
			continue;
		refuses[a * NODES + i] = true;
		refuses[i * NODES + a] = true;
	}
	target->cut_links(run->target, is_heal ? NULL : refuses, &err);
	run->cuts = array_reserve(run->cuts, &run->cut_capacity,
				  run->cut_count + 1, sizeof(*run->cuts));
	run->cuts[run->cut_count++] = (struct cut){ time_ns, is_heal };
}

static enum op_type carry_out(void *state, struct rng *rng,
			      struct values *values, struct simulated *op)
{
	struct run *run = state;
	size_t thread = op->thread;
	enum outcome outcome;

	(void)rng;
	(void)values;
	if (++run->done % CUT_LENGTH == 0 && !run->is_final)
		cut_or_heal(run, op->complete_ns,
			    run->done / CUT_LENGTH % 2 == 0);
	if (op->hop % NODES) {
		run->nodes[thread] = (run->nodes[thread] + op->hop) % NODES;
		registry_target("memory")->disconnect(run->clients[thread]);
		run->clients[thread] = connect_to(run, run->nodes[thread]);
	}
	op->note = node_names[run->nodes[thread]];
	outcome = apply(run, run->clients[thread], op->actions,
			op->action_count, op->process);
	for (size_t i = 0; i < op->action_count && outcome != OUTCOME_OK; i++)
		op->actions[i].result = value_nil();
	if (outcome == OUTCOME_INDETERMINATE)
		return OP_INFO;
	return outcome == OUTCOME_OK ? OP_OK : OP_FAIL;
}

static void append(struct run *run, const struct entry *entry)
{
	struct error err;

	if (history_append(run->history, entry, &err))
		fail_msg("%s", err.text);
}

static struct value text(const struct run *run, const char *string)
{
	return value_string(run->history->values, string);
}

/* The run's own lines, as they stand in results/README.md. */
static void append_note(struct run *run, int64_t time_ns, const char *f,
			struct value value)
{
	struct error err;
	struct action action = { .arg = value };

	append(run, &(struct entry){
			    .index = run->history->entry_count,
			    .time_ns = time_ns,
			    .process = PROCESS_NEMESIS,
			    .type = OP_INFO,
			    .f = history_f(run->history, f, strlen(f), &err),
			    .actions = &action,
			    .action_count = 1,
		    });
}

static void append_cut(struct run *run, const struct cut *cut, int64_t base)
{
	struct value keys[3] = { text(run, "do"), text(run, "stage"),
				 text(run, "effect") };
	struct value contents[3] = {
		text(run, cut->is_heal ? "heal" : "inject"),
		text(run, "end"),
		text(run, "proven"),
	};

	append_note(run, base + cut->time_ns, "partition",
		    value_map(run->history->values, keys, contents, 3));
}

static void append_op(struct run *run, const struct simulated *op,
		      enum op_type type, int64_t base)
{
	struct values *values = run->history->values;
	struct action *actions =
		arena_copy(&run->arena, op->actions,
			   op->action_count * sizeof(*op->actions));
	bool is_begin = type == OP_INVOKE;

	for (size_t i = 0; i < op->action_count; i++) {
		struct action *a = &actions[i];

		a->key = value_copy(values, run->values, a->key);
		a->arg = value_copy(values, run->values, a->arg);
		a->result = is_begin ? value_nil() :
				       value_copy(values, run->values,
						  a->result);
	}
	append(run, &(struct entry){
			    .index = run->history->entry_count,
			    .time_ns = base + (is_begin ? op->invoke_ns :
							  op->complete_ns),
			    .process = op->process +
				       (base ? FINAL_FIRST : 0),
			    .type = type,
			    .f = op->f,
			    .actions = actions,
			    .action_count = op->action_count,
			    .node = text(run, op->note),
		    });
}

/* One line to come. */
struct line {
	int64_t time_ns;
	size_t op;
	const struct cut *cut;
	enum op_type type;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *x = a;
	const struct line *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	/* A process begins anew at the very time at which it ended. */
	return (x->type == OP_INVOKE) - (y->type == OP_INVOKE);
}

static void append_all(struct run *run, const struct simulation_result *result,
		       int64_t base)
{
	size_t room = 2 * result->count + run->cut_count;
	struct line *lines = heap_zeroed(room + 1, sizeof(*lines));
	size_t count = 0;

	for (size_t i = 0; i < result->count; i++) {
		const struct simulated *op = &result->ops[i];

		/* Cut off before it was carried out. */
		if (op->type == OP_NONE)
			continue;
		lines[count++] = (struct line){ op->invoke_ns, i, NULL,
						OP_INVOKE };
		lines[count++] = (struct line){ op->complete_ns, i, NULL,
						op->type };
	}
	for (size_t i = 0; i < run->cut_count; i++)
		lines[count++] = (struct line){ run->cuts[i].time_ns, 0,
						&run->cuts[i], OP_INFO };
	qsort(lines, count, sizeof(*lines), compare_lines);
	for (size_t i = 0; i < count; i++) {
		if (lines[i].cut)
			append_cut(run, lines[i].cut, base);
		else
			append_op(run, &result->ops[lines[i].op],
				  lines[i].type, base);
	}
	run->cut_count = 0;
	free(lines);
}

/* Time passes, as replicas count it. */
static void be_quiet(struct run *run)
{
	void *client = connect_to(run, 0);

	for (size_t i = 0; i < QUIET; i++) {
		struct action action = { .verb = VERB_READ,
					 .object = OBJECT_COUNTER };

		apply(run, client, &action, 1, 0);
	}
	registry_target("memory")->disconnect(client);
}

/* In each phase every thread begins at its own node. */
static void connect_all(struct run *run)
{
	for (size_t i = 0; i < THREADS; i++) {
		if (run->clients[i])
			registry_target("memory")->disconnect(run->clients[i]);
		run->nodes[i] = i % NODES;
		run->clients[i] = connect_to(run, run->nodes[i]);
	}
}

static void open_target(struct run *run, const struct replica_plan *plan)
{
	const struct target *target = registry_target("memory");
	const char *settings =
		arena_printf(&run->arena,
			     "replication=async replica-clock=operations "
			     "anti-entropy=200ms "
			     "link-delay=40ms %s",
			     plan->target ? plan->target : "");
	struct error err;
	struct target_setup setup = {
		.options = make_options(&run->arena, target->options, settings),
		.seed = plan->seed,
		.threads = THREADS,
		.node_names = node_names,
		.nodes = NODES,
		.arena = &run->arena,
	};

	run->target = target->open(&setup, &err);
	if (!run->target)
		fail_msg("%s", err.text);
}

static void play_phases(struct run *run, const struct replica_plan *plan)
{
	const struct workload *workload = registry_workload(plan->workload);
	void *memory = NULL;
	struct error err;
	struct workload_setup setup = {
		.options = make_options(&run->arena, workload->options,
					plan->settings),
		.seed = plan->seed,
		.threads = THREADS,
		.nodes = NODES,
		.arena = &run->arena,
		.memory = &memory,
	};
	struct simulation simulation = {
		.threads = THREADS,
		.seed = plan->seed,
		.latency_min_ns = 1000,
		.latency_max_ns = 1000000,
		.count_max = plan->operations,
		.outcome = carry_out,
		.state = run,
		.values = run->values,
	};
	struct simulation_result result;
	struct generator *generator = workload->main_phase(&setup, &err);

	if (!generator)
		fail_msg("%s", err.text);
	connect_all(run);
	append_note(run, 0, "phase", text(run, "main"));
	result = simulate(&run->arena, &simulation, generator);
	append_all(run, &result, 0);
	cut_or_heal(run, result.end_ns, true);
	append_cut(run, &run->cuts[0], 0);
	run->cut_count = 0;
	run->is_final = true;
	connect_all(run);
	be_quiet(run);
	append_note(run, result.end_ns, "phase", text(run, "final"));
	simulation.count_max = 0;
	generator = workload->final_phase(&setup, &err);
	result = simulate(&run->arena, &simulation, generator);
	append_all(run, &result, result.end_ns);
}

struct history *replica_play(const struct replica_plan *plan)
{
	struct run run = { .values = values_new(), .history = history_new() };

	rng_init(&run.rng, plan->seed, "cuts", 0);
	open_target(&run, plan);
	play_phases(&run, plan);
	for (size_t i = 0; i < THREADS; i++)
		registry_target("memory")->disconnect(run.clients[i]);
	registry_target("memory")->close(run.target);
	values_free(run.values);
	free(run.cuts);
	arena_release(&run.arena);
	return run.history;
}

struct verdict replica_judge(const struct history *history, const char *name,
			     const char *settings, struct arena *arena)
{
	const struct checker *checker = registry_checker(name);
	struct budget budget = {
		.states_max = BUDGET_STATES_DEFAULT,
		.bytes_max = BUDGET_BYTES_DEFAULT,
	};
	struct check check = { history,
			       make_options(arena, checker->options, settings),
			       &budget, arena };
	struct verdict verdict;
	struct error err;

	verdict_init(&verdict);
	if (checker->check(&check, &verdict, &err))
		fail_msg("%s", err.text);
	return verdict;
}
