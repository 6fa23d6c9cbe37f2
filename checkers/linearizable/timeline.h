/* SPDX-License-Identifier: MIT */
/* A place on the time line of a problem, and what is open there. */
#ifndef ORDEAL_LINEARIZABLE_TIMELINE_H
#define ORDEAL_LINEARIZABLE_TIMELINE_H

#include "checkers/linearizable/problem.h"

/* Moves forth and back; each step costs the number of open calls. */
struct timeline {
	const struct problem *problem;
	size_t at; /* events before this one have happened */
	uint32_t *open; /* calls that will return, the first to do so first */
	size_t open_count;
	uint32_t *groups; /* of open calls, ascending */
	size_t group_count;
	uint32_t *available; /* of each group: calls invoked so far */
};

void timeline_init(struct timeline *timeline, const struct problem *problem);
void timeline_release(struct timeline *timeline);
void timeline_forward(struct timeline *timeline);
void timeline_seek(struct timeline *timeline, size_t at);

/* True at the end of the time line. */
static inline bool timeline_is_over(const struct timeline *timeline)
{
	return timeline->at == timeline->problem->event_count;
}

static inline uint32_t timeline_event(const struct timeline *timeline)
{
	return timeline->problem->events[timeline->at];
}

#endif
