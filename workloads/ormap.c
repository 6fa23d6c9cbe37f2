/* SPDX-License-Identifier: MIT */
/*
 * Maps that each node may change by itself: fields get new values and are
 * removed; every value is written once, so that a read tells whose it saw.
 */
#include "workloads/bounds.h"
#include "workloads/merged.h"

struct plan {
	struct keyed keyed;
	double reads;	/* share of operations */
	double removes; /* share of the others */
	uint64_t fields;
};

/* Fields are texts: in JSON the keys of maps are. */
static struct value draw_field(struct keyed_key *key, struct values *values)
{
	const struct plan *plan = (const struct plan *)key->keyed;
	char name[] = "f0000000";
	uint64_t number = 1 + rng_below(&key->rng, plan->fields);

	for (size_t i = sizeof(name) - 1; number > 0; number /= 10)
		name[--i] = (char)('0' + number % 10);
	return value_string(values, name);
}

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct keyed_key *key = state;
	const struct plan *plan = (const struct plan *)key->keyed;
	struct value pair[2];

	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_MAP };
	if (!rng_chance(&key->rng, plan->reads)) {
		bool removes = rng_chance(&key->rng, plan->removes);

		pair[0] = draw_field(key, context->values);
		pair[1] = value_int(context->values, ++key->count);
		key->action.verb = removes ? VERB_REMOVE : VERB_WRITE;
		key->action.arg = removes ? pair[0] :
					    value_list(context->values, pair,
						       2);
	}
	keyed_act(key, op);
	return true;
}

static struct generator *ormap_main(const struct workload_setup *setup,
				    struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_share(setup, "reads", err) ||
	    bounds_share(setup, "removes", err) ||
	    bounds_int(setup, "fields", 1, 100000, err) ||
	    keyed_init_next(&plan->keyed, setup, "ormap", setup->threads,
			    key_next, err))
		return NULL;
	plan->reads = options_real(options, "reads");
	plan->removes = options_real(options, "removes");
	plan->fields = (uint64_t)options_int(options, "fields");
	return keyed_main(&plan->keyed, setup);
}

static struct generator *ormap_final(const struct workload_setup *setup,
				     struct error *err)
{
	(void)err;
	return merged_final(setup, OBJECT_MAP);
}

static const struct need *ormap_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_WRITE | 1u << VERB_READ;

	if (options_real(setup->options, "removes") > 0)
		verbs |= 1u << VERB_REMOVE;
	return keyed_needs(setup, OBJECT_MAP, verbs);
}

static const char *const *ormap_judged(const struct workload_setup *setup)
{
	return merged_judged(setup, options_text(setup->options, "type"));
}

static const char *const ormap_types[] = { "or-map", "lww-map", NULL };

static const struct option ormap_options[] = {
	MERGED_OPTIONS("500"),
	{ "type", OPTION_CHOICE, "or-map", "what kind of map it is",
	  ormap_types },
	{ "reads", OPTION_REAL, "30%", "share of reads", NULL },
	{ "removes", OPTION_REAL, "30%",
	  "share of removals among all but reads", NULL },
	{ "fields", OPTION_INT, "5", "fields of a map", NULL },
	{ .name = NULL },
};

const struct workload workload_ormap = {
	.name = "ormap",
	.summary = "writes and removes fields of replicated maps, reads them "
		   "through every node in the end",
	.options = ormap_options,
	.checkers = merged_checkers,
	.needs = ormap_needs,
	.main_phase = ormap_main,
	.final_phase = ormap_final,
	.checker_options = ormap_judged,
};
