/* SPDX-License-Identifier: MIT */
/*
 * Ids that clients ask for, as fast as they can: each must be given out once,
 * whoever asks and whatever node answers.
 */
#include "harness/workload.h"

struct plan {
	struct action action;
};

static bool next_id(void *state, const struct gen_context *context,
		    struct gen_op *op)
{
	struct plan *plan = state;

	(void)context;
	plan->action =
		(struct action){ .verb = VERB_GENERATE, .object = OBJECT_ID };
	op->f = plan->action.verb;
	op->actions = &plan->action;
	op->action_count = 1;
	return true;
}

static struct generator *ids_main(const struct workload_setup *setup,
				  struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	(void)err;
	return generator_function(setup->arena, next_id, plan);
}

static const struct need *ids_needs(const struct workload_setup *setup)
{
	static const struct need needs[] = {
		{ OBJECT_ID, 1u << VERB_GENERATE, false },
		{ OBJECT_NONE, 0, false },
	};

	(void)setup;
	return needs;
}

static const char *const ids_checkers[] = { "unique-ids", NULL };

const struct workload workload_ids = {
	.name = "ids",
	.summary = "asks for ids that must be unique",
	.checkers = ids_checkers,
	.needs = ids_needs,
	.main_phase = ids_main,
};
