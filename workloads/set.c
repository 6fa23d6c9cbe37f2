/* SPDX-License-Identifier: MIT */
/*
 * A set that grows: every element is added once, and must be in every read
 * that begins after its addition was acknowledged. Cheap to judge however
 * long the run. With removes, some element that was begun to be added (and
 * may be gone already) is taken out again.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/keyed.h"

struct plan {
	struct keyed keyed;
	double reads; /* share of operations */
	double removes; /* share of the others */
};

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct keyed_key *key = state;
	const struct plan *plan = (const struct plan *)key->keyed;
	int64_t element;

	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_SET };
	if (!rng_chance(&key->rng, plan->reads)) {
		bool adds = key->count == 0 ||
			    !rng_chance(&key->rng, plan->removes);

		element = adds ? ++key->count :
				 1 + (int64_t)rng_below(&key->rng,
							(uint64_t)key->count);
		key->action.verb = adds ? VERB_ADD : VERB_REMOVE;
		key->action.arg = value_int(context->values, element);
	}
	keyed_act(key, op);
	return true;
}

static struct generator *set_main(const struct workload_setup *setup,
				  struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	plan->reads = options_real(setup->options, "reads");
	plan->removes = options_real(setup->options, "removes");
	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "removes", err) ||
	    keyed_init_next(&plan->keyed, setup, "set", setup->threads,
			    key_next, err))
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
	uint32_t verbs = 1u << VERB_ADD | 1u << VERB_READ;

	if (options_real(setup->options, "removes") > 0)
		verbs |= 1u << VERB_REMOVE;
	return keyed_needs(setup, OBJECT_SET, verbs);
}

static const struct option set_options[] = {
	KEYED_OPTIONS("2000", "all"),
	{ "reads", OPTION_REAL, "10%", "share of reads; the rest adds", NULL },
	{ "removes", OPTION_REAL, "0",
	  "share of removals among all but reads", NULL },
	{ .name = NULL },
};

static const char *const set_checkers[] = { "set", NULL };

const struct workload workload_set = {
	.name = "set",
	.summary = "adds elements to sets (removes, too), reads them whole",
	.options = set_options,
	.checkers = set_checkers,
	.needs = set_needs,
	.main_phase = set_main,
	.final_phase = set_final,
};
