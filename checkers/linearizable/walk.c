/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/walk.h"

#include <string.h>

#include "harness/core/arena.h"

void walk_settle(struct walk *walk, uint64_t *record)
{
	const struct problem *problem = walk->problem;
	const struct timeline *timeline = &walk->timeline;

	for (size_t i = 0; i < timeline->open_count; i++) {
		uint32_t number = timeline->open[i];
		uint32_t next;

		if (!problem->is_pure[number] ||
		    config_bit(record, problem->slots[number]))
			continue;
		if (problem->model->step(problem->states, config_state(record),
					 &problem->calls[number], 0,
					 &next) != STEP_NO)
			config_flip(record, problem->slots[number]);
	}
}

/* Of copies the one that returns first goes first, and those that never
 * return last: anything else can be had by exchanging them. */
static bool has_earlier_copy(const struct walk *walk, const uint64_t *record,
			     uint32_t kind, size_t before)
{
	const struct problem *problem = walk->problem;

	for (size_t i = 0; i < before; i++) {
		uint32_t number = walk->timeline.open[i];

		if (problem->kinds[number] == kind &&
		    !config_bit(record, problem->slots[number]))
			return true;
	}
	return false;
}

/* The call of that move, or SLOT_NONE if it cannot be made. */
static uint32_t call_of_move(struct walk *walk, const uint64_t *record,
			     uint32_t move)
{
	const struct problem *problem = walk->problem;
	const struct timeline *timeline = &walk->timeline;
	uint32_t number;
	uint32_t group;
	uint32_t used;

	if (move < timeline->open_count) {
		number = timeline->open[move];
		if (problem->is_pure[number] ||
		    config_bit(record, problem->slots[number]) ||
		    has_earlier_copy(walk, record, problem->kinds[number],
				     move))
			return SLOT_NONE;
		return number;
	}
	group = timeline->groups[move - timeline->open_count];
	number = problem->group_calls[group];
	used = config_lane(&walk->roots, record, problem->group_lanes[group]);
	if (used == CONFIG_LANE_MAX)
		walk->copies_exceeded = true;
	if (used == CONFIG_LANE_MAX || used >= timeline->available[group] ||
	    has_earlier_copy(walk, record, problem->kinds[number],
			     timeline->open_count))
		return SLOT_NONE;
	return number;
}

/* The state itself, or what stands for all that nobody will ever see. */
static uint32_t see_hopeless(struct walk *walk, uint32_t state)
{
	const struct problem *problem = walk->problem;
	const struct model *model = problem->model;
	uint32_t *useful;

	if (!model->useful_until)
		return state;
	walk->useful = array_reserve(walk->useful, &walk->useful_capacity,
				     (size_t)state + 1,
				     sizeof(*walk->useful));
	while (walk->useful_count <= state)
		walk->useful[walk->useful_count++] = 0;
	useful = &walk->useful[state];
	if (!*useful)
		*useful = 1 + model->useful_until(problem->states, state,
						  problem->calls,
						  problem->call_count);
	if (*useful - 1 >= problem_position(problem, walk->timeline.at))
		return state;
	return model->hopeless(problem->states);
}

bool walk_move(struct walk *walk, const uint64_t *record, uint32_t *move,
	       unsigned *choice, uint64_t *after)
{
	const struct problem *problem = walk->problem;
	size_t count = walk->timeline.open_count + walk->timeline.group_count;

	for (; *move < count; ++*move, *choice = 0) {
		uint32_t number = call_of_move(walk, record, *move);
		enum step step;
		uint32_t next;

		if (number == SLOT_NONE)
			continue;
		step = problem->model->step(problem->states,
					    config_state(record),
					    &problem->calls[number], *choice,
					    &next);
		if (step == STEP_NO)
			continue;
		if (next != config_state(record))
			next = see_hopeless(walk, next);
		memcpy(after, record, walk->roots.width * sizeof(*record));
		config_set(after, next, config_event(record));
		if (!call_is_open(&problem->calls[number]))
			config_flip(after, problem->slots[number]);
		else if (!walk->forgives)
			config_lane_add(&walk->roots, after,
					problem->group_lanes
						[problem->slots[number]]);
		if (next != config_state(record))
			walk_settle(walk, after);
		if (step == STEP_MORE) {
			++*choice;
		} else {
			++*move;
			*choice = 0;
		}
		return true;
	}
	return false;
}

void walk_expire(struct walk *walk, uint64_t *record, size_t from, size_t to)
{
	const struct problem *problem = walk->problem;

	for (size_t i = from; i < to; i++) {
		uint32_t event = problem->events[i];

		if (EVENT_KIND(event) == EVENT_EXPIRE)
			config_lane_clear(&walk->roots, record,
					  problem->group_lanes
						  [EVENT_NUMBER(event)]);
	}
}

bool walk_count(struct walk *walk, uint64_t states_max)
{
	struct search_result *result = walk->result;

	if (result->visited >= states_max) {
		result->stop = SEARCH_STATES;
		return false;
	}
	if ((++result->visited & 0xfff) == 0 &&
	    budget_expired(walk->limits->budget)) {
		result->stop = SEARCH_EXPIRED;
		return false;
	}
	return true;
}

void walk_reached(struct walk *walk, size_t event, uint32_t state)
{
	struct search_result *result = walk->result;

	if (event < result->event)
		return;
	if (event > result->event)
		result->state_count = 0;
	result->event = event;
	for (size_t i = 0; i < result->state_count; i++) {
		if (result->states[i] == state)
			return;
	}
	if (result->state_count < SEARCH_STATES_KEPT)
		result->states[result->state_count++] = state;
}
