/* SPDX-License-Identifier: MIT */
/*
 * A queue into which distinct elements go, and out of which each must come
 * once: in the end it is emptied through every node, so that what is missing
 * is lost.
 */
#include "harness/workload.h"

#include "workloads/bounds.h"
#include "workloads/keyed.h"

struct plan {
	struct keyed keyed;
	double enqueues; /* share of operations */
};

static bool key_next(void *state, const struct gen_context *context,
		     struct gen_op *op)
{
	struct keyed_key *key = state;
	const struct plan *plan = (const struct plan *)key->keyed;

	key->action =
		(struct action){ .verb = VERB_DEQUEUE, .object = OBJECT_QUEUE };
	if (rng_chance(&key->rng, plan->enqueues)) {
		key->action.verb = VERB_ENQUEUE;
		key->action.arg = value_int(context->values, ++key->count);
	}
	keyed_act(key, op);
	return true;
}

static struct generator *queue_main(const struct workload_setup *setup,
				    struct error *err)
{
	struct plan *plan = arena_alloc(setup->arena, sizeof(*plan));

	plan->enqueues = options_real(setup->options, "enqueues");
	if (bounds_share(setup, "enqueues", err) ||
	    keyed_init_next(&plan->keyed, setup, "queue", setup->threads,
			    key_next, err))
		return NULL;
	return keyed_main(&plan->keyed, setup);
}

/* What one thread does in the end: empties one queue after the other. */
struct emptying {
	uint64_t next;
	uint64_t end;
	enum verb verb; /* drain, or dequeue until it fails */
	struct action action;
};

static bool next_emptying(void *state, const struct gen_context *context,
			  struct gen_op *op)
{
	struct emptying *self = state;

	if (self->next == self->end)
		return false;
	self->action = (struct action){
		.verb = (uint16_t)self->verb,
		.object = OBJECT_QUEUE,
		.key = value_int(context->values, (int64_t)self->next),
	};
	if (self->verb == VERB_DRAIN)
		self->next++;
	op->f = self->action.verb;
	op->actions = &self->action;
	op->action_count = 1;
	return true;
}

static void emptying_hear(void *state, const struct gen_context *context,
			  const struct gen_event *event)
{
	struct emptying *self = state;

	(void)context;
	/* A dequeue fails when there is nothing left. */
	if (self->verb == VERB_DEQUEUE && event->type == OP_FAIL &&
	    self->next < self->end)
		self->next++;
}

static struct generator *make_emptying(void *state, struct arena *arena,
				       uint64_t number)
{
	struct emptying *self = arena_copy(arena, state, sizeof(*self));

	(void)number;
	return gen_hear(arena, emptying_hear, self,
			generator_function(arena, next_emptying, self));
}

static struct generator *queue_final(const struct workload_setup *setup,
				     struct error *err)
{
	const struct keyed *keyed = *setup->memory;
	uint64_t count = (uint64_t)options_int(setup->options, "final-keys");
	struct emptying *model = arena_alloc(setup->arena, sizeof(*model));

	(void)err;
	if (!keyed)
		return gen_sequence(setup->arena, NULL, 0);
	model->end = keyed->begun;
	model->next = count < keyed->begun ? keyed->begun - count : 0;
	model->verb = options_is(setup->options, "closing", "drain")
			      ? VERB_DRAIN
			      : VERB_DEQUEUE;
	return gen_each_thread(setup->arena, &keyed->rng, make_emptying, model);
}

static const struct need *queue_needs(const struct workload_setup *setup)
{
	uint32_t verbs = 1u << VERB_ENQUEUE | 1u << VERB_DEQUEUE;

	if (options_is(setup->options, "closing", "drain"))
		verbs |= 1u << VERB_DRAIN;
	return keyed_needs(setup, OBJECT_QUEUE, verbs);
}

static const char *const closings[] = { "drain", "dequeue", NULL };

static const struct option queue_options[] = {
	KEYED_OPTIONS("0", "all"),
	{ "enqueues", OPTION_REAL, "50%",
	  "share of enqueues; the rest dequeues", NULL },
	{ "closing", OPTION_CHOICE, "drain",
	  "how each thread empties the queue in the end: by one drain, or by "
	  "dequeues until one fails",
	  closings },
	{ .name = NULL },
};

static const char *const queue_checkers[] = { "queue", NULL };

const struct workload workload_queue = {
	.name = "queue",
	.summary = "enqueues distinct elements and dequeues them",
	.options = queue_options,
	.checkers = queue_checkers,
	.needs = queue_needs,
	.main_phase = queue_main,
	.final_phase = queue_final,
};
