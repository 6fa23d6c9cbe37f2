/* SPDX-License-Identifier: MIT */
/*
 * Two writes that nobody ordered, seen in one order by one reader and in the
 * other by another: parallel snapshot isolation allows it, snapshot isolation
 * does not (Sovran et al., "Transactional storage for geo-replicated systems",
 * SOSP 2011). Keys belong to small groups; each is written once, and each
 * transaction that reads looks at a whole group.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/closing.h"

#define GROUP_MAX 16

struct plan {
	struct rng rng;
	size_t group_size;
	uint64_t live;	/* so many of the last groups are read */
	uint64_t begun; /* keys */
	struct action actions[GROUP_MAX];
};

/* A thread: after a write it reads the group it has written to. */
struct writer {
	struct plan *plan;
	bool has_written;
	uint64_t group;
};

static void begin_txn(struct plan *plan, struct gen_op *op, size_t count)
{
	op->f = VERB_TXN;
	op->is_transaction = true;
	op->actions = plan->actions;
	op->action_count = count;
}

static void read_group(struct plan *plan, const struct gen_context *context,
		       uint64_t group, struct gen_op *op)
{
	size_t order[GROUP_MAX];

	for (size_t i = 0; i < plan->group_size; i++)
		order[i] = i;
	rng_shuffle(&plan->rng, order, plan->group_size);
	for (size_t i = 0; i < plan->group_size; i++)
		plan->actions[i] = (struct action){
			.verb = VERB_READ,
			.object = OBJECT_REGISTER,
			.key = value_int(
				context->values,
				(int64_t)(group * plan->group_size + order[i])),
		};
	begin_txn(plan, op, plan->group_size);
}

static void write_key(struct plan *plan, const struct gen_context *context,
		      struct gen_op *op)
{
	plan->actions[0] = (struct action){
		.verb = VERB_WRITE,
		.object = OBJECT_REGISTER,
		.key = value_int(context->values, (int64_t)plan->begun++),
		.arg = value_int(context->values, 1),
	};
	begin_txn(plan, op, 1);
}

static bool writer_next(void *state, const struct gen_context *context,
			struct gen_op *op)
{
	struct writer *writer = state;
	struct plan *plan = writer->plan;
	uint64_t groups = plan->begun / plan->group_size;

	if (writer->has_written) {
		writer->has_written = false;
		read_group(plan, context, writer->group, op);
	} else if (groups == 0 || rng_chance(&plan->rng, 0.5)) {
		writer->has_written = true;
		writer->group = groups;
		write_key(plan, context, op);
	} else {
		uint64_t back = groups < plan->live ? groups : plan->live;

		read_group(plan, context,
			   groups - rng_below(&plan->rng, back + 1), op);
	}
	return true;
}

static struct generator *make_writer(void *state, struct arena *arena,
				     uint64_t number)
{
	struct writer *writer = arena_alloc(arena, sizeof(*writer));

	(void)number;
	writer->plan = state;
	return generator_function(arena, writer_next, writer);
}

static struct generator *long_fork_main(const struct workload_setup *setup,
					struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	if (bounds_int(setup, "group-size", 2, GROUP_MAX, err) ||
	    bounds_int(setup, "final-keys", 0, BOUNDS_MOST, err))
		return NULL;
	rng_init(&plan->rng, setup->seed, "long-fork", 0);
	plan->group_size = (size_t)options_int(setup->options, "group-size");
	plan->live = 1 + setup->threads / plan->group_size;
	*setup->memory = plan;
	return gen_each_thread(setup->arena, &plan->rng, make_writer, plan);
}

static struct generator *long_fork_final(const struct workload_setup *setup,
					 struct error *err)
{
	const struct plan *plan = *setup->memory;
	struct closing closing = {
		.object = OBJECT_REGISTER,
		.begun = plan ? plan->begun : 0,
		.count = (uint64_t)options_int(setup->options, "final-keys"),
		.keys_per_txn =
			(size_t)options_int(setup->options, "group-size"),
	};

	(void)err;
	return closing_reads(setup, &closing);
}

static const struct need *long_fork_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_REGISTER, 1u << VERB_READ | 1u << VERB_WRITE, true },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}

static const char *const *long_fork_checker_options(
	const struct workload_setup *setup)
{
	static const char *const pairs[] = { "isolation.model",
					     "snapshot-isolation", NULL };

	(void)setup;
	return pairs;
}

static const struct option long_fork_options[] = {
	{ "group-size", OPTION_INT, "2", "keys of a group: 2 to 16", NULL },
	{ "final-keys", OPTION_INT, "500",
	  "how many of the last keys are read at the end", NULL },
	{ .name = NULL },
};

static const char *const long_fork_checkers[] = { "isolation", NULL };

const struct workload workload_long_fork = {
	.name = "long-fork",
	.summary = "single writes, and reads of groups of keys that must agree "
		   "on their order",
	.options = long_fork_options,
	.checkers = long_fork_checkers,
	.needs = long_fork_needs,
	.main_phase = long_fork_main,
	.final_phase = long_fork_final,
	.checker_options = long_fork_checker_options,
};
