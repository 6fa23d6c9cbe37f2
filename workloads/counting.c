/* SPDX-License-Identifier: MIT */
#include "workloads/counting.h"

#include "workloads/bounds.h"

struct plan {
	struct keyed keyed;
	double reads;	   /* share of operations */
	double decrements; /* share of the others */
	uint64_t amount_max;
};

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct keyed_key *key = state;
	const struct plan *plan = (const struct plan *)key->keyed;

	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_COUNTER };
	if (!rng_chance(&key->rng, plan->reads)) {
		uint64_t amount = 1 + rng_below(&key->rng, plan->amount_max);

		key->action.verb = rng_chance(&key->rng, plan->decrements)
					   ? VERB_DECREMENT
					   : VERB_INCREMENT;
		key->action.arg = value_int(context->values, (int64_t)amount);
	}
	keyed_act(key, op);
	return true;
}

struct generator *counting_main(const struct workload_setup *setup,
				const char *name, struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "decrements", err) ||
	    bounds_int(setup, "max-amount", 1, 1000, err) ||
	    keyed_init_next(&plan->keyed, setup, name, setup->threads,
			    key_next, err))
		return NULL;
	plan->reads = options_real(options, "reads");
	plan->decrements = options_real(options, "decrements");
	plan->amount_max = (uint64_t)options_int(options, "max-amount");
	return keyed_main(&plan->keyed, setup);
}

bool counting_is_ever_less(const struct workload_setup *setup)
{
	return options_real(setup->options, "decrements") > 0;
}

const struct need *counting_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_INCREMENT | 1u << VERB_READ;

	if (counting_is_ever_less(setup))
		verbs |= 1u << VERB_DECREMENT;
	return keyed_needs(setup, OBJECT_COUNTER, verbs);
}
