/* SPDX-License-Identifier: MIT */
/* Generators at the leaves, and those with one child and no clock. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"

#include <assert.h>
#include <string.h>

enum gen_answer generator_offer(struct generator *generator,
				const struct gen_context *context,
				struct gen_op *op)
{
	enum gen_answer answer;

	assert(context->threads <= context->total);
	answer = child_offer(generator, context, op);
	if (answer == GEN_OP) {
		assert(op->thread < context->total);
		assert(bit_at(context->free, op->thread));
		assert(op->time_ns >= context->time_ns);
	}
	return answer;
}

void generator_take(struct generator *generator,
		    const struct gen_context *context, const struct gen_op *op)
{
	child_take(generator, context, op);
}

void generator_event(struct generator *generator,
		     const struct gen_context *context,
		     const struct gen_event *event)
{
	assert(event->type != OP_NONE);
	child_event(generator, context, event);
}

/*
 * Who does it, if nobody in particular: whoever asks, else some free client
 * thread, another one at another time, so that at a low rate all nodes get
 * their share. SIZE_MAX: nobody is free.
 */
static size_t some_thread(const struct gen_context *context)
{
	size_t start;

	if (context->asker < context->threads &&
	    bit_at(context->free, context->asker))
		return context->asker;
	if (context->threads) {
		start = scale_below(scatter((uint64_t)context->time_ns),
				    context->threads);
		start = bit_find_around(context->free, start, context->threads);
		if (start != SIZE_MAX)
			return start;
	}
	/* The nemesis, but only where the members are it alone. */
	if (context->members && context->total > context->threads &&
	    bit_at(context->free, context->threads) &&
	    bit_find(context->members, 0, context->threads) == SIZE_MAX)
		return context->threads;
	return SIZE_MAX;
}

struct function {
	struct generator base;
	struct arena *arena;
	generator_next *next;
	void *state;
	struct gen_op op; /* drawn, not yet taken */
	bool is_drawn;
	bool is_pinned; /* to op.thread */
	bool is_exhausted;
	struct action one; /* room for the actions of most */
	struct action *actions;
	size_t capacity;
};

static void function_keep(struct function *self)
{
	size_t count = self->op.action_count;

	if (count > self->capacity) {
		self->capacity = count * 2;
		self->actions = arena_array(self->arena, self->capacity,
					    sizeof(*self->actions));
	}
	if (count)
		memcpy(self->actions, self->op.actions,
		       count * sizeof(*self->actions));
	self->op.actions = self->actions;
}

static enum gen_answer function_offer(struct generator *generator,
				      const struct gen_context *context,
				      struct gen_op *op)
{
	struct function *self = (struct function *)generator;
	size_t thread;

	if (self->is_exhausted)
		return GEN_EXHAUSTED;
	thread = some_thread(context);
	if (thread == SIZE_MAX)
		return pending_until(op, INT64_MAX);
	if (!self->is_drawn) {
		self->op = (struct gen_op){ .time_ns = context->time_ns,
					    .thread = thread };
		if (!self->next(self->state, context, &self->op)) {
			self->is_exhausted = true;
			return GEN_EXHAUSTED;
		}
		self->is_drawn = true;
		self->is_pinned = self->op.thread != thread;
		function_keep(self);
	}
	if (self->is_pinned && !bit_at(context->free, self->op.thread))
		return pending_until(op, INT64_MAX);
	*op = self->op;
	if (!self->is_pinned)
		op->thread = thread;
	op->time_ns = later(op->time_ns, context->time_ns);
	return GEN_OP;
}

static void function_take(struct generator *generator,
			  const struct gen_context *context,
			  const struct gen_op *op)
{
	struct function *self = (struct function *)generator;

	(void)context;
	(void)op;
	assert(self->is_drawn);
	self->is_drawn = false;
}

static const struct generator_kind function_kind = {
	.offer = function_offer,
	.take = function_take,
};

struct generator *generator_function(struct arena *arena, generator_next *next,
				     void *state)
{
	struct function *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &function_kind;
	self->arena = arena;
	self->next = next;
	self->state = state;
	self->actions = &self->one;
	self->capacity = 1;
	return &self->base;
}

struct constant {
	struct generator base;
	struct gen_op op;
};

static enum gen_answer constant_offer(struct generator *generator,
				      const struct gen_context *context,
				      struct gen_op *op)
{
	struct constant *self = (struct constant *)generator;
	size_t thread = some_thread(context);

	if (thread == SIZE_MAX)
		return pending_until(op, INT64_MAX);
	*op = self->op;
	op->thread = thread;
	op->time_ns = context->time_ns;
	return GEN_OP;
}

static void constant_take(struct generator *generator,
			  const struct gen_context *context,
			  const struct gen_op *op)
{
	(void)generator;
	(void)context;
	(void)op;
}

static const struct generator_kind constant_kind = {
	.offer = constant_offer,
	.take = constant_take,
};

struct generator *gen_constant(struct arena *arena, const struct gen_op *op)
{
	struct constant *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &constant_kind;
	self->op = *op;
	return &self->base;
}

struct hear {
	struct generator base;
	struct generator *inner;
	generator_hear *hear;
	void *state;
};

static enum gen_answer hear_offer(struct generator *generator,
				  const struct gen_context *context,
				  struct gen_op *op)
{
	return child_offer(((struct hear *)generator)->inner, context, op);
}

static void hear_take(struct generator *generator,
		      const struct gen_context *context,
		      const struct gen_op *op)
{
	child_take(((struct hear *)generator)->inner, context, op);
}

static void hear_event(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_event *event)
{
	struct hear *self = (struct hear *)generator;

	self->hear(self->state, context, event);
	child_event(self->inner, context, event);
}

static const struct generator_kind hear_kind = {
	.offer = hear_offer,
	.take = hear_take,
	.event = hear_event,
};

struct generator *gen_hear(struct arena *arena, generator_hear *hear,
			   void *state, struct generator *inner)
{
	struct hear *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &hear_kind;
	self->base.hears = true;
	self->inner = inner;
	self->hear = hear;
	self->state = state;
	return &self->base;
}

struct limit {
	struct generator base;
	struct generator *inner;
	uint64_t left;
};

static enum gen_answer limit_offer(struct generator *generator,
				   const struct gen_context *context,
				   struct gen_op *op)
{
	struct limit *self = (struct limit *)generator;

	return self->left ? child_offer(self->inner, context, op)
			  : GEN_EXHAUSTED;
}

static void limit_take(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_op *op)
{
	struct limit *self = (struct limit *)generator;

	assert(self->left > 0);
	self->left--;
	child_take(self->inner, context, op);
}

static void limit_event(struct generator *generator,
			const struct gen_context *context,
			const struct gen_event *event)
{
	child_event(((struct limit *)generator)->inner, context, event);
}

static const struct generator_kind limit_kind = {
	.offer = limit_offer,
	.take = limit_take,
	.event = limit_event,
};

struct generator *gen_limit(struct arena *arena, uint64_t count,
			    struct generator *inner)
{
	struct limit *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &limit_kind;
	self->base.hears = inner->hears;
	self->inner = inner;
	self->left = count;
	return &self->base;
}

struct generator *gen_once(struct arena *arena, struct generator *inner)
{
	return gen_limit(arena, 1, inner);
}
