/* SPDX-License-Identifier: MIT */
/* What went into a queue, what came out, and when it was seen empty. */
#ifndef ORDEAL_QUEUE_FLOW_H
#define ORDEAL_QUEUE_FLOW_H

#include "checkers/account.h"
#include "checkers/linearizable/sort.h"

#include <stdbool.h>

/* An operation as an interval of positions; `end` is HISTORY_NONE where it is
 * not known to have ended. */
struct span {
	uint32_t op;
	uint32_t begin;
	uint32_t end;
};

struct spans {
	struct span *items;
	size_t count;
	size_t capacity;
};

/* One queue. Elements are sorted by the bits of their value, each value's in
 * the order in which they began. */
struct flow {
	const struct history *history;
	struct sort_item *puts; /* key: value; number: operation */
	size_t put_count;
	struct sort_item *takes; /* deliveries */
	size_t take_count;
	size_t take_capacity;
	struct spans empties;	 /* drains, and dequeues that found nothing */
	struct spans open_takes; /* dequeues that may have taken any element */
	uint32_t open_drain;	 /* where the first drain in doubt began, or
				  * HISTORY_NONE: none; it may have taken all */
};

/* Gathers the operations ops[0 .. count) of one queue; `empty_errors` are the
 * errors with which a dequeue fails when there is nothing, NULL at the end. */
void flow_gather(struct flow *flow, struct account *account,
		 const char *const *empty_errors, const uint32_t *ops,
		 size_t count);
void flow_release(struct flow *flow);

void spans_add(struct spans *spans, struct span span);

/* The interval of an operation; an indeterminate one has no end. */
struct span span_of(const struct history *history, uint32_t op);

#endif
