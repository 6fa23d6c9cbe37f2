/* SPDX-License-Identifier: MIT */
/* What the search works on: calls laid out along the time line. */
#ifndef ORDEAL_LINEARIZABLE_PROBLEM_H
#define ORDEAL_LINEARIZABLE_PROBLEM_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The time line: an event is a kind and a number. */
enum event_kind {
	EVENT_INVOKE, /* of the call of that number */
	EVENT_RETURN, /* of a call that completed */
	EVENT_EXPIRE, /* nobody can need that group of open calls any more */
};

#define EVENT_KIND(event) ((enum event_kind)((event) >> 30))
#define EVENT_NUMBER(event) ((event) & UINT32_C(0x3fffffff))
#define EVENT_MAKE(kind, number) ((uint32_t)(kind) << 30 | (number))

/* A call without a place: an open one that can never help. */
#define SLOT_NONE UINT32_MAX

/*
 * Each call that completed has a slot: a bit that tells whether it has taken
 * effect, given to another call once this one has returned. So what a search
 * must remember is as wide as the history is concurrent, not as long. Open
 * calls that are copies of each other form a group with one lane: the number
 * of them that took effect (which ones does not matter). A lane too is given
 * to another group when nobody can need the group any more.
 */
struct problem {
	const struct model *model;
	struct states *states;
	const struct call *calls;
	size_t call_count;

	uint32_t *slots; /* of each call: its bit, or its group's number */
	uint32_t *kinds; /* copies of one call have the same number */
	uint8_t *is_pure; /* of each call */
	size_t kind_count;

	uint32_t *group_lanes; /* of each group of open calls */
	uint32_t *group_calls; /* one call of each group */
	size_t group_count;

	uint32_t *events;
	size_t event_count;

	size_t mask_words; /* 64 slots a word */
	size_t lane_words; /* 4 lanes a word */
};

/* Lays out the calls. They, model and states are borrowed and must outlive
 * the problem; at most 2^30 calls. */
void problem_init(struct problem *problem, const struct model *model,
		  struct states *states, const struct call *calls,
		  size_t count);
void problem_release(struct problem *problem);

/* The position in the history of an event. */
uint32_t problem_position(const struct problem *problem, size_t event);

#endif
