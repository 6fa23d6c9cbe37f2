/* SPDX-License-Identifier: MIT */
/*
 * Counters that each node may change by itself: what a read shows is the sum
 * of what its node knew, in the end of everything.
 */
#include "workloads/bounds.h"
#include "workloads/merged.h"

struct plan {
	struct keyed keyed;
	double reads;	   /* share of operations */
	double decrements; /* share of the others */
	uint64_t amount_max;
};

struct key {
	const struct plan *plan;
	struct rng rng;
	struct action action;
};

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct key *key = state;
	const struct plan *plan = key->plan;
	bool is_read = rng_chance(&key->rng, plan->reads);
	bool is_less = !is_read && rng_chance(&key->rng, plan->decrements);
	enum verb update = is_less ? VERB_DECREMENT : VERB_INCREMENT;

	op->f = (uint16_t)(is_read ? VERB_READ : update);
	key->action =
		(struct action){ .verb = op->f, .object = OBJECT_COUNTER };
	if (!is_read)
		key->action.arg = value_int(
			context->values,
			1 + (int64_t)rng_below(&key->rng, plan->amount_max));
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

static struct generator *pncounter_main(const struct workload_setup *setup,
					struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "decrements", err) ||
	    bounds_int(setup, "max-amount", 1, 1000, err) ||
	    keyed_init(&plan->keyed, setup, "pncounter", setup->threads,
		       make_key, err))
		return NULL;
	plan->reads = options_real(options, "reads");
	plan->decrements = options_real(options, "decrements");
	plan->amount_max = (uint64_t)options_int(options, "max-amount");
	return keyed_main(&plan->keyed, setup);
}

static struct generator *pncounter_final(const struct workload_setup *setup,
					 struct error *err)
{
	(void)err;
	return merged_final(setup, OBJECT_COUNTER);
}

static bool is_ever_less(const struct workload_setup *setup)
{
	return options_real(setup->options, "decrements") > 0;
}

static const struct need *pncounter_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_INCREMENT | 1u << VERB_READ;

	if (is_ever_less(setup))
		verbs |= 1u << VERB_DECREMENT;
	return keyed_needs(setup, OBJECT_COUNTER, verbs);
}

static const char *const *pncounter_judged(const struct workload_setup *setup)
{
	return merged_judged(setup, is_ever_less(setup) ? "pn-counter" :
							  "g-counter");
}

static const struct option pncounter_options[] = {
	MERGED_OPTIONS("1000"),
	{ "reads", OPTION_REAL, "30%", "share of reads", NULL },
	{ "decrements", OPTION_REAL, "30%",
	  "share of decrements among all but reads; 0: a g-counter", NULL },
	{ "max-amount", OPTION_INT, "5",
	  "how much is added or taken away at most", NULL },
	{ .name = NULL },
};

const struct workload workload_pncounter = {
	.name = "pncounter",
	.summary = "increments and decrements replicated counters, reads them "
		   "through every node in the end",
	.options = pncounter_options,
	.checkers = merged_checkers,
	.needs = pncounter_needs,
	.main_phase = pncounter_main,
	.final_phase = pncounter_final,
	.checker_options = pncounter_judged,
};
