/* SPDX-License-Identifier: MIT */
/* The general search: is there an order of the calls that the model allows? */
#ifndef ORDEAL_LINEARIZABLE_SEARCH_H
#define ORDEAL_LINEARIZABLE_SEARCH_H

#include "checkers/linearizable/problem.h"
#include "harness/core/budget.h"
#include "harness/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum search_stop {
	SEARCH_DONE,
	SEARCH_STATES, /* more configurations than the budget allows */
	SEARCH_BYTES, /* more memory than the budget allows */
	SEARCH_EXPIRED, /* out of time */
	SEARCH_COPIES, /* more than 32767 copies of one open call */
};

/* Of the states possible where the search got stuck, so many are kept. */
#define SEARCH_STATES_KEPT 32

struct search_result {
	enum verdict_kind kind;
	enum search_stop stop; /* why it is unknown */
	size_t event; /* the furthest return that was reached */
	uint32_t stuck; /* the call that returns there */
	uint32_t states[SEARCH_STATES_KEPT]; /* possible there */
	size_t state_count;
	uint64_t visited; /* configurations */
};

struct search_limits {
	uint64_t states_max;
	size_t bytes_max;
	const struct budget *budget; /* for its clock */
	size_t width_max; /* configurations at one moment before depth is
			   * tried; 0: a thousand. For tests. */
	bool skips_narrow; /* walk_narrow is not tried. For tests. */
};

/*
 * Decides the problem. A call that returns must take effect before its return
 * (Wing and Gong, "Testing and verifying concurrent objects", 1993); just in
 * time is early enough (Lowe, "Testing for linearizability", 2017), and for a
 * call that changes nothing as early as possible is right as well: so a
 * configuration is what took effect among the calls that are open, and the
 * state.
 *
 * First in breadth along the time line, remembering one moment only (where a
 * configuration fits one word, in a form made for that: walk_narrow). Where
 * more than a thousand configurations are possible at one moment, in depth
 * from there on, remembering what failed; where that does not lead to the end
 * soon, in breadth again. All of it is counted, so the same budget stops at
 * the same place on every machine.
 */
void search(const struct problem *problem, const struct search_limits *limits,
	    struct search_result *result);

#endif
