/* SPDX-License-Identifier: MIT */
/* What the files of the generator share; for nobody else. */
#ifndef ORDEAL_CORE_GENERATOR_PRIVATE_H
#define ORDEAL_CORE_GENERATOR_PRIVATE_H

#include "harness/core/generator.h"

/* A combinator is a struct that begins with a generator, and three functions.
 * `event` may be NULL: nothing to hear. */
struct generator_kind {
	enum gen_answer (*offer)(struct generator *generator,
				 const struct gen_context *context,
				 struct gen_op *op);
	void (*take)(struct generator *generator,
		     const struct gen_context *context,
		     const struct gen_op *op);
	void (*event)(struct generator *generator,
		      const struct gen_context *context,
		      const struct gen_event *event);
};

struct generator {
	const struct generator_kind *kind;
	bool hears; /* events make a difference to it, or to one within */
};

/* The calls of generator.h without their assertions: for one's children. */
static inline enum gen_answer child_offer(struct generator *child,
					  const struct gen_context *context,
					  struct gen_op *op)
{
	return child->kind->offer(child, context, op);
}

static inline void child_take(struct generator *child,
			      const struct gen_context *context,
			      const struct gen_op *op)
{
	child->kind->take(child, context, op);
}

static inline void child_event(struct generator *child,
			       const struct gen_context *context,
			       const struct gen_event *event)
{
	if (child->hears)
		child->kind->event(child, context, event);
}

/* Nothing now; ask again at `again_ns`. */
static inline enum gen_answer pending_until(struct gen_op *op,
					    int64_t again_ns)
{
	op->time_ns = again_ns;
	return GEN_PENDING;
}

static inline int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static inline int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Time plus span, but not past the end of time. */
static inline int64_t time_after(int64_t time_ns, int64_t span_ns)
{
	return time_ns > INT64_MAX - span_ns ? INT64_MAX : time_ns + span_ns;
}

/* Threads as bits. */
static inline bool bit_at(const uint64_t *words, size_t bit)
{
	return words[bit / 64] >> (bit % 64) & 1;
}

static inline void bit_set(uint64_t *words, size_t bit)
{
	words[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bit_clear(uint64_t *words, size_t bit)
{
	words[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* The bits of word `word` that are in from .. to-1. */
static inline uint64_t range_bits(size_t word, size_t from, size_t to)
{
	uint64_t bits = UINT64_MAX;

	if (from >= (word + 1) * 64 || to <= word * 64)
		return 0;
	if (from > word * 64)
		bits <<= from % 64;
	if (to < (word + 1) * 64)
		bits &= (UINT64_C(1) << (to % 64)) - 1;
	return bits;
}

/* The first set bit in from .. to-1, SIZE_MAX if none. */
static inline size_t bit_find(const uint64_t *words, size_t from, size_t to)
{
	for (size_t word = from / 64; word * 64 < to; word++) {
		uint64_t bits = words[word] & range_bits(word, from, to);

		if (bits)
			return word * 64 + (size_t)__builtin_ctzll(bits);
	}
	return SIZE_MAX;
}

/* Like bit_find in 0 .. count-1, from `start` on and around. */
static inline size_t bit_find_around(const uint64_t *words, size_t start,
				     size_t count)
{
	size_t found = bit_find(words, start, count);

	return found == SIZE_MAX ? bit_find(words, 0, start) : found;
}

/* The words of the threads of a context: its members, or all there are. */
static inline uint64_t member_bits(const struct gen_context *context,
				   size_t word)
{
	return context->members ? context->members[word] :
				  range_bits(word, 0, context->total);
}

/* A number from a number, as good as random (the finaliser of splitmix64). */
static inline uint64_t scatter(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* Uniform enough in 0 .. bound-1: for choices whose bias of bound / 2^32 does
 * not matter; without the division of rng_below. */
static inline size_t scale_below(uint64_t random, size_t bound)
{
	return (size_t)(((random >> 32) * bound) >> 32);
}

#endif
