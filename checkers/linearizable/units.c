/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/units.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

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
size_t units_by_value(const struct calls *few, uint32_t *units)
{
	size_t count;
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

		units[i] =
			has_subject(call) ?
				find_root(parents,
					  value_map_at(&numbers,
						       subject_of(call), 0)) :
				UNIT_NONE;
	}
	free(parents);
	count = numbers.count;
	value_map_release(&numbers);
	return count;
}

/* One unit for each value that no cas expects: the ends of chains. What comes
 * after them is another write, which does not care what it replaces. */
size_t units_by_end(const struct calls *few, uint32_t *units)
{
	size_t count;
	struct value_map numbers = { 0 };
	struct value_map expected = { 0 };

	number_values(few, &numbers);
	for (size_t i = 0; i < few->count; i++) {
		if (few->items[i].verb == VERB_CAS)
			value_map_put(&expected, few->items[i].expected, 1);
	}
	for (size_t i = 0; i < few->count; i++) {
		struct value subject = subject_of(&few->items[i]);

		units[i] =
			value_map_at(&expected, subject, 0) ?
				UNIT_NONE :
				value_map_at(&numbers, subject, 0);
	}
	count = numbers.count;
	value_map_release(&numbers);
	value_map_release(&expected);
	return count;
}

/* A hold is an acquire and the next release of the same process. Clients that
 * release what they do not hold leave nothing that may go. */
size_t units_by_hold(const struct history *history, const struct calls *few,
		     uint32_t *units)
{
	struct value_map open = { 0 }; /* process to call, plus 1 */
	bool is_sound = true;

	for (uint32_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];
		struct value process = {
			(uint32_t)history->ops[call->op].process << 1 | 1
		};
		uint32_t *held = value_map_put(&open, process, 0);

		units[i] = UNIT_NONE;
		if (call->verb == VERB_ACQUIRE) {
			is_sound &= *held == 0;
			*held = call_is_open(call) ? 0 : i + 1;
		} else if (*held) {
			units[*held - 1] = i;
			units[i] = i;
			*held = 0;
		} else {
			is_sound = false;
		}
	}
	if (!is_sound) {
		for (size_t i = 0; i < few->count; i++)
			units[i] = UNIT_NONE;
	}
	value_map_release(&open);
	return few->count;
}

/* Each call that changes nothing, and each open one that cannot help what is
 * left. Not so other open ones: what is wrong without them may be right with
 * them. */
size_t units_of_pure(const struct judge *judge, const struct calls *few,
		     uint32_t *units)
{
	struct states *states = states_new(judge->history, judge->settings);
	uint32_t *until = heap_alloc((few->count + 1) * sizeof(*until));

	memset(until, 0xff, few->count * sizeof(*until));
	if (judge->model->relevance)
		judge->model->relevance(states, few->items, few->count, until);
	for (uint32_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];
		bool is_idle = call_is_open(call) && until[i] <= call->invoke;

		units[i] =
			is_idle || judge->model->is_pure(states, call) ?
				i : UNIT_NONE;
	}
	states_free(states);
	free(until);
	return few->count;
}
