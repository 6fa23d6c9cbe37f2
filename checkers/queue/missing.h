/* SPDX-License-Identifier: MIT */
/* Which elements that did not come out are lost. */
#ifndef ORDEAL_QUEUE_MISSING_H
#define ORDEAL_QUEUE_MISSING_H

#include "checkers/queue/flow.h"

/* What became of the acknowledged elements that never came out. */
struct missing_counts {
	uint64_t lost;	   /* at least so many */
	uint64_t taken;	   /* may be with a dequeue that was not answered */
	uint64_t unproven; /* the queue was not seen empty after them */
};

/*
 * Convicts what is lost of `missing` (operations that put an element in and
 * were acknowledged, one for each element that never came out), and adds to
 * `counts`. An element was there from the end of its enqueue on. A drain or
 * an empty dequeue that began later looked when it was not there: so it had
 * been taken by a dequeue of which nothing is known, or is lost. Of those
 * dequeues each took one at most, hence by Hall's theorem (the sets grow with
 * time) the elements can be accounted for exactly when, for each sight of the
 * empty queue, those acknowledged before it began are no more than the
 * unanswered dequeues that began before it ended.
 */
void missing_judge(struct account *account, const struct flow *flow,
		   struct spans *missing, struct figure *listed,
		   struct missing_counts *counts);

#endif
