/* SPDX-License-Identifier: MIT */
/* Leaving out of a counterexample what it does not need. */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/models.h"
#include "checkers/linearizable/value_map.h"

/* Bounds of the whole shrinking: calls looked at, and configurations of one
 * decision. */
#define WORK_MAX ((uint64_t)8 * 1000 * 1000)
#define DECIDE_STATES_MAX 200000
#define DECIDE_BYTES_MAX ((size_t)64 << 20)

#define UNIT_NONE UINT32_MAX

struct shrinking {
	const struct judge *judge;
	struct calls *few;
	uint32_t *units; /* of each call: what goes together, or UNIT_NONE */
	size_t unit_count;
	struct call *kept; /* room for a try */
	uint64_t work;
};

void decide_few(const struct judge *judge, const struct call *calls,
		size_t count, struct search_result *result)
{
	const struct search_limits limits = {
		.states_max = DECIDE_STATES_MAX,
		.bytes_max = DECIDE_BYTES_MAX,
		.budget = judge->limits->budget,
	};
	struct states *states = states_new(judge->history, judge->settings);
	struct problem problem;

	problem_init(&problem, judge->model, states, calls, count);
	search(&problem, &limits, result);
	problem_release(&problem);
	states_free(states);
}

/* Tries to do without units first .. last - 1. */
static bool try_without(struct shrinking *shrinking, uint32_t first,
			uint32_t last)
{
	struct calls *few = shrinking->few;
	struct search_result result;
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < few->count; i++) {
		uint32_t unit = shrinking->units[i];

		if (unit == UNIT_NONE || unit < first || unit >= last)
			shrinking->kept[count++] = few->items[i];
	}
	shrinking->work += few->count;
	if (count == few->count)
		return true;
	decide_few(shrinking->judge, shrinking->kept, count, &result);
	shrinking->work += result.visited;
	if (result.kind != VERDICT_INVALID)
		return false;
	for (size_t i = 0; i < few->count; i++) {
		uint32_t unit = shrinking->units[i];

		if (unit != UNIT_NONE && unit >= first && unit < last)
			continue;
		shrinking->units[kept] = unit;
		few->items[kept++] = few->items[i];
	}
	few->count = kept;
	return true;
}

/* Numbers the units that are left from 0. */
static void renumber(struct shrinking *shrinking)
{
	uint32_t *numbers = heap_zeroed(shrinking->unit_count + 1,
					sizeof(*numbers));
	uint32_t count = 0;

	for (size_t i = 0; i < shrinking->few->count; i++) {
		uint32_t *unit = &shrinking->units[i];

		if (*unit == UNIT_NONE)
			continue;
		if (!numbers[*unit])
			numbers[*unit] = ++count;
		*unit = numbers[*unit] - 1;
	}
	shrinking->unit_count = count;
	free(numbers);
}

/* Leaves out ranges of units: halves, quarters, single ones, until no single
 * one can go (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002). */
static void leave_out(struct shrinking *shrinking)
{
	size_t parts = 1;
	bool again = true;

	while (again) {
		uint32_t size;

		renumber(shrinking);
		size = (uint32_t)((shrinking->unit_count + parts - 1) / parts);
		again = size > 1;
		for (uint32_t first = 0; first < shrinking->unit_count;
		     first += size) {
			size_t before = shrinking->few->count;

			if (shrinking->work > WORK_MAX)
				return;
			if (try_without(shrinking, first, first + size))
				again |= shrinking->few->count < before;
		}
		parts *= 2;
	}
}

static uint32_t find_root(uint32_t *parents, uint32_t i)
{
	while (parents[i] != i) {
		parents[i] = parents[parents[i]];
		i = parents[i];
	}
	return i;
}

/* The value that a call is about. */
static struct value subject_of(const struct call *call)
{
	switch (call->verb) {
	case VERB_READ:
	case VERB_DEQUEUE:
	case VERB_POP:
	case VERB_PEEK:
		return call->result;
	default:
		return call->arg;
	}
}

/* The number of each value that a call is about, and of those that a cas
 * expects. */
static void number_values(const struct calls *few, struct value_map *numbers)
{
	for (size_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];

		value_map_put(numbers, subject_of(call),
			      (uint32_t)numbers->count);
		if (call->verb == VERB_CAS)
			value_map_put(numbers, call->expected,
				      (uint32_t)numbers->count);
	}
}

/* An open removal may stand for any value, and one of nothing for none. */
static bool has_subject(const struct call *call)
{
	return !models_is_removal(call) || !value_is_nil(call->result);
}

