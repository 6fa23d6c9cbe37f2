/* SPDX-License-Identifier: MIT */
/* Leaving out of a counterexample what it does not need. */
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/models.h"
#include "checkers/linearizable/units.h"
#include "harness/core/arena.h"

/* Bound of the whole shrinking: calls looked at and configurations. */
#define WORK_MAX ((uint64_t)8 * 1000 * 1000)

/* So many of the last calls tell first which units may matter. */
#define GALLOP_FIRST 16

/* More than this, and the past of a register is left out at once. */
#define WINDOW_EARLY 256

/* More calls than this are not looked at one by one. */
#define POLISH_MAX 256

struct shrinking {
	const struct judge *judge;
	struct calls *few;
	uint32_t *units; /* of each call: what goes together, or UNIT_NONE */
	size_t unit_count;
	struct call *kept; /* room for a try */
	struct value_map *shown; /* of a set read whole; NULL */
	uint64_t work;
	bool any_start; /* the past is left out */
};

/* True when the budget is used up. */
static bool is_over(const struct shrinking *shrinking)
{
	return shrinking->work > WORK_MAX ||
	       budget_expired(shrinking->judge->limits->budget);
}

/* Are the first `count` of the kept calls wrong? */
static bool is_kept_wrong(struct shrinking *shrinking, size_t count)
{
	const struct judge *judge = shrinking->judge;
	struct states *states = states_new(judge->history, judge->settings);
	struct search_result result;

	decide_excerpt(judge, states, shrinking->kept, count,
		       shrinking->any_start, &result);
	states_free(states);
	shrinking->work += result.visited;
	return result.kind == VERDICT_INVALID;
}

/* Tries to do without the calls whose unit is marked. */
static bool try_without(struct shrinking *shrinking, const uint8_t *is_out)
{
	struct calls *few = shrinking->few;
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < few->count; i++) {
		uint32_t unit = shrinking->units[i];

		if (unit == UNIT_NONE || !is_out[unit])
			shrinking->kept[count++] = few->items[i];
	}
	shrinking->work += few->count;
	if (count == few->count)
		return true;
	if (!is_kept_wrong(shrinking, count))
		return false;
	for (size_t i = 0; i < few->count; i++) {
		uint32_t unit = shrinking->units[i];

		if (unit != UNIT_NONE && is_out[unit])
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

/* What is wrong is often wrong near the end: tries to keep only what the last
 * calls are about, more and more of them. */
static void gallop(struct shrinking *shrinking, uint8_t *is_out)
{
	const struct calls *few = shrinking->few;
	size_t last = GALLOP_FIRST;

	for (; last < few->count / 2 && !is_over(shrinking); last *= 8) {
		size_t before = few->count;

		memset(is_out, 1, shrinking->unit_count);
		for (size_t i = few->count - last; i < few->count; i++) {
			if (shrinking->units[i] != UNIT_NONE)
				is_out[shrinking->units[i]] = 0;
		}
		if (try_without(shrinking, is_out) && few->count < before)
			break;
	}
	memset(is_out, 0, shrinking->unit_count);
}

/* Leaves out ranges of units: halves, quarters, single ones, until no single
 * one can go (Zeller and Hildebrandt, "Simplifying and isolating
 * failure-inducing input", 2002). */
static void leave_out(struct shrinking *shrinking)
{
	uint8_t *is_out = heap_zeroed(shrinking->unit_count + 1, 1);
	size_t parts = 1;
	bool again = true;

	gallop(shrinking, is_out);
	while (again) {
		uint32_t size;

		renumber(shrinking);
		size = (uint32_t)((shrinking->unit_count + parts - 1) / parts);
		again = size > 1;
		for (uint32_t first = 0; first < shrinking->unit_count &&
					 !is_over(shrinking);
		     first += size) {
			size_t before = shrinking->few->count;
			size_t left = shrinking->unit_count - first;

			memset(is_out + first, 1, size < left ? size : left);
			if (try_without(shrinking, is_out))
				again |= shrinking->few->count < before;
			memset(is_out + first, 0, size < left ? size : left);
		}
		again &= !is_over(shrinking);
		parts *= 2;
	}
	free(is_out);
}

bool has_whole_reads(const struct judge *judge, const struct calls *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (calls->items[i].verb == VERB_READ)
			return strcmp(judge->model->name, "set") == 0;
	}
	return false;
}

