/* SPDX-License-Identifier: MIT */
/* One counter: what was added to it, and what was read. */
#ifndef ORDEAL_COUNTER_COUNTER_H
#define ORDEAL_COUNTER_COUNTER_H

#include "checkers/account.h"

#include <stdbool.h>

/* Amounts beyond this are refused, so that sums of ten million fit. */
#define COUNTER_AMOUNT_MAX (INT64_C(1) << 36)

/* An update that may have happened, or a read that was answered. */
struct step {
	uint32_t op;
	uint32_t begin;
	uint32_t end; /* HISTORY_NONE: in doubt */
	bool is_read;
	int64_t number; /* added (less than 0: taken away), or read */
};

/* What a read may show: low .. high; and what it may show at all, however
 * long others wait for it: loose_low .. loose_high. */
struct bounds {
	int64_t low;
	int64_t high;
	int64_t acked_low; /* what was acknowledged before it began leaves */
	int64_t loose_low;
	int64_t loose_high;
	int reachable; /* within low .. high: 1 yes, 0 no, -1 too much work */
};

struct counter {
	struct account *account;
	int64_t initial;
	bool linearizable;
	struct step *steps; /* in the order in which they began */
	size_t count;
	struct bounds *bounds; /* of steps that are reads */
	bool only_ones;	       /* every update adds 1 */
	uint64_t states;       /* spent */
};

/* bounds.c: fills in counter->bounds. */
void counter_bound(struct counter *counter);

/*
 * order.c: decides a counter that is only ever incremented by one exactly.
 * False if it is not linearizable; then *read is the read that showed too
 * little, and *witness the operation whose end proves that the counter was
 * beyond it before the read began (positions in steps).
 */
bool counter_ones(const struct counter *counter, size_t *read, size_t *witness);

/* order.c: finds a read that showed less than another (*witness) that had
 * ended before it began, where nothing is ever taken away. */
bool counter_descent(const struct counter *counter, size_t *read,
		     size_t *witness);

/*
 * charge.c: tells of a read (its position in steps) that is above its bounds;
 * within them, but no sum of the updates; below `bounds` (is_lost: and so are
 * all that come after it); below what *witness proves.
 */
void counter_charge_high(const struct counter *counter, size_t number);
void counter_charge_hole(const struct counter *counter, size_t number);
void counter_charge_low(const struct counter *counter, size_t number,
			bool is_lost, const struct bounds *bounds);
void counter_charge_order(const struct counter *counter, size_t number,
			  size_t witness);

#endif
