/* SPDX-License-Identifier: MIT */
/* Generators made of several: one after the other, by chance, by turns. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"

#include <assert.h>

static struct generator **copy_children(struct arena *arena,
					struct generator **inner, size_t count,
					bool *hears)
{
	struct generator **copy =
		arena_array(arena, count + 1, sizeof(struct generator *));

	for (size_t i = 0; i < count; i++) {
		copy[i] = inner[i];
		*hears = *hears || inner[i]->hears;
	}
	return copy;
}

struct sequence {
	struct generator base;
	struct generator **inner;
	size_t count;
	size_t current;
};

static enum gen_answer sequence_offer(struct generator *generator,
				      const struct gen_context *context,
				      struct gen_op *op)
{
	struct sequence *self = (struct sequence *)generator;

	for (; self->current < self->count; self->current++) {
		enum gen_answer answer =
			child_offer(self->inner[self->current], context, op);

		if (answer != GEN_EXHAUSTED)
			return answer;
	}
	return GEN_EXHAUSTED;
}

static void sequence_take(struct generator *generator,
			  const struct gen_context *context,
			  const struct gen_op *op)
{
	struct sequence *self = (struct sequence *)generator;

	assert(self->current < self->count);
	child_take(self->inner[self->current], context, op);
}

static void sequence_event(struct generator *generator,
			   const struct gen_context *context,
			   const struct gen_event *event)
{
	struct sequence *self = (struct sequence *)generator;

	if (self->current < self->count)
		child_event(self->inner[self->current], context, event);
}

static const struct generator_kind sequence_kind = {
	.offer = sequence_offer,
	.take = sequence_take,
	.event = sequence_event,
};

struct generator *gen_sequence(struct arena *arena, struct generator **inner,
			       size_t count)
{
	struct sequence *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &sequence_kind;
	self->inner = copy_children(arena, inner, count, &self->base.hears);
	self->count = count;
	return &self->base;
}

struct mix {
	struct generator base;
	struct rng rng;
	struct generator **inner;
	uint64_t *weights; /* 0: left out */
	uint64_t total;	   /* of the weights */
	size_t count;
	size_t drawn;
	bool is_drawn;
};

static void mix_draw(struct mix *self)
{
	uint64_t point = rng_below(&self->rng, self->total);

	self->drawn = 0;
	while (point >= self->weights[self->drawn])
		point -= self->weights[self->drawn++];
	self->is_drawn = true;
}

static enum gen_answer mix_offer(struct generator *generator,
				 const struct gen_context *context,
				 struct gen_op *op)
{
	struct mix *self = (struct mix *)generator;

	while (self->is_drawn || self->total > 0) {
		enum gen_answer answer;

		if (!self->is_drawn)
			mix_draw(self);
		answer = child_offer(self->inner[self->drawn], context, op);
		if (answer != GEN_EXHAUSTED)
			return answer;
		self->total -= self->weights[self->drawn];
		self->weights[self->drawn] = 0;
		self->is_drawn = false;
	}
	return GEN_EXHAUSTED;
}

static void mix_take(struct generator *generator,
		     const struct gen_context *context, const struct gen_op *op)
{
	struct mix *self = (struct mix *)generator;

	assert(self->is_drawn);
	self->is_drawn = false;
	child_take(self->inner[self->drawn], context, op);
}

static void mix_event(struct generator *generator,
		      const struct gen_context *context,
		      const struct gen_event *event)
{
	struct mix *self = (struct mix *)generator;

	for (size_t i = 0; i < self->count; i++)
		child_event(self->inner[i], context, event);
}

static const struct generator_kind mix_kind = {
	.offer = mix_offer,
	.take = mix_take,
	.event = mix_event,
};

struct generator *gen_mix(struct arena *arena, const struct rng *rng,
			  struct generator **inner, const uint32_t *weights,
			  size_t count)
{
	struct mix *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &mix_kind;
	self->rng = *rng;
	self->inner = copy_children(arena, inner, count, &self->base.hears);
	self->weights = arena_array(arena, count, sizeof(*self->weights));
	self->count = count;
	for (size_t i = 0; i < count; i++) {
		self->weights[i] = weights ? weights[i] : 1;
		self->total += self->weights[i];
	}
	return &self->base;
}

