/* SPDX-License-Identifier: MIT */
/*
 * Registers that are read, written and compared-and-set, each key by a group
 * of threads of its own for so many operations: short histories of few
 * processes, which a search for linearizability can decide. A compare-and-set
 * expects what the key's group saw last, so that a good share succeeds.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/keyed.h"

/* How many values there are when they are small. */
#define SMALL_VALUES 5

/* What the phases of a run share. */
struct plan {
	struct keyed keyed;
	size_t readers; /* of each group: threads that only read */
	bool is_distinct;
	uint32_t weights[3]; /* of read, write, cas */
};

/* One key while it is worked on. */
struct key {
	const struct plan *plan;
	struct rng rng;
	int64_t written;   /* values so far */
	struct value seen; /* what was there last, as far as is known */
	struct action action;
};

static bool key_read(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct key *key = state;

	(void)context;
	key->action =
		(struct action){ .verb = VERB_READ, .object = OBJECT_REGISTER };
	op->f = VERB_READ;
	op->actions = &key->action;
	op->action_count = 1;
	return true;
}

static struct value key_value(struct key *key,
			      const struct gen_context *context)
{
	int64_t number = ++key->written;

	if (!key->plan->is_distinct)
		number = (int64_t)rng_below(&key->rng, SMALL_VALUES);
	return value_int(context->values, number);
}

static bool key_write(void *state, const struct gen_context *context,
		      struct gen_op *op)
{
	struct key *key = state;

	key_read(state, context, op);
	op->f = key->action.verb = VERB_WRITE;
	key->action.arg = key_value(key, context);
	return true;
}

static bool key_cas(void *state, const struct gen_context *context,
		    struct gen_op *op)
{
	struct key *key = state;

	/* Nothing is known to be there: it could not succeed. */
	key_write(state, context, op);
	if (!value_is_nil(key->seen)) {
		op->f = key->action.verb = VERB_CAS;
		key->action.expected = key->seen;
	}
	return true;
}

static void key_hear(void *state, const struct gen_context *context,
		     const struct gen_event *event)
{
	struct key *key = state;
	struct value seen;

	(void)context;
	if (event->type != OP_OK || event->action_count != 1)
		return;
	seen = event->f == VERB_READ ? event->actions[0].result
				     : event->actions[0].arg;
	/* The tables of values differ; plain ones mean the same in all. */
	if (value_is_plain(seen))
		key->seen = seen;
}

static struct generator *make_key(const struct keyed *keyed,
				  struct arena *arena, const struct rng *rng)
{
	const struct plan *plan = (const struct plan *)keyed;
	struct key *key = arena_alloc(arena, sizeof(*key));
	struct generator *kinds[3];
	struct generator *lanes[2];
	struct generator *all;

	key->plan = plan;
	key->rng = *rng;
	kinds[0] = generator_function(arena, key_read, key);
	kinds[1] = generator_function(arena, key_write, key);
	kinds[2] = generator_function(arena, key_cas, key);
	lanes[0] = generator_function(arena, key_read, key);
	lanes[1] = gen_mix(arena, rng, kinds, plan->weights, 3);
	all = lanes[1];
	if (plan->readers)
		all = gen_reserve(arena, rng, &plan->readers, lanes, 1);
	return gen_hear(arena, key_hear, key, all);
}

static int check_options(const struct workload_setup *setup, struct error *err)
{
	int64_t weights;

	if (bounds_int(setup, "reads", 0, 1000000, err) ||
	    bounds_int(setup, "writes", 0, 1000000, err) ||
	    bounds_int(setup, "cas", 0, 1000000, err) ||
	    bounds_share(setup, "readers", err))
		return -1;
	weights = options_int(setup->options, "writes") +
		  options_int(setup->options, "cas");
	if (weights == 0)
		return error_set(err, "options writes and cas are both 0: "
				      "nothing would be written");
	return 0;
}

static struct generator *register_main(const struct workload_setup *setup,
				       struct error *err)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));
	double readers = options_real(options, "readers");

	if (check_options(setup, err) ||
	    keyed_init(&plan->keyed, setup, "register", 2 * setup->nodes,
		       make_key, err))
		return NULL;
	plan->readers = (size_t)(readers * (double)plan->keyed.group);
	if (plan->readers == plan->keyed.group)
		plan->readers--; /* somebody must write */
	plan->is_distinct = options_is(options, "values", "distinct");
	plan->weights[0] = (uint32_t)options_int(options, "reads");
	plan->weights[1] = (uint32_t)options_int(options, "writes");
	plan->weights[2] = (uint32_t)options_int(options, "cas");
	return keyed_main(&plan->keyed, setup);
}

static struct generator *register_final(const struct workload_setup *setup,
					struct error *err)
{
	(void)err;
	return keyed_final(*setup->memory, setup, OBJECT_REGISTER);
}

static const struct need *register_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_READ | 1u << VERB_WRITE;

	if (options_int(setup->options, "cas") > 0)
		verbs |= 1u << VERB_CAS;
	return keyed_needs(setup, OBJECT_REGISTER, verbs);
}

static const char *const *register_checker_options(
	const struct workload_setup *setup)
{
	static const char *const pairs[] = { "linearizable.model",
					     "cas-register", NULL };

	(void)setup;
	return pairs;
}

static const char *const value_choices[] = { "distinct", "small", NULL };

static const struct option register_options[] = {
	KEYED_OPTIONS("500", "two for each node"),
	{ "readers", OPTION_REAL, "50%",
	  "share of a key's threads that only read", NULL },
	{ "reads", OPTION_INT, "1", "weight of reads by the other threads",
	  NULL },
	{ "writes", OPTION_INT, "2", "weight of writes", NULL },
	{ "cas", OPTION_INT, "2", "weight of compare-and-set", NULL },
	{ "values", OPTION_CHOICE, "distinct",
	  "whether a key's values are all distinct, or 0 to 4 again and again",
	  value_choices },
	{ .name = NULL },
};

static const char *const register_checkers[] = { "linearizable", NULL };

const struct workload workload_register = {
	.name = "register",
	.summary = "reads, writes and compare-and-set of independent registers",
	.options = register_options,
	.checkers = register_checkers,
	.needs = register_needs,
	.main_phase = register_main,
	.final_phase = register_final,
	.checker_options = register_checker_options,
};
