/* SPDX-License-Identifier: MIT */
/* What searching in breadth and in depth share. */
#ifndef ORDEAL_LINEARIZABLE_WALK_H
#define ORDEAL_LINEARIZABLE_WALK_H

#include "checkers/linearizable/configs.h"
#include "checkers/linearizable/search.h"
#include "checkers/linearizable/timeline.h"

#include <stdbool.h>
#include <stdint.h>

struct walk {
	const struct problem *problem;
	const struct search_limits *limits;
	struct search_result *result;
	struct timeline timeline;
	struct configs roots; /* of one moment; nothing else is possible */
	uint64_t *record; /* room for one */
	bool copies_exceeded;
	bool forgives; /* open calls are not used up */
	uint32_t *useful; /* by state: until when, plus 1; 0: not known */
	size_t useful_capacity;
	size_t useful_count;
};

enum walk_end {
	WALK_VALID,
	WALK_INVALID,
	WALK_STOPPED, /* result->stop says why */
	WALK_BURST, /* too many at one moment; walk->roots are those before */
};

/* Lets every open pure call that agrees with the state take effect. */
void walk_settle(struct walk *walk, uint64_t *record);

/*
 * The moves from a record, numbered from 0: move `*move` or the next one that
 * exists, applied to a copy in `after` (settled). False when there is none.
 * `*choice` tells the outcomes of one call apart; both are advanced.
 */
bool walk_move(struct walk *walk, const uint64_t *record, uint32_t *move,
	       unsigned *choice, uint64_t *after);

/* Forgets lanes whose groups have expired between two events. */
void walk_expire(struct walk *walk, uint64_t *record, size_t from, size_t to);

/* Counts a configuration; false (with result->stop) when the budget is out. */
bool walk_count(struct walk *walk, uint64_t states_max);

/* Remembers that `state` is possible at the return `event`, if no later
 * return was reached. */
void walk_reached(struct walk *walk, size_t event, uint32_t state);

/*
 * In breadth from the start, as walk_sweep does but many times faster, for as
 * long as a configuration fits into one word: where no call stays open, few
 * are open at a time, and there are few states. WALK_BURST where that ends,
 * and also where there is no way on, which is for the others to say; then (and
 * with WALK_STOPPED) roots and timeline stand behind the last return that it
 * passed.
 */
enum walk_end walk_narrow(struct walk *walk);

/* How to go in breadth. */
struct sweep_way {
	size_t width_max; /* 0: any */
	size_t until_narrow; /* stop as soon as there are so few */
	size_t forgive_above; /* 0: never */
	bool forgives; /* always and at once; for models of few states */
};

/*
 * In breadth from walk->roots, which stand before the event timeline.at. With
 * `width_max`, WALK_BURST as soon as more are possible at a moment; then roots
 * and timeline stand at that moment. With `until_narrow`, WALK_BURST as soon
 * as they are few again. With `forgive_above`, open calls that were used may
 * be used again wherever there are more configurations than that: what then is
 * invalid is so without that licence, too; valid means nothing.
 */
enum walk_end walk_sweep(struct walk *walk, const struct sweep_way *way);

/* In depth from walk->roots; they and the timeline stay as they are. Stops
 * after so many configurations, or so many without getting further. */
enum walk_end walk_dive(struct walk *walk, uint64_t states_max,
			uint64_t stall_max, size_t bytes_max);

#endif
