/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/search.h"

#include <stdlib.h>

#include "checkers/linearizable/walk.h"
#include "harness/core/arena.h"

/* More configurations at one moment than this, and depth is tried. */
#define WIDTH_MAX 1024
/* Fewer than this, and breadth alone is cheap again. */
#define WIDTH_NARROW 64

static enum walk_end walk_on(struct walk *walk)
{
	const struct search_limits *limits = walk->limits;
	struct search_result *result = walk->result;

	for (;;) {
		enum walk_end end = walk_sweep(walk, WIDTH_MAX, 0);

		if (end != WALK_BURST)
			return end;
		end = walk_dive(walk, (limits->states_max - result->visited) / 4,
				limits->bytes_max / 4 * 3);
		if (end != WALK_STOPPED || result->stop == SEARCH_EXPIRED)
			return end;
		result->stop = SEARCH_DONE;
		end = walk_sweep(walk, 0, WIDTH_NARROW);
		if (end != WALK_BURST)
			return end;
	}
}

/* The furthest return is that of the stuck call. */
static void find_stuck(const struct problem *problem,
		       struct search_result *result)
{
	result->stuck = SLOT_NONE;
	if (result->event < problem->event_count &&
	    EVENT_KIND(problem->events[result->event]) == EVENT_RETURN)
		result->stuck = EVENT_NUMBER(problem->events[result->event]);
}

void search(const struct problem *problem, const struct search_limits *limits,
	    struct search_result *result)
{
	struct walk walk = { .problem = problem, .limits = limits,
			     .result = result };
	enum walk_end end;

	*result = (struct search_result){ 0 };
	timeline_init(&walk.timeline, problem);
	configs_init(&walk.roots, problem->mask_words, problem->lane_words,
		     limits->bytes_max / 4);
	walk.record = heap_zeroed(walk.roots.width, sizeof(*walk.record));
	config_set(walk.record, problem->model->init(problem->states), 0);
	configs_insert(&walk.roots, walk.record);
	end = walk_on(&walk);
	if (end == WALK_VALID)
		result->kind = VERDICT_VALID;
	else if (end == WALK_INVALID && walk.copies_exceeded)
		result->stop = SEARCH_COPIES;
	else if (end == WALK_INVALID)
		result->kind = VERDICT_INVALID;
	find_stuck(problem, result);
	timeline_release(&walk.timeline);
	configs_release(&walk.roots);
	free(walk.record);
	free(walk.useful);
}
