/* SPDX-License-Identifier: MIT */
/*
 * Pairs of registers: each transaction reads both and writes one. Two of them
 * that run at once and write different ones each miss the other's write: that
 * is write skew, which snapshot isolation allows and serializability does not
 * (Berenson et al., "A critique of ANSI SQL isolation levels", SIGMOD 1995).
 * Since every write follows a read of the same register in its transaction,
 * the order of writes is known.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/closing.h"

#define PAIR 2

struct plan {
	struct rng rng;
	uint64_t txns_per_pair;
	uint64_t txns;
	uint64_t begun; /* keys */
	struct action actions[PAIR + 1];
};

static bool next_txn(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct plan *plan = state;
	uint64_t pair = plan->txns / plan->txns_per_pair;
	uint64_t turn = plan->txns++ % plan->txns_per_pair;
	/* Neighbours in time write different sides. */
	uint64_t side = turn % PAIR;
	bool is_swapped = rng_chance(&plan->rng, 0.5);

	plan->begun = (pair + 1) * PAIR;
	for (size_t i = 0; i < PAIR; i++)
		plan->actions[i] = (struct action){
			.verb = VERB_READ,
			.object = OBJECT_REGISTER,
			.key = value_int(
				context->values,
				(int64_t)(pair * PAIR + (i ^ is_swapped))),
		};
	plan->actions[PAIR] = (struct action){
		.verb = VERB_WRITE,
		.object = OBJECT_REGISTER,
		.key = value_int(context->values,
				 (int64_t)(pair * PAIR + side)),
		.arg = value_int(context->values, (int64_t)turn + 1),
	};
	op->f = VERB_TXN;
	op->is_transaction = true;
	op->actions = plan->actions;
	op->action_count = PAIR + 1;
	return true;
}

static struct generator *write_skew_main(const struct workload_setup *setup,
					 struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_int(setup, "txns-per-pair", 2, BOUNDS_MOST, err) ||
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return NULL;
	rng_init(&plan->rng, setup->seed, "write-skew", 0);
	plan->txns_per_pair =
		(uint64_t)options_int(setup->options, "txns-per-pair");
	*setup->memory = plan;
	return generator_function(setup->arena, next_txn, plan);
}

static struct generator *write_skew_final(const struct workload_setup *setup,
					  struct error *err)
{
	const struct plan *plan = *setup->memory;
	struct closing closing = {
		.object = OBJECT_REGISTER,
		.begun = plan ? plan->begun : 0,
		.count = (uint64_t)options_int(setup->options, "final-keys"),
		.keys_per_txn = PAIR,
	};

	(void)err;
	return closing_reads(setup, &closing);
}

static const struct need *write_skew_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_REGISTER, 1u << VERB_READ | 1u << VERB_WRITE, true },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}

static const char *const *write_skew_checker_options(
	const struct workload_setup *setup)
{
	static const char *const pairs[] = { "isolation.model", "serializable",
					     NULL };

	(void)setup;
	return pairs;
}

static const struct option write_skew_options[] = {
	{ "txns-per-pair", OPTION_INT, "10",
	  "transactions on a pair of keys before the next", NULL },
	{ "final-keys", OPTION_INT, "500",
	  "how many of the last keys are read at the end", NULL },
	{ .name = NULL },
};

static const char *const write_skew_checkers[] = { "isolation", NULL };

const struct workload workload_write_skew = {
	.name = "write-skew",
	.summary = "transactions that read two keys and write one of them",
	.options = write_skew_options,
	.checkers = write_skew_checkers,
	.needs = write_skew_needs,
	.main_phase = write_skew_main,
	.final_phase = write_skew_final,
	.checker_options = write_skew_checker_options,
};