/* Tries to do without what is done to the elements and said of them. */
static bool try_without_elements(struct shrinking *shrinking,
				 const struct value *elements, size_t count)
{
	struct calls *few = shrinking->few;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		*value_map_put(shrinking->shown, elements[i], 0) = 0;
	for (size_t i = 0; i < few->count; i++) {
		const struct call *call = &few->items[i];

		if (call->verb == VERB_READ ||
		    value_map_at(shrinking->shown, call->arg, 0))
			shrinking->kept[kept++] = *call;
	}
	shrinking->work += few->count;
	if (!is_kept_wrong(shrinking, kept)) {
		for (size_t i = 0; i < count; i++)
			*value_map_put(shrinking->shown, elements[i], 1) = 1;
		return false;
	}
	if (kept)
		memcpy(few->items, shrinking->kept,
		       kept * sizeof(*few->items));
	few->count = kept;
	return true;
}

/* Leaves out elements of a set: halves, quarters, single ones. */
static void leave_elements(struct shrinking *shrinking)
{
	struct value *elements;
	size_t count;
	size_t size;

	if (!shrinking->shown)
		return;
	count = value_map_list(shrinking->shown, &elements);
	for (size = (count + 1) / 2; size; size /= 2) {
		for (size_t first = 0; first < count && !is_over(shrinking);) {
			size_t last = first + size < count ? first + size :
							     count;

			if (!try_without_elements(shrinking, elements + first,
						  last - first)) {
				first = last;
				continue;
			}
			memmove(elements + first, elements + last,
				(count - last) * sizeof(*elements));
			count -= last - first;
		}
	}
	free(elements);
}

/* Ends of chains, until none can go any more. */
static void shorten_chains(struct shrinking *shrinking)
{
	size_t before;

	do {
		before = shrinking->few->count;
		shrinking->unit_count =
			units_by_end(shrinking->few, shrinking->units);
		leave_out(shrinking);
	} while (shrinking->few->count < before);
}

/* One of ours: of a model from elsewhere not enough is known. */
static bool is_register(const struct judge *judge)
{
	return (judge->model == &model_register ||
		judge->model == &model_cas_register) &&
	       !judge->settings->failed_cas_asserts;
}

/* Leaves out the past of a register. */
static void leave_past(struct shrinking *shrinking, size_t at_most)
{
	if (!is_register(shrinking->judge) || shrinking->any_start ||
	    shrinking->few->count <= at_most || is_over(shrinking))
		return;
	shrinking->any_start =
		window_find(shrinking->judge, shrinking->few);
}

static void leave_values(struct shrinking *shrinking)
{
	enum model_shrink way = shrinking->judge->model->shrink;

	if (shrinking->judge->settings->failed_cas_asserts)
		return;
	if (way == SHRINK_HOLDS) {
		shrinking->unit_count = units_by_hold(shrinking->judge->history,
						      shrinking->few,
						      shrinking->units);
		leave_out(shrinking);
	} else if (way == SHRINK_CHAINS ||
		   (way == SHRINK_VALUES &&
		    !has_whole_reads(shrinking->judge, shrinking->few))) {
		shrinking->unit_count =
			units_by_value(shrinking->few, shrinking->units);
		leave_out(shrinking);
	}
}

static void leave_rest(struct shrinking *shrinking)
{
	shrinking->unit_count = units_of_pure(
		shrinking->judge, shrinking->few, shrinking->units);
	leave_out(shrinking);
	if (shrinking->judge->model->shrink == SHRINK_CHAINS &&
	    !shrinking->judge->settings->failed_cas_asserts)
		shorten_chains(shrinking);
}

/* What only pays for a few calls of a register. */
static void polish(struct shrinking *shrinking)
{
	const struct judge *judge = shrinking->judge;
	struct calls *few = shrinking->few;

	if (!is_register(judge) || few->count > POLISH_MAX)
		return;
	leave_unseen(judge, few, shrinking->any_start);
	leave_rest(shrinking);
	if (!shrinking->any_start || few->count <= EXPLAIN_CALLS_MAX)
		return;
	window_open(judge, few);
	leave_unseen(judge, few, true);
	leave_rest(shrinking);
}

void shrink(const struct judge *judge, struct calls *few,
	    struct value_map *shown, bool *any_start)
{
	struct shrinking shrinking = { .judge = judge, .few = few,
				       .shown = shown,
				       .any_start = *any_start };
	size_t before;

	shrinking.units = heap_zeroed(few->count, sizeof(uint32_t));
	shrinking.kept = heap_zeroed(few->count, sizeof(struct call));
	do {
		before = few->count;
		leave_elements(&shrinking);
		leave_values(&shrinking);
		leave_past(&shrinking, WINDOW_EARLY);
		leave_rest(&shrinking);
	} while (shown && few->count < before);
	leave_past(&shrinking, EXPLAIN_CALLS_MAX);
	if (shrinking.any_start) {
		leave_values(&shrinking);
		leave_rest(&shrinking);
	}
	polish(&shrinking);
	*any_start = shrinking.any_start;
	free(shrinking.units);
	free(shrinking.kept);
}
