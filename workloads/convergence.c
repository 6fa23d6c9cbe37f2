/* SPDX-License-Identifier: MIT */
/*
 * Replicas may differ while there is work and faults; when both have ended
 * and some time has passed, all must show the same. So in the end everybody
 * waits, and then every thread reads every key.
 */
#include "harness/workload.h"

#include "workloads/plain.h"

static struct generator *convergence_main(const struct workload_setup *setup,
					  struct error *err)
{
	return plain_main(setup, "convergence", err);
}

/* Reads of one thread. */
struct reader {
	uint64_t next;
	uint64_t end;
	struct action action;
};

static bool reader_next(void *state, const struct gen_context *context,
			struct gen_op *op)
{
	struct reader *reader = state;

	if (reader->next >= reader->end)
		return false;
	reader->action = (struct action){
		.verb = VERB_READ,
		.object = OBJECT_REGISTER,
		.key = value_int(context->values, (int64_t)reader->next++),
	};
	op->f = VERB_READ;
	op->actions = &reader->action;
	op->action_count = 1;
	return true;
}

static struct generator *make_reader(void *state, struct arena *arena,
				     uint64_t number)
{
	(void)number;
	return generator_function(
		arena, reader_next,
		arena_copy(arena, state, sizeof(struct reader)));
}

static struct generator *convergence_final(const struct workload_setup *setup,
					   struct error *err)
{
	const struct options *options = setup->options;
	uint64_t begun = plain_begun(setup);
	uint64_t count = (uint64_t)options_int(options, "final-keys");
	struct reader *model = arena_alloc(setup->arena, sizeof(*model));
	int64_t wait_ns = options_duration_ns(options, "converge-within");
	struct generator *parts[2];
	struct rng rng;

	(void)err;
	rng_init(&rng, setup->seed, "convergence final", 0);
	model->next = count < begun ? begun - count : 0;
	model->end = begun;
	parts[0] = gen_sleep(setup->arena, wait_ns);
	parts[1] = gen_each_thread(setup->arena, &rng, make_reader, model);
	return gen_sequence(setup->arena, parts, 2);
}

static const struct option convergence_options[] = {
	PLAIN_OPTIONS,
	{ "converge-within", OPTION_DURATION, "2s",
	  "how long after the last write and the last fault replicas may "
	  "still differ",
	  NULL },
	{ .name = NULL },
};

static const char *const convergence_checkers[] = { "convergence", NULL };

const struct workload workload_convergence = {
	.name = "convergence",
	.summary = "writes registers everywhere, waits, and reads them through "
		   "every node",
	.options = convergence_options,
	.checkers = convergence_checkers,
	.needs = plain_needs,
	.main_phase = convergence_main,
	.final_phase = convergence_final,
};
