/* SPDX-License-Identifier: MIT */
/* Generators that look at the clock. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"

#include <assert.h>

/* How late an operation may be taken without losing its place in a staggered
 * schedule: far above the latency of a wake-up, far below a second. */
#define STAGGER_SLACK_NS INT64_C(10000000)

struct time_limit {
	struct generator base;
	struct generator *inner;
	int64_t limit_ns;
	int64_t end_ns;
	bool is_started;
	bool is_over;
};

static enum gen_answer time_limit_offer(struct generator *generator,
					const struct gen_context *context,
					struct gen_op *op)
{
	struct time_limit *self = (struct time_limit *)generator;
	enum gen_answer answer;

	if (self->is_over ||
	    (self->is_started && context->time_ns >= self->end_ns))
		return GEN_EXHAUSTED;
	answer = child_offer(self->inner, context, op);
	if (!self->is_started)
		return answer;
	if (answer == GEN_PENDING)
		op->time_ns = sooner(op->time_ns, self->end_ns);
	if (answer == GEN_OP && op->time_ns >= self->end_ns) {
		self->is_over = true;
		return GEN_EXHAUSTED;
	}
	return answer;
}

static void time_limit_take(struct generator *generator,
			    const struct gen_context *context,
			    const struct gen_op *op)
{
	struct time_limit *self = (struct time_limit *)generator;

	if (!self->is_started) {
		self->is_started = true;
		self->end_ns = time_after(op->time_ns, self->limit_ns);
	}
	child_take(self->inner, context, op);
}

static void time_limit_event(struct generator *generator,
			     const struct gen_context *context,
			     const struct gen_event *event)
{
	child_event(((struct time_limit *)generator)->inner, context, event);
}

static const struct generator_kind time_limit_kind = {
	.offer = time_limit_offer,
	.take = time_limit_take,
	.event = time_limit_event,
};

struct generator *gen_time_limit(struct arena *arena, int64_t limit_ns,
				 struct generator *inner)
{
	struct time_limit *self = arena_alloc(arena, sizeof(*self));

	assert(limit_ns >= 0);
	self->base.kind = &time_limit_kind;
	self->base.hears = inner->hears;
	self->inner = inner;
	self->limit_ns = limit_ns;
	self->is_over = limit_ns == 0;
	return &self->base;
}

/* Stagger and delay: each operation not before its slot. */
struct pace {
	struct generator base;
	struct generator *inner;
	struct rng rng;
	int64_t mean_ns; /* of random gaps; 0: the gap is fixed */
	int64_t gap_ns;
	int64_t slack_ns;
	int64_t next_ns; /* the slot of the next operation */
};

static enum gen_answer pace_offer(struct generator *generator,
				  const struct gen_context *context,
				  struct gen_op *op)
{
	struct pace *self = (struct pace *)generator;
	enum gen_answer answer = child_offer(self->inner, context, op);

	if (answer == GEN_OP)
		op->time_ns = later(op->time_ns, self->next_ns);
	return answer;
}

static void pace_take(struct generator *generator,
		      const struct gen_context *context,
		      const struct gen_op *op)
{
	struct pace *self = (struct pace *)generator;
	int64_t from = op->time_ns;
	int64_t gap = self->gap_ns;

	if (self->mean_ns) {
		gap = (int64_t)rng_below(&self->rng,
					 (uint64_t)self->mean_ns * 2 + 1);
		/* A little late: keep to the schedule. */
		if (self->next_ns > 0 && from - self->next_ns <= self->slack_ns)
			from = self->next_ns;
	}
	self->next_ns = time_after(from, gap);
	child_take(self->inner, context, op);
}

static void pace_event(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_event *event)
{
	child_event(((struct pace *)generator)->inner, context, event);
}

static const struct generator_kind pace_kind = {
	.offer = pace_offer,
	.take = pace_take,
	.event = pace_event,
};

static struct pace *pace_new(struct arena *arena, struct generator *inner)
{
	struct pace *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &pace_kind;
	self->base.hears = inner->hears;
	self->inner = inner;
	return self;
}

struct generator *gen_stagger(struct arena *arena, const struct rng *rng,
			      int64_t mean_ns, struct generator *inner)
{
	struct pace *self = pace_new(arena, inner);

	assert(mean_ns >= 0 && mean_ns < INT64_MAX / 2);
	self->rng = *rng;
	self->mean_ns = mean_ns;
	self->slack_ns = later(mean_ns, STAGGER_SLACK_NS);
	return &self->base;
}

struct generator *gen_delay(struct arena *arena, int64_t gap_ns,
			    struct generator *inner)
{
	struct pace *self = pace_new(arena, inner);

	assert(gap_ns >= 0);
	self->gap_ns = gap_ns;
	return &self->base;
}

struct pause {
	struct generator base;
	int64_t wait_ns;
	int64_t end_ns;
	bool is_started;
};

static enum gen_answer pause_offer(struct generator *generator,
				   const struct gen_context *context,
				   struct gen_op *op)
{
	struct pause *self = (struct pause *)generator;

	if (!self->is_started) {
		self->is_started = true;
		self->end_ns = time_after(context->time_ns, self->wait_ns);
	}
	if (context->time_ns >= self->end_ns)
		return GEN_EXHAUSTED;
	return pending_until(op, self->end_ns);
}

static void pause_take(struct generator *generator,
		       const struct gen_context *context,
		       const struct gen_op *op)
{
	(void)generator;
	(void)context;
	(void)op;
	assert(op == NULL); /* it never offers anything */
}

static const struct generator_kind pause_kind = {
	.offer = pause_offer,
	.take = pause_take,
};

struct generator *gen_sleep(struct arena *arena, int64_t wait_ns)
{
	struct pause *self = arena_alloc(arena, sizeof(*self));

	assert(wait_ns >= 0);
	self->base.kind = &pause_kind;
	self->wait_ns = wait_ns;
	return &self->base;
}
