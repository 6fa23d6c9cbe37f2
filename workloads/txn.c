/* SPDX-License-Identifier: MIT */
#include "workloads/txn.h"

#include <math.h>
#include <string.h>

#include "workloads/bounds.h"
#include "workloads/closing.h"

#define TXN_LENGTH_MAX 64
#define KEY_COUNT_MAX 1000000

/* A key in use; its place decides how often it is chosen. */
struct place {
	int64_t key;
	int64_t written;
	int64_t limit; /* of writes; then a new key takes the place */
	double below;  /* weights of this place and those before */
};

struct plan {
	const struct txn_kind *kind;
	struct rng rng;
	size_t length_min;
	size_t length_max;
	double read_only;   /* share of transactions */
	int64_t writes_max; /* of a key */
	struct place *places;
	size_t place_count;
	uint64_t begun; /* keys */
	struct action *actions;
};

/* One over a uniform number, so to speak: half of all keys end before the
 * square root of the greatest limit. */
static int64_t draw_limit(struct plan *plan)
{
	double limit = pow((double)plan->writes_max, rng_unit(&plan->rng));

	return (int64_t)limit;
}

static void begin_key(struct plan *plan, struct place *place)
{
	place->key = (int64_t)plan->begun++;
	place->written = 0;
	place->limit = draw_limit(plan);
}

static struct place *draw_place(struct plan *plan)
{
	double point = rng_unit(&plan->rng) *
		       plan->places[plan->place_count - 1].below;
	size_t low = 0;
	size_t high = plan->place_count - 1;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (plan->places[middle].below > point)
			high = middle;
		else
			low = middle + 1;
	}
	return &plan->places[low];
}

static void draw_action(struct plan *plan, const struct gen_context *context,
			bool is_read, struct action *action)
{
	struct place *place = draw_place(plan);

	if (!is_read && place->written == place->limit)
		begin_key(plan, place);
	*action = (struct action){
		.verb = is_read ? VERB_READ : (uint16_t)plan->kind->write,
		.object = (uint16_t)plan->kind->object,
		.key = value_int(context->values, place->key),
	};
	if (!is_read)
		action->arg = value_int(context->values, ++place->written);
}

static bool next_txn(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct plan *plan = state;
	size_t spread = plan->length_max - plan->length_min;
	size_t length =
		plan->length_min + (size_t)rng_below(&plan->rng, spread + 1);
	bool is_read_only = rng_chance(&plan->rng, plan->read_only);

	for (size_t i = 0; i < length; i++) {
		bool is_read = is_read_only || rng_chance(&plan->rng, 0.5);

		draw_action(plan, context, is_read, &plan->actions[i]);
	}
	op->f = VERB_TXN;
	op->is_transaction = true;
	op->actions = plan->actions;
	op->action_count = length;
	return true;
}

static double weight_of(const char *distribution, size_t place)
{
	if (strcmp(distribution, "uniform") == 0)
		return 1;
	if (strcmp(distribution, "zipf") == 0)
		return 1 / (double)(place + 1);
	return ldexp(1, place < 1000 ? -(int)place : -1000);
}

static struct plan *make_plan(const struct workload_setup *setup,
			      const struct txn_kind *kind)
{
	const struct options *options = setup->options;
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));
	const char *distribution = options_text(options, "key-distribution");
	double sum = 0;

	plan->kind = kind;
	rng_init(&plan->rng, setup->seed, kind->name, 0);
	plan->length_min = (size_t)options_int(options, "min-txn-length");
	plan->length_max = (size_t)options_int(options, "max-txn-length");
	plan->read_only = options_real(options, "read-only");
	plan->writes_max = options_int(options, "max-writes-per-key");
	plan->place_count = (size_t)options_int(options, "key-count");
	plan->places = arena_array(setup->arena, plan->place_count,
				   sizeof(*plan->places));
	for (size_t i = 0; i < plan->place_count; i++) {
		sum += weight_of(distribution, i);
		plan->places[i].below = sum;
		begin_key(plan, &plan->places[i]);
	}
	plan->actions = arena_array(setup->arena, plan->length_max,
				    sizeof(*plan->actions));
	return plan;
}

struct generator *txn_main(const struct workload_setup *setup,
			   const struct txn_kind *kind, struct error *err)
{
	if (bounds_int(setup, "min-txn-length", 1, TXN_LENGTH_MAX, err) ||
	    bounds_int(setup, "max-txn-length",
		       options_int(setup->options, "min-txn-length"),
		       TXN_LENGTH_MAX, err) ||
	    bounds_int(setup, "max-writes-per-key", 1, BOUNDS_MOST, err) ||
	    bounds_int(setup, "key-count", 1, KEY_COUNT_MAX, err) ||
	    bounds_share(setup, "read-only", err) ||
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return NULL;
	*setup->memory = make_plan(setup, kind);
	return generator_function(setup->arena, next_txn, *setup->memory);
}

struct generator *txn_final(const struct workload_setup *setup,
			    const struct txn_kind *kind)
{
	const struct plan *plan = *setup->memory;
	struct closing closing = {
		.object = kind->object,
		.begun = plan ? plan->begun : 0,
		.count = (uint64_t)options_int(setup->options, "final-keys"),
		.keys_per_txn =
			(size_t)options_int(setup->options, "max-txn-length"),
	};

	return closing_reads(setup, &closing);
}

const struct need *txn_needs(const struct workload_setup *setup,
			     const struct txn_kind *kind)
{
	struct need *needs = arena_array(setup->arena, 2, sizeof(*needs));

	needs[0] = (struct need){ .object = kind->object,
				  .verbs = 1u << VERB_READ | 1u << kind->write,
				  .in_transactions = true };
	return needs;
}

static const char *const distributions[] = { "exponential", "uniform", "zipf",
					     NULL };

const struct option txn_options[] = {
	{ "min-txn-length", OPTION_INT, "1",
	  "actions of a transaction at least", NULL },
	{ "max-txn-length", OPTION_INT, "4", "actions of a transaction at most",
	  NULL },
	{ "key-count", OPTION_INT, "10", "keys in use at a time", NULL },
	{ "key-distribution", OPTION_CHOICE, "exponential",
	  "how often each of these is chosen", distributions },
	{ "max-writes-per-key", OPTION_INT, "256",
	  "writes of a key at most, before a new one takes its place; most "
	  "keys get fewer",
	  NULL },
	{ "read-only", OPTION_REAL, "20%",
	  "share of transactions that only read; the others read and write "
	  "with even odds",
	  NULL },
	{ "final-keys", OPTION_INT, "500",
	  "how many of the last keys are read at the end", NULL },
	{ .name = NULL },
};
