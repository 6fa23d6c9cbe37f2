/* SPDX-License-Identifier: MIT */
/*
 * Locks that threads acquire and release. A thread that could not acquire
 * tries again; one that does not know whether it holds the lock begins anew
 * as another process. A lock so lost stays held in stores without leases,
 * hence many locks, one after the other.
 */
#include "harness/workload.h"

#include "workloads/keyed.h"

struct holder {
	bool holds;
	struct action action;
};

static bool holder_next(void *state, const struct gen_context *context,
			struct gen_op *op)
{
	struct holder *holder = state;

	(void)context;
	holder->action = (struct action){
		.verb = holder->holds ? VERB_RELEASE : VERB_ACQUIRE,
		.object = OBJECT_LOCK,
	};
	op->f = holder->action.verb;
	op->actions = &holder->action;
	op->action_count = 1;
	return true;
}

static void holder_hear(void *state, const struct gen_context *context,
			const struct gen_event *event)
{
	struct holder *holder = state;

	(void)context;
	if (event->type != OP_INVOKE)
		holder->holds =
			event->type == OP_OK && event->f == VERB_ACQUIRE;
}

static struct generator *make_holder(void *state, struct arena *arena,
				     uint64_t number)
{
	struct holder *holder = arena_alloc(arena, sizeof(*holder));

	(void)state;
	(void)number;
	return gen_hear(arena, holder_hear, holder,
			generator_function(arena, holder_next, holder));
}

static struct generator *make_key(const struct keyed *keyed,
				  struct arena *arena, const struct rng *rng)
{
	(void)keyed;
	return gen_each_thread(arena, rng, make_holder, NULL);
}

static struct generator *lock_main(const struct workload_setup *setup,
				   struct error *err)
{
	struct keyed *keyed = arena_alloc(setup->arena, sizeof(*keyed));

	if (keyed_init(keyed, setup, "lock", setup->nodes, make_key, err))
		return NULL;
	return keyed_main(keyed, setup);
}

static const struct need *lock_needs(const struct workload_setup *setup)
{
	return keyed_needs(setup, OBJECT_LOCK,
			   1u << VERB_ACQUIRE | 1u << VERB_RELEASE);
}

static const char *const *lock_checker_options(
	const struct workload_setup *setup)
{
	static const char *const held_once[] = { "linearizable.model",
						 "owner-mutex", NULL };
	static const char *const fenced[] = { "linearizable.model",
					      "fenced-lock", NULL };

	return options_bool(setup->options, "fencing") ? fenced : held_once;
}

static const struct option lock_options[] = {
	{ "ops-per-key", OPTION_INT, "300",
	  "operations on a lock, more or less; 0: no end", NULL },
	{ "keys", OPTION_INT, "0", "how many locks; 0: no end", NULL },
	{ "threads-per-key", OPTION_INT, "0",
	  "threads that want the same lock; 0: as many as nodes", NULL },
	{ "fencing", OPTION_BOOL, "false",
	  "whether acquire returns a token that must grow", NULL },
	{ .name = NULL },
};

static const char *const lock_checkers[] = { "linearizable", NULL };

const struct workload workload_lock = {
	.name = "lock",
	.summary = "acquires locks and releases them",
	.options = lock_options,
	.checkers = lock_checkers,
	.needs = lock_needs,
	.main_phase = lock_main,
	.checker_options = lock_checker_options,
};
