/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/search.h"

#include <stdlib.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/walk.h"
#include "harness/core/arena.h"

/* More configurations at one moment than this, and depth is tried. */
#define WIDTH_MAX 1024
/* Configurations without getting further that end a first try in depth. */
#define DIVE_STALL 300000

/* Of so many configurations open calls are given back when a violation is
 * looked for that does not depend on them. */
#define WIDTH_FORGIVING 128

/* A register has no more states than there are values. Another object may grow
 * without end if an open call is not used up. */
static bool is_bounded(const struct model *model)
{
	return model == &model_register || model == &model_cas_register;
}

/* Is there no way on even with every open call at hand again, where there are
 * more than so many configurations (0: always)? Everything is put back as it
 * was before. */
static bool is_hopeless(struct walk *walk, size_t forgive_above)
{
	struct search_limits limits = *walk->limits;
	const struct sweep_way way = { .forgive_above = forgive_above,
				       .forgives = forgive_above == 0 };
	const struct search_limits *usual = walk->limits;
	struct search_result before = *walk->result;
	struct configs roots;
	size_t start = walk->timeline.at;
	enum walk_end end;

	if (!walk->problem->lane_words ||
	    (way.forgives && !is_bounded(walk->problem->model)))
		return false;
	configs_init(&roots, walk->problem->mask_words,
		     walk->problem->lane_words, limits.bytes_max / 8);
	for (size_t i = 0; i < walk->roots.count; i++) {
		if (!configs_is_dead(&walk->roots, i))
			configs_insert(&roots, configs_at(&walk->roots, i));
	}
	limits.bytes_max /= 8;
	limits.states_max = before.visited +
			    (limits.states_max - before.visited) /
				    (forgive_above ? 8 : 2);
	walk->limits = &limits;
	end = walk_sweep(walk, &way);
	walk->limits = usual;
	if (end == WALK_INVALID) {
		configs_release(&roots);
		return true;
	}
	before.visited = walk->result->visited;
	before.stop = walk->result->stop == SEARCH_EXPIRED ? SEARCH_EXPIRED :
							     SEARCH_DONE;
	*walk->result = before;
	configs_release(&walk->roots);
	walk->roots = roots;
	timeline_seek(&walk->timeline, start);
	return false;
}

/* In depth; WALK_BURST where that took too long or too much. */
static enum walk_end dive(struct walk *walk, uint64_t states_max,
			  uint64_t stall_max)
{
	struct search_result *result = walk->result;
	enum walk_end end = walk_dive(walk, states_max, stall_max,
				      walk->limits->bytes_max / 4 * 3);

	if (end != WALK_STOPPED || result->stop == SEARCH_EXPIRED)
		return end;
	result->stop = SEARCH_DONE;
	return WALK_BURST;
}

static enum walk_end walk_on(struct walk *walk)
{
	const struct search_limits *limits = walk->limits;
	size_t width = limits->width_max ? limits->width_max : WIDTH_MAX;
	size_t forgiving = limits->width_max ? limits->width_max :
					       WIDTH_FORGIVING;
	const struct sweep_way narrow = { .width_max = width };
	const struct sweep_way wide = { .until_narrow = width / 16 + 1 };
	const struct search_result *result = walk->result;
	bool is_first = true;

	for (;;) {
		enum walk_end end = walk_sweep(walk, &narrow);

		if (end != WALK_BURST)
			return end;
		/* What is wrong most often is so whatever the open calls
		 * did, and that is soon found out. */
		if (is_first && is_hopeless(walk, 0))
			return WALK_INVALID;
		is_first = false;
		end = dive(walk, (limits->states_max - result->visited) / 2,
			   limits->width_max ? limits->width_max : DIVE_STALL);
		if (end == WALK_BURST && is_hopeless(walk, forgiving))
			return WALK_INVALID;
		if (end == WALK_BURST && result->stop == SEARCH_EXPIRED)
			return WALK_STOPPED;
		if (end == WALK_BURST)
			end = dive(walk, (limits->states_max -
					  result->visited) / 4, UINT64_MAX);
		if (end == WALK_BURST)
			end = walk_sweep(walk, &wide);
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
	end = walk_narrow(&walk);
	if (end == WALK_BURST)
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
