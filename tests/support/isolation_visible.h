/* SPDX-License-Identifier: MIT */
/* Levels after what each transaction sees of the others (Cerone, Bernardi and
 * Gotsman, CONCUR 2015), and Adya's monotonic ones, tried out on every order
 * in which the transactions of a small history may have been arbitrated.
 * Shares no code with the checker. */
#ifndef ORDEAL_TESTS_ISOLATION_VISIBLE_H
#define ORDEAL_TESTS_ISOLATION_VISIBLE_H

#include "harness/core/history.h"

#include <stdbool.h>

enum visible_level {
	VISIBLE_UPDATE_ATOMIC, /* writers of a key see each other */
	VISIBLE_CAUSAL, /* what is seen by what is seen is seen */
	VISIBLE_PREFIX, /* and what came before what is seen */
	VISIBLE_PARALLEL, /* causal and update atomic */
	VISIBLE_SNAPSHOT, /* prefix and update atomic */
	VISIBLE_SNAPSHOT_READS, /* each access of a prefix that grows */
	VISIBLE_UPDATE_SERIALIZABLE, /* all writers, and any one reader, in one
				      * order of the versions of each key */
	VISIBLE_LEVELS,
};

/*
 * Fills in which levels hold. False if the history is not for this judge: a
 * read that is no committed, final state, or does not agree with its own
 * transaction; lists in an order that reads contradict, or that is open.
 */
bool visible_judge(const struct history *history, bool registers,
		   bool holds[VISIBLE_LEVELS]);

#endif
