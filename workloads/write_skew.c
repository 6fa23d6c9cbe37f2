/* SPDX-License-Identifier: MIT */
/*
 * Two workloads of the same shape. write-skew has pairs of registers: each
 * transaction reads both and writes one. Two of them that run at once and
 * write different ones each miss the other's write: that is write skew, which
 * snapshot isolation allows and serializability does not (Berenson et al., "A
 * critique of ANSI SQL isolation levels", SIGMOD 1995).
 * Since every write follows a read of the same register in its transaction,
 * the order of writes is known.
 *
 * g2 has pairs of sets, which stand for tables: each transaction asks for the
 * rows of both and inserts one row into one of them. If two commit neither of
 * which saw the other's row, that is G2 (Adya, "Weak Consistency", 1999), and
 * no lock on a row that is there can prevent it: the reads are by predicate.
 * Jepsen's test of that name (jepsen.tests.adya) is this one with the two
 * inserts of a pair made dependent on what was read.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/closing.h"

#define PAIR 2

struct pairs {
	const char *name; /* of its random stream */
	enum object object;
	enum verb write;
};

static const struct pairs registers = { "write-skew", OBJECT_REGISTER,
					VERB_WRITE };
static const struct pairs tables = { "g2", OBJECT_SET, VERB_ADD };

struct plan {
	const struct pairs *pairs;
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
			.object = (uint16_t)plan->pairs->object,
			.key = value_int(
				context->values,
				(int64_t)(pair * PAIR + (i ^ is_swapped))),
		};
	plan->actions[PAIR] = (struct action){
		.verb = (uint16_t)plan->pairs->write,
		.object = (uint16_t)plan->pairs->object,
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

static struct generator *make_main(const struct workload_setup *setup,
				   const struct pairs *pairs, struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_int(setup, "txns-per-pair", 2, BOUNDS_MOST, err) ||
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return NULL;
	plan->pairs = pairs;
	rng_init(&plan->rng, setup->seed, pairs->name, 0);
	plan->txns_per_pair =
		(uint64_t)options_int(setup->options, "txns-per-pair");
	*setup->memory = plan;
	return generator_function(setup->arena, next_txn, plan);
}

static struct generator *write_skew_main(const struct workload_setup *setup,
					 struct error *err)
{
	return make_main(setup, &registers, err);
}

static struct generator *g2_main(const struct workload_setup *setup,
				 struct error *err)
{
	return make_main(setup, &tables, err);
}

static struct generator *make_final(const struct workload_setup *setup,
				    const struct pairs *pairs)
{
	const struct plan *plan = *setup->memory;
	struct closing closing = {
		.object = pairs->object,
		.begun = plan ? plan->begun : 0,
		.count = (uint64_t)options_int(setup->options, "final-keys"),
		.keys_per_txn = PAIR,
	};

	return closing_reads(setup, &closing);
}

static struct generator *write_skew_final(const struct workload_setup *setup,
					  struct error *err)
{
	(void)err;
	return make_final(setup, &registers);
}

static struct generator *g2_final(const struct workload_setup *setup,
				  struct error *err)
{
	(void)err;
	return make_final(setup, &tables);
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

static const struct need *g2_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_SET, 1u << VERB_READ | 1u << VERB_ADD, true },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}

static const char *const *serializable_options(
	const struct workload_setup *setup)
{
	static const char *const pairs[] = { "isolation.model", "serializable",
					     NULL };

	(void)setup;
	return pairs;
}

static const struct option g2_options[] = {
	{ "txns-per-pair", OPTION_INT, "2",
	  "transactions on a pair of sets before the next", NULL },
	{ "final-keys", OPTION_INT, "500",
	  "how many of the last sets are read at the end", NULL },
	{ .name = NULL },
};

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
	.checker_options = serializable_options,
};

const struct workload workload_g2 = {
	.name = "g2",
	.summary = "transactions that read two sets and insert into one of"
		   " them: write skew by predicate",
	.options = g2_options,
	.checkers = write_skew_checkers,
	.needs = g2_needs,
	.main_phase = g2_main,
	.final_phase = g2_final,
	.checker_options = serializable_options,
};