struct any {
	struct generator base;
	struct rng rng;
	uint64_t draw; /* decides ties until something is taken */
	struct generator **inner;
	size_t count; /* those not exhausted */
	size_t chosen;
};

static void any_drop(struct any *self, size_t i)
{
	self->count--;
	for (; i < self->count; i++)
		self->inner[i] = self->inner[i + 1];
}

static enum gen_answer any_offer(struct generator *generator,
				 const struct gen_context *context,
				 struct gen_op *op)
{
	struct any *self = (struct any *)generator;
	int64_t again_ns = INT64_MAX;
	size_t ties = 0;
	size_t i = 0;

	while (i < self->count) {
		struct gen_op offer;
		enum gen_answer answer =
			child_offer(self->inner[i], context, &offer);

		if (answer == GEN_EXHAUSTED) {
			any_drop(self, i);
			continue;
		}
		if (answer == GEN_PENDING) {
			again_ns = sooner(again_ns, offer.time_ns);
		} else if (!ties || offer.time_ns <= op->time_ns) {
			/* The n-th of equals replaces those before it with
			 * chance 1/n. */
			ties = ties && offer.time_ns == op->time_ns ? ties + 1
								    : 1;
			if (ties == 1 || scale_below(scatter(self->draw + ties),
						     ties) == 0) {
				*op = offer;
				self->chosen = i;
			}
		}
		i++;
	}
	/* One that pends may have something sooner when it is asked again. */
	if (ties && op->time_ns <= later(again_ns, context->time_ns))
		return GEN_OP;
	return self->count ? pending_until(op, again_ns) : GEN_EXHAUSTED;
}

static void any_take(struct generator *generator,
		     const struct gen_context *context, const struct gen_op *op)
{
	struct any *self = (struct any *)generator;

	assert(self->chosen < self->count);
	self->draw = rng_next(&self->rng);
	child_take(self->inner[self->chosen], context, op);
}

static void any_event(struct generator *generator,
		      const struct gen_context *context,
		      const struct gen_event *event)
{
	struct any *self = (struct any *)generator;

	for (size_t i = 0; i < self->count; i++)
		child_event(self->inner[i], context, event);
}

static const struct generator_kind any_kind = {
	.offer = any_offer,
	.take = any_take,
	.event = any_event,
};

struct generator *gen_any(struct arena *arena, const struct rng *rng,
			  struct generator **inner, size_t count)
{
	struct any *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &any_kind;
	self->rng = *rng;
	self->draw = rng_next(&self->rng);
	self->inner = copy_children(arena, inner, count, &self->base.hears);
	self->count = count;
	return &self->base;
}

struct flip_flop {
	struct generator base;
	struct generator *inner[2];
	size_t turn;
};

static enum gen_answer flip_flop_offer(struct generator *generator,
				       const struct gen_context *context,
				       struct gen_op *op)
{
	struct flip_flop *self = (struct flip_flop *)generator;

	return child_offer(self->inner[self->turn], context, op);
}

static void flip_flop_take(struct generator *generator,
			   const struct gen_context *context,
			   const struct gen_op *op)
{
	struct flip_flop *self = (struct flip_flop *)generator;
	struct generator *taken = self->inner[self->turn];

	self->turn = !self->turn;
	child_take(taken, context, op);
}

static void flip_flop_event(struct generator *generator,
			    const struct gen_context *context,
			    const struct gen_event *event)
{
	struct flip_flop *self = (struct flip_flop *)generator;

	child_event(self->inner[0], context, event);
	child_event(self->inner[1], context, event);
}

static const struct generator_kind flip_flop_kind = {
	.offer = flip_flop_offer,
	.take = flip_flop_take,
	.event = flip_flop_event,
};

struct generator *gen_flip_flop(struct arena *arena, struct generator *a,
				struct generator *b)
{
	struct flip_flop *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &flip_flop_kind;
	self->base.hears = a->hears || b->hears;
	self->inner[0] = a;
	self->inner[1] = b;
	return &self->base;
}
