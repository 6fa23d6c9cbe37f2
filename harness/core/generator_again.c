/* SPDX-License-Identifier: MIT */
/* Generators that do the same again, or until it worked. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"

#include <assert.h>

struct cycle {
	struct generator base;
	struct arena arena; /* of this round */
	generator_make *make;
	void *state;
	struct generator *inner; /* NULL: the round is not yet begun */
	uint64_t times;
	uint64_t round;
	bool is_empty; /* nothing was taken in this round */
	bool is_over;
};

static enum gen_answer cycle_offer(struct generator *generator,
				   const struct gen_context *context,
				   struct gen_op *op)
{
	struct cycle *self = (struct cycle *)generator;

	while (!self->is_over) {
		enum gen_answer answer;

		if (!self->inner) {
			self->inner = self->make(self->state, &self->arena,
						 self->round);
			self->is_empty = true;
		}
		answer = child_offer(self->inner, context, op);
		if (answer != GEN_EXHAUSTED)
			return answer;
		self->round++;
		self->is_over = self->is_empty ||
				(self->times && self->round >= self->times);
		self->inner = NULL;
		arena_release(&self->arena);
	}
	return GEN_EXHAUSTED;
}

static void cycle_take(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_op *op)
{
	struct cycle *self = (struct cycle *)generator;

	assert(self->inner);
	self->is_empty = false;
	child_take(self->inner, context, op);
}

static void cycle_event(struct generator *generator,
			const struct gen_context *context,
			const struct gen_event *event)
{
	struct cycle *self = (struct cycle *)generator;

	if (self->inner)
		child_event(self->inner, context, event);
}

static const struct generator_kind cycle_kind = {
	.offer = cycle_offer,
	.take = cycle_take,
	.event = cycle_event,
};

struct generator *gen_cycle(struct arena *arena, generator_make *make,
			    void *state, uint64_t times)
{
	struct cycle *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &cycle_kind;
	self->base.hears = true;
	self->make = make;
	self->state = state;
	self->times = times;
	arena_adopt(arena, &self->arena);
	return &self->base;
}

struct repeat {
	struct generator base;
	struct generator *inner;
	bool is_endless;
	uint64_t left;
};

static enum gen_answer repeat_offer(struct generator *generator,
				    const struct gen_context *context,
				    struct gen_op *op)
{
	struct repeat *self = (struct repeat *)generator;

	if (!self->is_endless && !self->left)
		return GEN_EXHAUSTED;
	return child_offer(self->inner, context, op);
}

static void repeat_take(struct generator *generator,
			const struct gen_context *context,
			const struct gen_op *op)
{
	struct repeat *self = (struct repeat *)generator;

	/* The child is not told: so it offers the same again. */
	(void)context;
	(void)op;
	if (!self->is_endless)
		self->left--;
}

static void repeat_event(struct generator *generator,
			 const struct gen_context *context,
			 const struct gen_event *event)
{
	child_event(((struct repeat *)generator)->inner, context, event);
}

static const struct generator_kind repeat_kind = {
	.offer = repeat_offer,
	.take = repeat_take,
	.event = repeat_event,
};

struct generator *gen_repeat(struct arena *arena, uint64_t times,
			     struct generator *inner)
{
	struct repeat *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &repeat_kind;
	self->base.hears = inner->hears;
	self->inner = inner;
	self->is_endless = times == 0;
	self->left = times;
	return &self->base;
}

struct until_ok {
	struct generator base;
	struct arena *arena;
	struct generator *inner;
	uint64_t *in_flight; /* threads busy with an operation of ours */
	bool is_done;
};

static enum gen_answer until_ok_offer(struct generator *generator,
				      const struct gen_context *context,
				      struct gen_op *op)
{
	struct until_ok *self = (struct until_ok *)generator;

	if (self->is_done)
		return GEN_EXHAUSTED;
	return child_offer(self->inner, context, op);
}

static void until_ok_take(struct generator *generator,
			  const struct gen_context *context,
			  const struct gen_op *op)
{
	struct until_ok *self = (struct until_ok *)generator;

	if (!self->in_flight)
		self->in_flight =
			arena_array(self->arena, GEN_WORDS(context->total),
				    sizeof(*self->in_flight));
	bit_set(self->in_flight, op->thread);
	child_take(self->inner, context, op);
}

static void until_ok_event(struct generator *generator,
			   const struct gen_context *context,
			   const struct gen_event *event)
{
	struct until_ok *self = (struct until_ok *)generator;

	if (event->type != OP_INVOKE && self->in_flight &&
	    bit_at(self->in_flight, event->thread)) {
		bit_clear(self->in_flight, event->thread);
		self->is_done = self->is_done || event->type == OP_OK;
	}
	child_event(self->inner, context, event);
}

static const struct generator_kind until_ok_kind = {
	.offer = until_ok_offer,
	.take = until_ok_take,
	.event = until_ok_event,
};

struct generator *gen_until_ok(struct arena *arena, struct generator *inner)
{
	struct until_ok *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &until_ok_kind;
	self->base.hears = true;
	self->arena = arena;
	self->inner = inner;
	return &self->base;
}
