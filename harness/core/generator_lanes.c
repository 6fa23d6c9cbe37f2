/* SPDX-License-Identifier: MIT */
/* Reserve, each-thread and independent: generators for parts of the threads. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"
#include "harness/core/generator_split.h"

#include <assert.h>
#include <string.h>

static enum gen_answer lanes_offer(struct generator *generator,
				   const struct gen_context *context,
				   struct gen_op *op)
{
	return split_offer((struct split *)generator, context, op);
}

static void lanes_take(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_op *op)
{
	split_take((struct split *)generator, context, op);
}

static void lanes_event(struct generator *generator,
			const struct gen_context *context,
			const struct gen_event *event)
{
	split_event((struct split *)generator, context, event);
}

static const struct generator_kind lanes_kind = {
	.offer = lanes_offer,
	.take = lanes_take,
	.event = lanes_event,
};

struct reserve {
	struct split split;
	struct generator **inner; /* count + 1 */
	size_t *ends;		  /* count */
	size_t count;
};

static size_t reserve_end(const struct split *split, size_t i, size_t members)
{
	const struct reserve *self = (const struct reserve *)split;

	return i < self->count ? self->ends[i] : members;
}

static bool reserve_refill(struct split *split, struct lane *lane)
{
	struct reserve *self = (struct reserve *)split;

	if (lane->made)
		return false;
	lane->inner = self->inner[lane - split->lanes];
	return true;
}

struct generator *gen_reserve(struct arena *arena, const struct rng *rng,
			      const size_t *sizes, struct generator **inner,
			      size_t count)
{
	struct reserve *self = arena_alloc(arena, sizeof(*self));
	size_t end = 0;

	split_init(&self->split, &lanes_kind, arena, rng);
	self->split.refill = reserve_refill;
	self->split.end = reserve_end;
	self->inner = arena_copy(arena, inner,
				 (count + 1) * sizeof(struct generator *));
	self->ends = arena_array(arena, count, sizeof(*self->ends));
	self->count = count;
	self->split.base.hears = inner[count]->hears;
	for (size_t i = 0; i < count; i++) {
		end += sizes[i];
		self->ends[i] = end;
		self->split.base.hears |= inner[i]->hears;
	}
	return &self->split.base;
}

struct each_thread {
	struct split split;
	generator_make *make;
	void *state;
};

static size_t each_thread_end(const struct split *split, size_t i,
			      size_t members)
{
	(void)split;
	(void)members;
	return i + 1;
}

static bool each_thread_refill(struct split *split, struct lane *lane)
{
	struct each_thread *self = (struct each_thread *)split;

	if (lane->made)
		return false;
	lane->number = lane->from;
	lane->inner = self->make(self->state, &lane->arena, lane->number);
	return true;
}

struct generator *gen_each_thread(struct arena *arena, const struct rng *rng,
				  generator_make *make, void *state)
{
	struct each_thread *self = arena_alloc(arena, sizeof(*self));

	split_init(&self->split, &lanes_kind, arena, rng);
	self->split.refill = each_thread_refill;
	self->split.end = each_thread_end;
	self->make = make;
	self->state = state;
	return &self->split.base;
}

struct independent {
	struct split split;
	size_t group;
	uint64_t keys; /* 0: no end */
	uint64_t begun;
	generator_make *make;
	void *state;
	/* By thread: 1 + the key whose operation it has in flight, or 0. */
	uint64_t *owners;
	struct action *actions; /* of the offer, with the key in them */
	size_t capacity;
};

static size_t independent_end(const struct split *split, size_t i,
			      size_t members)
{
	const struct independent *self = (const struct independent *)split;

	assert(members % self->group == 0);
	return (i + 1) * self->group;
}

static bool independent_refill(struct split *split, struct lane *lane)
{
	struct independent *self = (struct independent *)split;

	if (self->keys && self->begun == self->keys)
		return false;
	/* A key for which there was nothing to do: without a last key, this
	 * could go on for ever. */
	if (!self->keys && lane->made && lane->is_empty)
		return false;
	lane->number = self->begun++;
	lane->inner = self->make(self->state, &lane->arena, lane->number);
	return true;
}

static enum gen_answer independent_offer(struct generator *generator,
					 const struct gen_context *context,
					 struct gen_op *op)
{
	struct independent *self = (struct independent *)generator;
	enum gen_answer answer;
	struct value key;

	answer = split_offer(&self->split, context, op);
	if (answer != GEN_OP || op->action_count == 0)
		return answer;
	if (op->action_count > self->capacity) {
		self->capacity = op->action_count * 2;
		self->actions = arena_array(self->split.arena, self->capacity,
					    sizeof(*self->actions));
	}
	key = value_int(context->values, (int64_t)self->split.offered->number);
	for (size_t i = 0; i < op->action_count; i++) {
		self->actions[i] = op->actions[i];
		self->actions[i].key = key;
	}
	op->actions = self->actions;
	return GEN_OP;
}

static void independent_take(struct generator *generator,
			     const struct gen_context *context,
			     const struct gen_op *op)
{
	struct independent *self = (struct independent *)generator;

	if (!self->owners)
		self->owners = arena_array(self->split.arena, context->threads,
					   sizeof(*self->owners));
	self->owners[op->thread] = self->split.offered->number + 1;
	split_take(&self->split, context, op);
}

static void independent_event(struct generator *generator,
			      const struct gen_context *context,
			      const struct gen_event *event)
{
	struct independent *self = (struct independent *)generator;
	struct lane *lane = split_lane(&self->split, event->thread);
	bool is_own;

	if (!lane || !self->owners)
		return;
	is_own = self->owners[event->thread] == lane->number + 1;
	if (event->type != OP_INVOKE)
		self->owners[event->thread] = 0;
	if (is_own)
		split_event(&self->split, context, event);
}

static const struct generator_kind independent_kind = {
	.offer = independent_offer,
	.take = independent_take,
	.event = independent_event,
};

struct generator *gen_independent(struct arena *arena, const struct rng *rng,
				  size_t group, uint64_t keys,
				  generator_make *make, void *state)
{
	struct independent *self = arena_alloc(arena, sizeof(*self));

	assert(group > 0);
	split_init(&self->split, &independent_kind, arena, rng);
	self->split.refill = independent_refill;
	self->split.end = independent_end;
	self->group = group;
	self->keys = keys;
	self->make = make;
	self->state = state;
	return &self->split.base;
}
