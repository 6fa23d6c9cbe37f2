/* SPDX-License-Identifier: MIT */
#include "tests/support/play_workload.h"

#include <string.h>

static void apply_settings(struct played *played, struct options *options,
			   const char *const *settings)
{
	for (; settings && *settings; settings++) {
		const char *equals = strchr(*settings, '=');
		char *name = arena_strndup(&played->arena, *settings,
					   (size_t)(equals - *settings));

		if (options_set(options, &played->arena, name, equals + 1,
				&played->err))
			fail_msg("%s", played->err.text);
	}
}

bool play_workload(struct played *played, const struct workload *workload,
		   const char *const *settings)
{
	struct options *options =
		options_new(&played->arena, workload->options);
	struct generator *generator;
	struct simulation simulation;

	apply_settings(played, options, settings);
	played->values = values_new();
	played->setup = (struct workload_setup){
		.options = options,
		.seed = played->seed,
		.threads = played->threads ? played->threads : 10,
		.nodes = played->nodes ? played->nodes : 5,
		.arena = &played->arena,
		.memory = &played->memory,
	};
	simulation = (struct simulation){
		.threads = played->setup.threads,
		.has_nemesis = true,
		.seed = played->seed,
		.latency_min_ns = 1000,
		.latency_max_ns = 1000000,
		.count_max = played->count_max ? played->count_max : 5000,
		.outcome = played->outcome,
		.state = played->state,
		.values = played->values,
	};
	generator = workload->main_phase(&played->setup, &played->err);
	if (!generator)
		return false;
	played->main = simulate(&played->arena, &simulation, generator);
	if (!workload->final_phase)
		return true;
	generator = workload->final_phase(&played->setup, &played->err);
	if (!generator)
		return false;
	simulation.count_max = 100000;
	played->final = simulate(&played->arena, &simulation, generator);
	return true;
}

void played_release(struct played *played)
{
	values_free(played->values);
	arena_release(&played->arena);
}

static bool is_needed(const struct need *need, const struct action *action,
		      bool is_transaction)
{
	for (; need->object != OBJECT_NONE; need++) {
		if (need->object == action->object &&
		    need->verbs >> action->verb & 1 &&
		    need->in_transactions == is_transaction)
			return true;
	}
	return false;
}

static void check_needs(const struct need *needs,
			const struct simulation_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct simulated *op = &result->ops[i];

		assert_true(op->action_count > 0);
		assert_true(op->is_transaction || op->action_count == 1);
		assert_int_equal(op->f, op->is_transaction
						? VERB_TXN
						: op->actions[0].verb);
		for (size_t j = 0; j < op->action_count; j++)
			assert_true(is_needed(needs, &op->actions[j],
					      op->is_transaction));
	}
}

void assert_within_needs(const struct played *played,
			 const struct workload *workload)
{
	const struct need *needs = workload->needs(&played->setup);

	assert_true(played->main.count > 0);
	check_needs(needs, &played->main);
	check_needs(needs, &played->final);
}

void assert_refuses(const struct workload *workload, const char *setting,
		    const char *sentence)
{
	struct played played = { 0 };
	const char *const settings[] = { setting, NULL };

	assert_false(play_workload(&played, workload, settings));
	assert_string_equal(played.err.text, sentence);
	played_release(&played);
}

static bool same_op(const struct simulated *a, const struct simulated *b)
{
	return a->invoke_ns == b->invoke_ns && a->thread == b->thread &&
	       a->f == b->f && a->action_count == b->action_count &&
	       memcmp(a->actions, b->actions,
		      a->action_count * sizeof(*a->actions)) == 0;
}

static bool same(const struct simulation_result *a,
		 const struct simulation_result *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!same_op(&a->ops[i], &b->ops[i]))
			return false;
	}
	return true;
}

void assert_determined_by_seed(const struct workload *workload,
			       simulate_outcome *outcome)
{
	struct played played[3] = { { .seed = 1, .outcome = outcome },
				    { .seed = 1, .outcome = outcome },
				    { .seed = 2, .outcome = outcome } };

	for (size_t i = 0; i < 3; i++)
		assert_true(play_workload(&played[i], workload, NULL));
	assert_true(same(&played[0].main, &played[1].main));
	assert_true(same(&played[0].final, &played[1].final));
	assert_false(same(&played[0].main, &played[2].main));
	for (size_t i = 0; i < 3; i++)
		played_release(&played[i]);
}

int64_t played_int(const struct played *played, struct value v)
{
	return value_as_int(played->values, v);
}