/* One unit for each value; those that cas join are one. */
static void units_by_value(struct shrinking *shrinking)
{
	struct calls *few = shrinking->few;
	struct value_map numbers = { 0 };
	uint32_t *parents;

	number_values(few, &numbers);
	parents = heap_zeroed(numbers.count, sizeof(*parents));
	for (uint32_t i = 0; i < numbers.count; i++)
		parents[i] = i;
	for (size_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];

		if (call->verb != VERB_CAS)
			continue;
		parents[find_root(parents,
				  value_map_at(&numbers, call->arg, 0))] =
			find_root(parents,
				  value_map_at(&numbers, call->expected, 0));
	}
	for (size_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];

		shrinking->units[i] =
			has_subject(call) ?
				find_root(parents,
					  value_map_at(&numbers,
						       subject_of(call), 0)) :
				UNIT_NONE;
	}
	shrinking->unit_count = numbers.count;
	free(parents);
	value_map_release(&numbers);
}

/* One unit for each value that no cas expects: the ends of chains. What comes
 * after them is another write, which does not care what it replaces. */
static void units_by_end(struct shrinking *shrinking)
{
	struct calls *few = shrinking->few;
	struct value_map numbers = { 0 };
	struct value_map expected = { 0 };

	number_values(few, &numbers);
	for (size_t i = 0; i < few->count; i++) {
		if (few->items[i].verb == VERB_CAS)
			value_map_put(&expected, few->items[i].expected, 1);
	}
	for (size_t i = 0; i < few->count; i++) {
		struct value subject = subject_of(&few->items[i]);

		shrinking->units[i] =
			value_map_at(&expected, subject, 0) ?
				UNIT_NONE :
				value_map_at(&numbers, subject, 0);
	}
	shrinking->unit_count = numbers.count;
	value_map_release(&numbers);
	value_map_release(&expected);
}

/* A hold is an acquire and the next release of the same process. Clients that
 * release what they do not hold leave nothing that may go. */
static void units_by_hold(struct shrinking *shrinking)
{
	const struct history *history = shrinking->judge->history;
	struct calls *few = shrinking->few;
	struct value_map open = { 0 }; /* process to call, plus 1 */
	bool is_sound = true;

	shrinking->unit_count = few->count;
	for (uint32_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];
		struct value process = {
			(uint32_t)history->ops[call->op].process << 1 | 1
		};
		uint32_t *held = value_map_put(&open, process, 0);

		shrinking->units[i] = UNIT_NONE;
		if (call->verb == VERB_ACQUIRE) {
			is_sound &= *held == 0;
			*held = call_is_open(call) ? 0 : i + 1;
		} else if (*held) {
			shrinking->units[*held - 1] = i;
			shrinking->units[i] = i;
			*held = 0;
		} else {
			is_sound = false;
		}
	}
	if (!is_sound) {
		for (size_t i = 0; i < few->count; i++)
			shrinking->units[i] = UNIT_NONE;
	}
	value_map_release(&open);
}

/* Each call that changes nothing. Not so the open ones: what is wrong without
 * them may be right with them. */
static void units_of_pure(struct shrinking *shrinking)
{
	const struct judge *judge = shrinking->judge;
	struct states *states = states_new(judge->history, judge->settings);

	for (uint32_t i = 0; i < shrinking->few->count; i++) {
		const struct call *call = &shrinking->few->items[i];

		shrinking->units[i] =
			judge->model->is_pure(states, call) ? i : UNIT_NONE;
	}
	shrinking->unit_count = shrinking->few->count;
	states_free(states);
}

static bool has_whole_reads(const struct judge *judge,
			    const struct calls *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (calls->items[i].verb == VERB_READ)
			return strcmp(judge->model->name, "set") == 0;
	}
	return false;
}

/* Ends of chains, until none can go any more. */
static void shorten_chains(struct shrinking *shrinking)
{
	size_t before;

	do {
		before = shrinking->few->count;
		units_by_end(shrinking);
		leave_out(shrinking);
	} while (shrinking->few->count < before);
}

void shrink(const struct judge *judge, struct calls *few)
{
	struct shrinking shrinking = { .judge = judge, .few = few };
	enum model_shrink way = judge->model->shrink;

	if (judge->settings->failed_cas_asserts)
		way = SHRINK_PURE;
	shrinking.units = heap_zeroed(few->count, sizeof(uint32_t));
	shrinking.kept = heap_zeroed(few->count, sizeof(struct call));
	if (way == SHRINK_HOLDS) {
		units_by_hold(&shrinking);
		leave_out(&shrinking);
	} else if (way == SHRINK_CHAINS ||
		   (way == SHRINK_VALUES && !has_whole_reads(judge, few))) {
		units_by_value(&shrinking);
		leave_out(&shrinking);
	}
	units_of_pure(&shrinking);
	leave_out(&shrinking);
	if (way == SHRINK_CHAINS)
		shorten_chains(&shrinking);
	free(shrinking.units);
	free(shrinking.kept);
}
