/* SPDX-License-Identifier: MIT */
/*
 * A set that grows: every element is added once, and must be in every read
 * that begins after its addition was acknowledged. Cheap to judge however
 * long the run.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/keyed.h"

struct plan {
	struct keyed keyed;
	double reads; /* share of operations */
};

struct key {
	const struct plan *plan;
	struct rng rng;
	int64_t added;
	struct action action;
};

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct key *key = state;

	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_SET };
	if (!rng_chance(&key->rng, key->plan->reads)) {
		key->action.verb = VERB_ADD;
		key->action.arg = value_int(context->values, ++key->added);
	}
	op->f = key->action.verb;
	op->actions = &key->action;
	op->action_count = 1;
	return true;
}

static struct generator *make_key(const struct keyed *keyed,
				  struct arena *arena, const struct rng *rng)
{
	struct key *key = arena_alloc(arena, sizeof(*key));

	key->plan = (const struct plan *)keyed;
	key->rng = *rng;
	return generator_function(arena, key_next, key);
}

static struct generator *set_main(const struct workload_setup *setup,
				  struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	plan->reads = options_real(setup->options, "reads");
	if (bounds_share(setup, "reads", err) ||
	    keyed_init(&plan->keyed, setup, "set", setup->threads, make_key,
		       err))
		return NULL;
	return keyed_main(&plan->keyed, setup);
}

static struct generator *set_final(const struct workload_setup *setup,
				   struct error *err)
{
	(void)err;
	return keyed_final(*setup->memory, setup, OBJECT_SET);
}

static const struct need *set_needs(const struct workload_setup *setup)
{
	return keyed_needs(setup, OBJECT_SET, 1u << VERB_ADD | 1u << VERB_READ);
}

static const struct option set_options[] = {
	KEYED_OPTIONS("2000", "all"),
	{ "reads", OPTION_REAL, "10%", "share of reads; the rest adds", NULL },
	{ .name = NULL },
};

static const char *const set_checkers[] = { "set", NULL };

const struct workload workload_set = {
	.name = "set",
	.summary = "adds distinct elements to sets and reads them whole",
	.options = set_options,
	.checkers = set_checkers,
	.needs = set_needs,
	.main_phase = set_main,
	.final_phase = set_final,
};
