/* SPDX-License-Identifier: MIT */
/* Client threads split into lanes, each with a generator of its own: what
 * reserve, each-thread and independent have in common. */
#ifndef ORDEAL_CORE_GENERATOR_SPLIT_H
#define ORDEAL_CORE_GENERATOR_SPLIT_H

#include "harness/core/generator_private.h"

#define LANE_NONE UINT32_MAX

struct lane {
	struct generator *inner; /* NULL: the next is yet to be made */
	size_t from; /* its threads: the members in from .. to-1 */
	size_t to;
	uint64_t number; /* that `inner` was made for */
	uint64_t made; /* how many there were */
	bool is_empty; /* nothing of `inner` was taken yet */
	struct arena arena; /* of `inner` */
};

struct split;

/* Gives the lane its next generator. False: there are no more. */
typedef bool split_refill(struct split *split, struct lane *lane);

/* How many of all `members` are in lanes up to and with `i`; the first lane
 * that reaches them all is the last. */
typedef size_t split_end(const struct split *split, size_t i, size_t members);

struct split {
	struct generator base;
	struct arena *arena;
	struct rng rng;
	uint64_t draw; /* which lane is asked first, if nobody asks */
	split_refill *refill;
	split_end *end;

	/* Made at the first offer, when the threads are known. */
	struct lane *lanes;
	size_t live; /* lanes that are not exhausted */
	uint32_t *lane_of; /* by thread; LANE_NONE where it is no member */
	uint64_t *live_threads; /* of live lanes */
	uint64_t *usable; /* free threads of live lanes */
	uint64_t *free; /* what a lane's child is shown; zero between calls */
	uint64_t *members;
	size_t threads;
	size_t words;
	struct lane *offered;
};

void split_init(struct split *split, const struct generator_kind *kind,
		struct arena *arena, const struct rng *rng);

enum gen_answer split_offer(struct split *split,
			    const struct gen_context *context,
			    struct gen_op *op);
void split_take(struct split *split, const struct gen_context *context,
		const struct gen_op *op);

/* Tells the generator of the thread's lane, if there is one. */
void split_event(struct split *split, const struct gen_context *context,
		 const struct gen_event *event);

/* The lane of a thread; NULL if it has none, or nothing was asked yet. */
static inline struct lane *split_lane(const struct split *split, size_t thread)
{
	if (!split->lanes || thread >= split->threads ||
	    split->lane_of[thread] == LANE_NONE)
		return NULL;
	return &split->lanes[split->lane_of[thread]];
}

#endif
