/* SPDX-License-Identifier: MIT */
/* Searching in breadth where a configuration fits into one word. */
#include "checkers/linearizable/walk.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* A configuration: below, a bit for each open call that took effect; above,
 * the number of the state. Bits of calls that have returned are 0. */
#define SLOTS_MAX 56
#define STATES_MAX 32
#define TAKEN_MASK ((UINT64_C(1) << SLOTS_MAX) - 1)

/* More configurations than this at one moment are left to others. */
#define WIDTH_MAX 512
#define TABLE_BITS 11

struct narrow {
	struct walk *walk;
	size_t width_max;
	uint32_t states[STATES_MAX]; /* as the model has them */
	uint32_t state_count;

	/* What the open calls may do. What is told of others is worth
	 * nothing: their slots may be somebody else's. */
	uint64_t open;
	uint32_t calls[SLOTS_MAX];
	uint64_t earlier[SLOTS_MAX]; /* copies of it that return before it */
	uint64_t agreeing[STATES_MAX]; /* pure calls that state agrees with */
	uint64_t moving[STATES_MAX]; /* others that may take effect in it */
	uint8_t next[SLOTS_MAX][STATES_MAX]; /* the state then */

	/* A move adds fewer than there are slots. */
	uint64_t level[WIDTH_MAX + SLOTS_MAX]; /* before a return */
	uint64_t roots[WIDTH_MAX + SLOTS_MAX]; /* after it */
	size_t level_count;
	size_t root_count;

	/* Those of the level, to find them again. */
	uint64_t table[1 << TABLE_BITS];
	uint32_t stamps[1 << TABLE_BITS]; /* of another level: it is free */
	uint32_t stamp;
};

static bool number_state(struct narrow *narrow, uint32_t state,
			 uint8_t *number)
{
	for (*number = 0; *number < narrow->state_count; ++*number) {
		if (narrow->states[*number] == state)
			return true;
	}
	if (narrow->state_count == STATES_MAX)
		return false;
	narrow->states[narrow->state_count++] = state;
	return true;
}

/* Finds out what an open call may do in a state. */
static bool fill(struct narrow *narrow, uint32_t state, uint32_t slot)
{
	const struct problem *problem = narrow->walk->problem;
	uint32_t number = narrow->calls[slot];
	uint64_t bit = UINT64_C(1) << slot;
	uint32_t next;
	enum step step = problem->model->step(problem->states,
					      narrow->states[state],
					      &problem->calls[number], 0,
					      &next);

	narrow->agreeing[state] &= ~bit;
	narrow->moving[state] &= ~bit;
	if (step == STEP_NO)
		return true;
	if (problem->is_pure[number]) {
		narrow->agreeing[state] |= bit;
		return true;
	}
	narrow->moving[state] |= bit;
	return step == STEP_YES &&
	       number_state(narrow, next, &narrow->next[slot][state]);
}

/* Finds out what all open calls may do in the states from that one on, and in
 * those that they lead to. */
static bool fill_states(struct narrow *narrow, uint32_t state)
{
	for (; state < narrow->state_count; state++) {
		for (uint64_t rest = narrow->open; rest; rest &= rest - 1) {
			if (!fill(narrow, state,
				  (uint32_t)__builtin_ctzll(rest)))
				return false;
		}
	}
	return true;
}

/* See walk_move: of copies the one that returns first goes first. */
static void find_copies(struct narrow *narrow, uint32_t slot)
{
	const struct problem *problem = narrow->walk->problem;
	const struct call *calls = problem->calls;
	uint32_t number = narrow->calls[slot];
	uint64_t bit = UINT64_C(1) << slot;

	narrow->earlier[slot] = 0;
	for (uint64_t rest = narrow->open; rest; rest &= rest - 1) {
		uint32_t other = (uint32_t)__builtin_ctzll(rest);
		uint32_t copy = narrow->calls[other];

		narrow->earlier[other] &= ~bit;
		if (problem->kinds[copy] != problem->kinds[number])
			continue;
		if (calls[copy].complete < calls[number].complete)
			narrow->earlier[slot] |= UINT64_C(1) << other;
		else
			narrow->earlier[other] |= bit;
	}
}

/* False where it does not fit. */
static bool open_call(struct narrow *narrow, uint32_t number)
{
	uint32_t slot = narrow->walk->problem->slots[number];
	uint32_t known = narrow->state_count;

	if (slot >= SLOTS_MAX)
		return false;
	narrow->calls[slot] = number;
	find_copies(narrow, slot);
	narrow->open |= UINT64_C(1) << slot;
	for (uint32_t i = 0; i < known; i++) {
		if (!fill(narrow, i, slot))
			return false;
	}
	return fill_states(narrow, known);
}

