/* SPDX-License-Identifier: MIT */
/* Generators that look at threads: for some of them, or when all are free. */
#include "harness/core/generator.h"

#include "harness/core/generator_private.h"

enum choice {
	CHOICE_NONE,
	CHOICE_CLIENTS,
	CHOICE_NEMESIS,
	CHOICE_ALLOWED, /* those that `allow` holds for */
};

struct on_threads {
	struct generator base;
	struct arena *arena;
	struct generator *inner;
	enum choice choice;
	generator_allow *allow;
	const void *state;
	size_t words; /* 0: not yet asked */
	uint64_t *chosen;
	uint64_t *free; /* what the child is shown: */
	uint64_t *members;
};

static bool chooses(const struct on_threads *self,
		    const struct gen_context *context, size_t thread)
{
	switch (self->choice) {
	case CHOICE_CLIENTS:
		return thread < context->threads;
	case CHOICE_NEMESIS:
		return thread >= context->threads;
	case CHOICE_ALLOWED:
		return self->allow(self->state, thread);
	case CHOICE_NONE:
		break;
	}
	return false;
}

static void on_threads_set_up(struct on_threads *self,
			      const struct gen_context *context)
{
	self->words = GEN_WORDS(context->total);
	self->chosen = arena_array(self->arena, self->words * 3,
				   sizeof(*self->chosen));
	self->free = self->chosen + self->words;
	self->members = self->free + self->words;
	for (size_t t = 0; t < context->total; t++) {
		if (chooses(self, context, t))
			bit_set(self->chosen, t);
	}
}

/* The context with our threads alone. */
static struct gen_context narrow(struct on_threads *self,
				 const struct gen_context *context,
				 bool *has_free, bool *has_members)
{
	struct gen_context inner = *context;
	uint64_t any_free = 0;
	uint64_t any_member = 0;

	if (!self->words)
		on_threads_set_up(self, context);
	for (size_t w = 0; w < self->words; w++) {
		self->free[w] = context->free[w] & self->chosen[w];
		self->members[w] = member_bits(context, w) & self->chosen[w];
		any_free |= self->free[w];
		any_member |= self->members[w];
	}
	inner.free = self->free;
	inner.members = self->members;
	if (inner.asker >= context->total || !bit_at(self->free, inner.asker))
		inner.asker = SIZE_MAX;
	*has_free = any_free != 0;
	*has_members = any_member != 0;
	return inner;
}

static enum gen_answer on_threads_offer(struct generator *generator,
					const struct gen_context *context,
					struct gen_op *op)
{
	struct on_threads *self = (struct on_threads *)generator;
	bool has_free;
	bool has_members;
	struct gen_context inner =
		narrow(self, context, &has_free, &has_members);

	if (!has_members)
		return GEN_EXHAUSTED;
	/* Nobody to do it: do not even ask. */
	if (!has_free)
		return pending_until(op, INT64_MAX);
	return child_offer(self->inner, &inner, op);
}

static void on_threads_take(struct generator *generator,
			    const struct gen_context *context,
			    const struct gen_op *op)
{
	child_take(((struct on_threads *)generator)->inner, context, op);
}

static void on_threads_event(struct generator *generator,
			     const struct gen_context *context,
			     const struct gen_event *event)
{
	struct on_threads *self = (struct on_threads *)generator;

	if (!self->words)
		on_threads_set_up(self, context);
	if (bit_at(self->chosen, event->thread))
		child_event(self->inner, context, event);
}

static const struct generator_kind on_threads_kind = {
	.offer = on_threads_offer,
	.take = on_threads_take,
	.event = on_threads_event,
};

static struct on_threads *on_threads_new(struct arena *arena,
					 enum choice choice,
					 struct generator *inner)
{
	struct on_threads *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &on_threads_kind;
	self->base.hears = inner->hears;
	self->arena = arena;
	self->inner = inner;
	self->choice = choice;
	return self;
}

struct generator *gen_on_threads(struct arena *arena, generator_allow *allow,
				 const void *state, struct generator *inner)
{
	struct on_threads *self = on_threads_new(arena, CHOICE_ALLOWED, inner);

	self->allow = allow;
	self->state = state;
	return &self->base;
}

struct generator *gen_clients(struct arena *arena, struct generator *inner)
{
	return &on_threads_new(arena, CHOICE_CLIENTS, inner)->base;
}

struct generator *gen_nemesis(struct arena *arena, struct generator *inner)
{
	return &on_threads_new(arena, CHOICE_NEMESIS, inner)->base;
}

struct synchronize {
	struct generator base;
	struct generator *inner;
	bool is_passed;
};

static enum gen_answer synchronize_offer(struct generator *generator,
					 const struct gen_context *context,
					 struct gen_op *op)
{
	struct synchronize *self = (struct synchronize *)generator;

	for (size_t w = 0; !self->is_passed && w < GEN_WORDS(context->total);
	     w++) {
		if (member_bits(context, w) & ~context->free[w])
			return pending_until(op, INT64_MAX);
	}
	return child_offer(self->inner, context, op);
}

static void synchronize_take(struct generator *generator,
			     const struct gen_context *context,
			     const struct gen_op *op)
{
	struct synchronize *self = (struct synchronize *)generator;

	self->is_passed = true;
	child_take(self->inner, context, op);
}

static void synchronize_event(struct generator *generator,
			      const struct gen_context *context,
			      const struct gen_event *event)
{
	child_event(((struct synchronize *)generator)->inner, context, event);
}

static const struct generator_kind synchronize_kind = {
	.offer = synchronize_offer,
	.take = synchronize_take,
	.event = synchronize_event,
};

struct generator *gen_synchronize(struct arena *arena, struct generator *inner)
{
	struct synchronize *self = arena_alloc(arena, sizeof(*self));

	self->base.kind = &synchronize_kind;
	self->base.hears = inner->hears;
	self->inner = inner;
	return &self->base;
}

struct generator *gen_phases(struct arena *arena, struct generator **inner,
			     size_t count)
{
	struct generator **phases =
		arena_array(arena, count + 1, sizeof(struct generator *));

	for (size_t i = 0; i < count; i++)
		phases[i] = gen_synchronize(arena, inner[i]);
	return gen_sequence(arena, phases, count);
}
