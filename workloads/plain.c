/* SPDX-License-Identifier: MIT */
#include "workloads/plain.h"

#include "workloads/bounds.h"

#define KEY_COUNT_MAX 100000

struct place {
	int64_t key;
	int64_t written;
};

struct plan {
	struct rng rng;
	double reads;
	int64_t writes_per_key;
	struct place *places;
	size_t place_count;
	uint64_t begun; /* keys */
	uint64_t seed;
	size_t nodes;
	size_t hoppers; /* threads: the last ones */
	double hop_rate;
	size_t threads;
	struct action action;
};

/* One thread's part in it. */
struct lane {
	struct plan *plan;
	struct rng rng;
	bool hops;
};

static bool next_op(void *state, const struct gen_context *context,
		    struct gen_op *op)
{
	struct plan *plan = state;
	struct place *place =
		&plan->places[rng_below(&plan->rng, plan->place_count)];
	bool is_read = rng_chance(&plan->rng, plan->reads);

	if (!is_read && place->written == plan->writes_per_key)
		*place = (struct place){ .key = (int64_t)plan->begun++ };
	plan->action = (struct action){
		.verb = is_read ? VERB_READ : VERB_WRITE,
		.object = OBJECT_REGISTER,
		.key = value_int(context->values, place->key),
	};
	if (!is_read)
		plan->action.arg = value_int(context->values, ++place->written);
	op->f = plan->action.verb;
	op->actions = &plan->action;
	op->action_count = 1;
	return true;
}

static bool next_in_lane(void *state, const struct gen_context *context,
			 struct gen_op *op)
{
	struct lane *lane = state;
	const struct plan *plan = lane->plan;

	if (lane->hops && rng_chance(&lane->rng, plan->hop_rate))
		op->hop = (uint32_t)(1 + rng_below(&lane->rng,
						   plan->nodes - 1));
	return next_op(lane->plan, context, op);
}

static struct generator *make_lane(void *state, struct arena *arena,
				   uint64_t number)
{
	struct plan *plan = state;
	struct lane *lane = arena_alloc(arena, sizeof(*lane));

	lane->plan = plan;
	rng_init(&lane->rng, plan->seed, "lanes", number);
	lane->hops = number + plan->hoppers >= plan->threads;
	return generator_function(arena, next_in_lane, lane);
}

struct generator *plain_main(const struct workload_setup *setup,
			     const char *name, struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "hoppers", err) ||
	    bounds_share(setup, "hop-rate", err) ||
	    bounds_int(setup, "key-count", 1, KEY_COUNT_MAX, err) ||
	    bounds_int(setup, "writes-per-key", 1, BOUNDS_MOST, err) ||
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return NULL;
	rng_init(&plan->rng, setup->seed, name, 0);
	plan->reads = options_real(options, "reads");
	plan->writes_per_key = options_int(options, "writes-per-key");
	plan->place_count = (size_t)options_int(options, "key-count");
	plan->places = arena_array(setup->arena, plan->place_count,
				   sizeof(*plan->places));
	for (size_t i = 0; i < plan->place_count; i++)
		plan->places[i].key = (int64_t)plan->begun++;
	plan->seed = setup->seed;
	plan->nodes = setup->nodes;
	plan->threads = setup->threads;
	plan->hop_rate = options_real(options, "hop-rate");
	if (setup->nodes > 1)
		plan->hoppers = (size_t)(options_real(options, "hoppers") *
						 (double)setup->threads +
					 0.5);
	*setup->memory = plan;
	if (plan->hoppers > 0)
		return gen_each_thread(setup->arena, &plan->rng, make_lane,
				       plan);
	return generator_function(setup->arena, next_op, plan);
}

uint64_t plain_begun(const struct workload_setup *setup)
{
	const struct plan *plan = *setup->memory;

	return plan ? plan->begun : 0;
}

const struct need *plain_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_REGISTER, 1u << VERB_READ | 1u << VERB_WRITE, false },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}
