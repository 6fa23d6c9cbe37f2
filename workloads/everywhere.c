/* SPDX-License-Identifier: MIT */
#include "workloads/everywhere.h"

/* Reads of one thread. */
struct reader {
	enum object object;
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
		.object = (uint16_t)reader->object,
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

struct generator *everywhere_reads(const struct workload_setup *setup,
				   enum object object, uint64_t begun)
{
	const struct options *options = setup->options;
	uint64_t count = (uint64_t)options_int(options, "final-keys");
	struct reader *model = arena_alloc(setup->arena, sizeof(*model));
	int64_t wait_ns = options_duration_ns(options, "converge-within");
	struct generator *parts[2];
	struct rng rng;

	rng_init(&rng, setup->seed, "convergence final", 0);
	model->object = object;
	model->next = count < begun ? begun - count : 0;
	model->end = begun;
	parts[0] = gen_sleep(setup->arena, wait_ns);
	parts[1] = gen_each_thread(setup->arena, &rng, make_reader, model);
	return gen_sequence(setup->arena, parts, 2);
}
