/* SPDX-License-Identifier: MIT */
#include "harness/core/generator_split.h"

#include <assert.h>

void split_init(struct split *split, const struct generator_kind *kind,
		struct arena *arena, const struct rng *rng)
{
	split->base.kind = kind;
	split->base.hears = true;
	split->arena = arena;
	split->rng = *rng;
	split->draw = rng_next(&split->rng);
}

static bool is_member(const struct gen_context *context, size_t thread)
{
	return member_bits(context, thread / 64) >> (thread % 64) & 1;
}

/* Gives the lane its threads: `count` members from `from` on. */
static void lane_set_up(struct split *self, size_t i, size_t from, size_t count,
			const struct gen_context *context)
{
	struct lane *lane = &self->lanes[i];
	size_t t = from;

	arena_adopt(self->arena, &lane->arena);
	self->live += count > 0;
	while (count && !is_member(context, t))
		t++;
	lane->from = t;
	for (; count; t++) {
		if (!is_member(context, t))
			continue;
		self->lane_of[t] = (uint32_t)i;
		bit_set(self->live_threads, t);
		count--;
	}
	lane->to = t;
}

static size_t client_members(const struct gen_context *context)
{
	size_t count = 0;

	for (size_t t = 0; t < context->threads; t++)
		count += is_member(context, t);
	return count;
}

static void split_set_up(struct split *self, const struct gen_context *context)
{
	size_t members = client_members(context);
	size_t from = 0;
	size_t begun = 0;
	size_t count = 1;

	self->threads = context->threads;
	while (self->end(self, count - 1, members) < members)
		count++;
	self->words = GEN_WORDS(context->total);
	self->lanes = arena_array(self->arena, count, sizeof(*self->lanes));
	self->lane_of =
		arena_array(self->arena, self->threads, sizeof(*self->lane_of));
	for (size_t t = 0; t < self->threads; t++)
		self->lane_of[t] = LANE_NONE;
	self->live_threads = arena_array(self->arena, self->words * 4,
					 sizeof(*self->live_threads));
	self->usable = self->live_threads + self->words;
	self->free = self->usable + self->words;
	self->members = self->free + self->words;
	for (size_t i = 0; i < count; i++) {
		size_t end = self->end(self, i, members);

		if (end > members)
			end = members;
		lane_set_up(self, i, from, end - begun, context);
		from = self->lanes[i].to;
		begun = end;
	}
}

/* The context with the threads of the lane alone; undone by widen. */
static struct gen_context narrow(const struct split *self,
				 const struct lane *lane,
				 const struct gen_context *context)
{
	struct gen_context inner = *context;

	for (size_t w = lane->from / 64; w * 64 < lane->to; w++) {
		uint64_t bits = range_bits(w, lane->from, lane->to);

		self->free[w] = context->free[w] & bits;
		self->members[w] = member_bits(context, w) & bits;
	}
	inner.free = self->free;
	inner.members = self->members;
	if (inner.asker < lane->from || inner.asker >= lane->to)
		inner.asker = SIZE_MAX;
	return inner;
}

static void widen(const struct split *self, const struct lane *lane)
{
	for (size_t w = lane->from / 64; w * 64 < lane->to; w++)
		self->free[w] = self->members[w] = 0;
}

static void lane_end(struct split *self, struct lane *lane)
{
	self->live--;
	for (size_t w = lane->from / 64; w * 64 < lane->to; w++)
		self->live_threads[w] &= ~range_bits(w, lane->from, lane->to);
}

static enum gen_answer lane_offer(struct split *self, struct lane *lane,
				  const struct gen_context *context,
				  struct gen_op *op)
{
	struct gen_context inner = narrow(self, lane, context);
	enum gen_answer answer;

	for (;;) {
		if (!lane->inner) {
			if (!self->refill(self, lane)) {
				lane_end(self, lane);
				answer = GEN_EXHAUSTED;
				break;
			}
			lane->made++;
			lane->is_empty = true;
		}
		answer = child_offer(lane->inner, &inner, op);
		if (answer != GEN_EXHAUSTED)
			break;
		lane->inner = NULL;
		arena_release(&lane->arena);
	}
	widen(self, lane);
	return answer;
}

/* The best of all that lanes have to offer so far. */
struct best {
	bool has_op;
	int64_t again_ns;
};

/* Asks the lanes of the threads in from .. to-1. True: no need to go on. */
static bool ask_lanes(struct split *self, const struct gen_context *context,
		      size_t from, size_t to, struct gen_op *op,
		      struct best *best)
{
	size_t thread;

	while ((thread = bit_find(self->usable, from, to)) != SIZE_MAX) {
		struct lane *lane = &self->lanes[self->lane_of[thread]];
		struct gen_op offer;
		enum gen_answer answer =
			lane_offer(self, lane, context, &offer);

		from = lane->to;
		if (answer == GEN_PENDING)
			best->again_ns = sooner(best->again_ns, offer.time_ns);
		if (answer != GEN_OP ||
		    (best->has_op && op->time_ns <= offer.time_ns))
			continue;
		*op = offer;
		self->offered = lane;
		best->has_op = true;
		if (op->time_ns <= context->time_ns)
			return true;
	}
	return false;
}

enum gen_answer split_offer(struct split *self,
			    const struct gen_context *context,
			    struct gen_op *op)
{
	struct best best = { .again_ns = INT64_MAX };
	uint64_t any_usable = 0;
	size_t start;

	if (!self->lanes)
		split_set_up(self, context);
	assert(self->threads == context->threads);
	for (size_t w = 0; w < self->words; w++) {
		self->usable[w] = context->free[w] & self->live_threads[w];
		any_usable |= self->usable[w];
	}
	if (!self->live)
		return GEN_EXHAUSTED;
	if (!any_usable)
		return pending_until(op, INT64_MAX);
	start = context->asker;
	if (start >= self->threads)
		start = scale_below(self->draw, self->threads);
	if (self->lane_of[start] != LANE_NONE)
		start = self->lanes[self->lane_of[start]].from;
	/* From there on and around. A lane whose offer is for now will do:
	 * nothing can be sooner. */
	if (ask_lanes(self, context, start, self->threads, op, &best) ||
	    ask_lanes(self, context, 0, start, op, &best))
		return GEN_OP;
	/* One that pends may have something sooner when it is asked again. */
	if (best.has_op && op->time_ns <= best.again_ns)
		return GEN_OP;
	return self->live ? pending_until(op, best.again_ns) : GEN_EXHAUSTED;
}

void split_take(struct split *self, const struct gen_context *context,
		const struct gen_op *op)
{
	struct lane *lane = self->offered;

	self->draw = rng_next(&self->rng);
	lane->is_empty = false;
	child_take(lane->inner, context, op);
}

void split_event(struct split *self, const struct gen_context *context,
		 const struct gen_event *event)
{
	struct lane *lane = split_lane(self, event->thread);

	if (lane && lane->inner)
		child_event(lane->inner, context, event);
}
