/* SPDX-License-Identifier: MIT */
/*
 * Sets that each node may change by itself: a few elements are added, removed
 * and added again by all, so that additions and removals meet that have not
 * seen each other.
 */
#include "workloads/bounds.h"
#include "workloads/merged.h"

struct plan {
	struct keyed keyed;
	double reads;	/* share of operations */
	double removes; /* share of the others */
	uint64_t elements;
};

/* Elements that only grow or go for good are new each time. */
static bool is_reused(const struct plan *plan)
{
	return plan->elements > 0;
}

static int64_t draw_element(struct keyed_key *key, bool adds)
{
	const struct plan *plan = (const struct plan *)key->keyed;

	if (is_reused(plan))
		return 1 + (int64_t)rng_below(&key->rng, plan->elements);
	if (adds)
		return ++key->count;
	return 1 + (int64_t)rng_below(&key->rng, (uint64_t)key->count);
}

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct keyed_key *key = state;
	const struct plan *plan = (const struct plan *)key->keyed;

	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_SET };
	if (!rng_chance(&key->rng, plan->reads)) {
		bool adds = (!is_reused(plan) && key->count == 0) ||
			    !rng_chance(&key->rng, plan->removes);

		key->action.verb = adds ? VERB_ADD : VERB_REMOVE;
		key->action.arg =
			value_int(context->values, draw_element(key, adds));
	}
	keyed_act(key, op);
	return true;
}

static bool only_grows(const struct workload_setup *setup)
{
	return options_is(setup->options, "type", "g-set");
}

static struct generator *orset_main(const struct workload_setup *setup,
				    struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "removes", err) ||
	    bounds_int(setup, "elements", 0, 100000, err) ||
	    keyed_init_next(&plan->keyed, setup, "orset", setup->threads,
			    key_next, err))
		return NULL;
	plan->reads = options_real(options, "reads");
	plan->removes = only_grows(setup) ? 0 :
					    options_real(options, "removes");
	if (options_is(options, "type", "or-set"))
		plan->elements = (uint64_t)options_int(options, "elements");
	return keyed_main(&plan->keyed, setup);
}

static struct generator *orset_final(const struct workload_setup *setup,
				     struct error *err)
{
	(void)err;
	return merged_final(setup, OBJECT_SET);
}

static const struct need *orset_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_ADD | 1u << VERB_READ;

	if (!only_grows(setup) && options_real(setup->options, "removes") > 0)
		verbs |= 1u << VERB_REMOVE;
	return keyed_needs(setup, OBJECT_SET, verbs);
}

static const char *const *orset_judged(const struct workload_setup *setup)
{
	return merged_judged(setup, options_text(setup->options, "type"));
}

static const char *const orset_types[] = { "or-set", "2p-set", "g-set", NULL };

static const struct option orset_options[] = {
	MERGED_OPTIONS("500"),
	{ "type", OPTION_CHOICE, "or-set", "what kind of set it is",
	  orset_types },
	{ "reads", OPTION_REAL, "30%", "share of reads", NULL },
	{ "removes", OPTION_REAL, "40%",
	  "share of removals among all but reads", NULL },
	{ "elements", OPTION_INT, "10",
	  "different elements of an or-set; 0: each is added once", NULL },
	{ .name = NULL },
};

const struct workload workload_orset = {
	.name = "orset",
	.summary = "adds and removes a few elements of replicated sets, reads "
		   "them through every node in the end",
	.options = orset_options,
	.checkers = merged_checkers,
	.needs = orset_needs,
	.main_phase = orset_main,
	.final_phase = orset_final,
	.checker_options = orset_judged,
};