/* Adds it to the level unless it is there. False when the budget is out. */
static bool add(struct narrow *narrow, uint64_t config)
{
	size_t slot = config * UINT64_C(0x9e3779b97f4a7c15) >>
		      (64 - TABLE_BITS);

	for (; narrow->stamps[slot] == narrow->stamp;
	     slot = (slot + 1) & ((1 << TABLE_BITS) - 1)) {
		if (narrow->table[slot] == config)
			return true;
	}
	narrow->stamps[slot] = narrow->stamp;
	narrow->table[slot] = config;
	narrow->level[narrow->level_count++] = config;
	return walk_count(narrow->walk, narrow->walk->limits->states_max);
}

/* Adds what follows from it by one move. */
static bool move_on(struct narrow *narrow, uint64_t config)
{
	uint64_t state = config >> SLOTS_MAX;
	uint64_t taken = config & TAKEN_MASK;
	uint64_t free_calls = narrow->open & ~taken;
	uint64_t moves = narrow->moving[state] & free_calls;

	for (; moves; moves &= moves - 1) {
		uint32_t slot = (uint32_t)__builtin_ctzll(moves);
		uint64_t next = narrow->next[slot][state];
		uint64_t after = taken | UINT64_C(1) << slot;

		if (narrow->earlier[slot] & free_calls)
			continue;
		if (next != state)
			after |= narrow->agreeing[next] & narrow->open;
		if (!add(narrow, next << SLOTS_MAX | after))
			return false;
	}
	return true;
}

/* Lets calls take effect until the one that returns has. WALK_INVALID and
 * WALK_BURST leave the roots as they are. */
static enum walk_end return_call(struct narrow *narrow, uint32_t number)
{
	uint64_t bit = UINT64_C(1) << narrow->walk->problem->slots[number];
	size_t count = 0;

	narrow->stamp++;
	narrow->level_count = 0;
	for (size_t i = 0; i < narrow->root_count; i++) {
		uint64_t root = narrow->roots[i];

		if (!add(narrow, root | (narrow->agreeing[root >> SLOTS_MAX] &
					 narrow->open)))
			return WALK_STOPPED;
	}
	for (size_t i = 0; i < narrow->level_count; i++) {
		if (narrow->level[i] & bit)
			continue;
		if (narrow->level_count > narrow->width_max)
			return WALK_BURST;
		if (!move_on(narrow, narrow->level[i]))
			return WALK_STOPPED;
	}
	for (size_t i = 0; i < narrow->level_count; i++)
		count += (narrow->level[i] & bit) != 0;
	if (!count)
		return WALK_INVALID;
	narrow->root_count = 0;
	for (size_t i = 0; i < narrow->level_count; i++) {
		if (narrow->level[i] & bit)
			narrow->roots[narrow->root_count++] =
				narrow->level[i] ^ bit;
	}
	narrow->open &= ~bit;
	return WALK_VALID;
}

/* Goes as far as it can; `*from` is behind the last return that it passed. */
static enum walk_end run(struct narrow *narrow, size_t *from)
{
	const struct problem *problem = narrow->walk->problem;

	if (!fill_states(narrow, 0))
		return WALK_BURST;
	for (size_t i = *from; i < problem->event_count; i++) {
		uint32_t number = EVENT_NUMBER(problem->events[i]);
		enum walk_end end;

		if (EVENT_KIND(problem->events[i]) == EVENT_INVOKE) {
			if (!open_call(narrow, number))
				return WALK_BURST;
			continue;
		}
		end = return_call(narrow, number);
		if (end != WALK_VALID)
			return end;
		*from = i + 1;
	}
	return WALK_VALID;
}

/* Makes the walk stand where this one got to. */
static void hand_over(struct narrow *narrow, size_t from)
{
	struct walk *walk = narrow->walk;
	const struct problem *problem = walk->problem;
	size_t returning = from;

	while (EVENT_KIND(problem->events[returning]) != EVENT_RETURN)
		returning++;
	timeline_seek(&walk->timeline, from);
	configs_clear(&walk->roots);
	for (size_t i = 0; i < narrow->root_count; i++) {
		uint32_t state =
			narrow->states[narrow->roots[i] >> SLOTS_MAX];

		config_set(walk->record, state, 0);
		walk->record[1] = narrow->roots[i] & TAKEN_MASK;
		configs_insert(&walk->roots, walk->record);
		walk_reached(walk, returning, state);
	}
}

enum walk_end walk_narrow(struct walk *walk)
{
	const struct problem *problem = walk->problem;
	size_t width = walk->limits->width_max;
	struct narrow *narrow;
	enum walk_end end;
	size_t from = 0;

	if (problem->lane_words || problem->mask_words != 1 ||
	    problem->model->useful_until || walk->limits->skips_narrow)
		return WALK_BURST;
	narrow = heap_zeroed(1, sizeof(*narrow));
	narrow->walk = walk;
	narrow->width_max = width && width < WIDTH_MAX ? width : WIDTH_MAX;
	narrow->states[narrow->state_count++] = config_state(walk->record);
	narrow->root_count = 1; /* nothing took effect in state 0 */
	end = run(narrow, &from);
	if (end != WALK_VALID)
		hand_over(narrow, from);
	free(narrow);
	return end == WALK_INVALID ? WALK_BURST : end;
}
