/* SPDX-License-Identifier: MIT */
/*
 * Indeterminate removals: each may have taken any value that stayed, at any
 * time since it was invoked, or none. What can be told without search is told;
 * the search gets the values for which it cannot.
 */
#ifndef ORDEAL_LINEARIZABLE_REMOVALS_H
#define ORDEAL_LINEARIZABLE_REMOVALS_H

#include "checkers/linearizable/container.h"
#include "checkers/linearizable/sort.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value that was put in and that no call is known to have taken out. */
static inline bool item_stays(const struct item *item)
{
	return item->insertion != CALL_NONE && item->removal == CALL_NONE;
}

/*
 * A call between `from` and `to` cannot be unless every value that stays, went
 * in for certain before `from` and has a higher rank than this is gone by
 * then.
 */
struct demand {
	uint32_t rank;
	uint32_t from;
	uint32_t to;
};

/* Between what moments a call that saw the item, or took it, took effect. */
static inline struct demand item_moments(const struct item *item,
					 uint32_t number,
					 const struct call *call)
{
	struct demand moments = { 0, call->invoke, call->complete };

	if (moments.from < item->in_invoke)
		moments.from = item->in_invoke;
	if (item->removal == number && moments.from < item->out_invoke)
		moments.from = item->out_invoke;
	if (moments.to > item->out_return)
		moments.to = item->out_return;
	return moments;
}

struct removals {
	const struct judge *judge;
	struct container *container;
	const struct removal_rule *rule;
	uint32_t *ranks; /* of each item, for demands; NEVER at first */
	uint32_t *until; /* of each item that stays: gone by then, or NEVER */
	struct demand *demands;
	size_t demand_count;
	size_t demand_capacity;
	uint8_t *is_kept; /* of each item: the search must have it */
	uint8_t *is_blocked; /* of each call: it found nothing, and should
			      * have */
	struct demand *blocked; /* spans of calls that do not fit; no ranks */
	size_t blocked_count;
	size_t blocked_capacity;
};

/* What a container demands besides being empty when it was found so. */
struct removal_rule {
	/* Do the items as they are keep to the container's order? If not,
	 * convicts. */
	bool (*check)(struct container *container, const struct judge *judge);

	/* Sets ranks and adds demands. */
	void (*demand)(struct removals *removals);

	/*
	 * Keeps the items that do not fit while nothing was taken by open
	 * removals; all others must fit whatever those took. NULL: those
	 * that `check` convicted.
	 */
	void (*keep)(struct removals *removals);
};

void removals_demand(struct removals *removals, uint32_t rank, uint32_t from,
		     uint32_t to);

/* A call of a kept item does not fit anywhere between those positions: values
 * that are there then are kept, too. */
void removals_block(struct removals *removals, uint32_t from, uint32_t to);

/* Of each item that stays, by when it must be gone. */
void removals_find_until(struct removals *removals);

/* How many of those, sorted, have no later key than that position. */
size_t removals_place(const struct sort_item *order, size_t count,
		      uint32_t position);

/*
 * Decides a container that has been collected. Where there are open removals:
 * right if it is so without them, or if they took what is asked for first, by
 * the earliest deadline; wrong if it is so even with each value taken as early
 * as it could be, or if more values must be gone than can have been taken.
 * Otherwise unknown, and the core is what must be searched.
 */
void removals_decide(struct container *container, const struct judge *judge,
		     const struct removal_rule *rule);

/*
 * Of a bag, or a queue without peeks whose open removals suffice for what came
 * out later: true when each call that found nothing has a moment at which
 * everything else can have been gone. Exact. Otherwise convicts.
 */
bool removals_check_empties(struct container *container);

#endif
