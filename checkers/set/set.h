/* SPDX-License-Identifier: MIT */
/* One set: what was done to it and seen of it, element by element. */
#ifndef ORDEAL_SET_SET_H
#define ORDEAL_SET_SET_H

#include "checkers/account.h"
#include "checkers/linearizable/sort.h"

#include <stdbool.h>

/* Something seen of an element: a read of the whole set that has it or lacks
 * it, or a `contains`. */
struct sight {
	uint32_t op;
	uint32_t begin; /* positions */
	uint32_t end;
	bool present;
};

/* An addition or a removal that may have happened. */
struct update {
	uint32_t op;
	uint32_t begin;
	uint32_t end; /* HISTORY_NONE: in doubt */
	bool adds;
};

/* One element of one set. */
struct element {
	struct value value;
	struct update *updates; /* in the order in which they began */
	size_t update_count;
	size_t add_count;
	uint32_t failed_add; /* one that failed for good, or HISTORY_NONE */
	uint32_t *seen; /* numbers of the reads that have it, ascending, each
			 * once */
	size_t seen_count;
	const struct sort_item *asked; /* number: a `contains` of it */
	size_t asked_count;
};

/* The reads of one set, in the order in which they began. */
struct reads {
	struct sight *items; /* `present` is not used */
	size_t count;
};

/* What is wrong with an element. Those that come first are told first. */
enum fault_kind {
	FAULT_NONE,
	FAULT_PHANTOM,
	FAULT_LOST,
	FAULT_RESURRECTED,
	FAULT_STALE, /* shown or not shown, and otherwise later */
	FAULT_OTHER, /* no order of all that is known of it */
};

struct fault {
	enum fault_kind kind;
	struct sight sight; /* that should have been otherwise */
	uint32_t witness;   /* the operation that proves it, or HISTORY_NONE */
};

/* rules.c: judges an element that may have been removed, or that was asked
 * for alone, by pairs of what is known of it: `sights` are all of them in the
 * order in which they began. If `strict`, the element must be seen to be there
 * as soon as it is known to be; else only what is last seen counts. */
void rules_judge(const struct element *element, const struct sight *sights,
		 size_t count, bool strict, struct fault *fault);

/*
 * search.c: decides whether the element is linearizable, by itself: valid,
 * invalid (then *stuck is the operation at whose end there is no way on), or
 * unknown, when more than `states` would be needed, from which what was
 * spent is taken.
 */
enum verdict_kind search_judge(const struct element *element,
			       const struct sight *sights, size_t count,
			       uint64_t *states, uint32_t *stuck);

/* charge.c: tells of a fault, and of a read that has an element `times`. */
void set_charge(struct account *account, const struct element *element,
		const struct fault *fault);
void set_charge_duplicate(struct account *account, struct value element,
			  uint32_t read, size_t times);

#endif
