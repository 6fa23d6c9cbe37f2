/* SPDX-License-Identifier: MIT */
#include "workloads/keyed.h"

#include "workloads/bounds.h"
#include "workloads/closing.h"

int keyed_init(struct keyed *keyed, const struct workload_setup *setup,
	       const char *name, size_t group, keyed_make *make,
	       struct error *err)
{
	const struct options *options = setup->options;
	int64_t given = options_int(options, "threads-per-key");

	if (bounds_int(setup, "keys", 0, BOUNDS_MOST, err) ||
	    bounds_int(setup, "ops-per-key", 0, BOUNDS_MOST, err) ||
	    bounds_int(setup, "threads-per-key", 0, BOUNDS_MOST, err))
		return -1;
	if (options_knows(options, "final-keys") &&
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return -1;
	*keyed = (struct keyed){
		.name = name,
		.seed = setup->seed,
		.group = bounds_group(setup->threads,
				      given ? (size_t)given : group),
		.keys = (uint64_t)options_int(options, "keys"),
		.ops_per_key = (uint64_t)options_int(options, "ops-per-key"),
		.make = make,
	};
	rng_init(&keyed->rng, setup->seed, name, UINT64_MAX);
	return 0;
}

static struct generator *make_next(const struct keyed *keyed,
				   struct arena *arena, const struct rng *rng)
{
	struct keyed_key *key = arena_alloc(arena, sizeof(*key));

	key->keyed = keyed;
	key->rng = *rng;
	return generator_function(arena, keyed->next, key);
}

int keyed_init_next(struct keyed *keyed, const struct workload_setup *setup,
		    const char *name, size_t group, generator_next *next,
		    struct error *err)
{
	if (keyed_init(keyed, setup, name, group, make_next, err))
		return -1;
	keyed->next = next;
	return 0;
}

void keyed_act(struct keyed_key *key, struct gen_op *op)
{
	op->f = key->action.verb;
	op->actions = &key->action;
	op->action_count = 1;
}

static struct generator *make_key(void *state, struct arena *arena,
				  uint64_t number)
{
	struct keyed *keyed = state;
	struct generator *key;
	uint64_t spread;

	rng_init(&keyed->key_rng, keyed->seed, keyed->name, number);
	if (keyed->begun <= number)
		keyed->begun = number + 1;
	/* Groups shall not all change keys at the same time. */
	spread = rng_below(&keyed->key_rng, keyed->ops_per_key / 10 + 1);
	key = keyed->make(keyed, arena, &keyed->key_rng);
	if (!keyed->ops_per_key)
		return key;
	return gen_limit(arena, keyed->ops_per_key - spread, key);
}

struct generator *keyed_main(struct keyed *keyed,
			     const struct workload_setup *setup)
{
	*setup->memory = keyed;
	return gen_independent(setup->arena, &keyed->rng, keyed->group,
			       keyed->keys, make_key, keyed);
}

struct generator *keyed_final(const struct keyed *keyed,
			      const struct workload_setup *setup,
			      enum object object)
{
	struct closing closing = {
		.object = object,
		.begun = keyed ? keyed->begun : 0,
		.count = (uint64_t)options_int(setup->options, "final-keys"),
	};

	return closing_reads(setup, &closing);
}

const struct need *keyed_needs(const struct workload_setup *setup,
			       enum object object, uint32_t verbs)
{
	struct need *needs = arena_array(setup->arena, 2, sizeof(*needs));

	needs[0] = (struct need){ .object = object, .verbs = verbs };
	return needs;
}
