/* SPDX-License-Identifier: MIT */
/* Set: the state is the elements in order of their bits. */
#include "checkers/linearizable/models.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/value_map.h"

/* Where the element is among the words, or belongs. */
static size_t place_of(const uint32_t *words, size_t count, uint32_t element)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (words[middle] < element)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

static int by_bits(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Leaves out elements that do not count. */
static size_t leave_counted(const struct states *states,
			    struct value *elements, size_t length)
{
	const struct value_map *shown = states->settings->shown;
	size_t kept = 0;

	if (!shown)
		return length;
	for (size_t i = 0; i < length; i++) {
		if (value_map_at(shown, elements[i], 0))
			elements[kept++] = elements[i];
	}
	return kept;
}

/* The read shows exactly these elements; showing one twice is no harm. */
static bool shows(struct states *states, uint32_t state, struct value result)
{
	const struct values *values = states->history->values;
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	struct value *elements;
	size_t shown = 0;
	size_t length;

	if (value_is_nil(result))
		return count == 0;
	if (value_kind(values, result) != VALUE_LIST)
		return false;
	length = value_list_length(values, result);
	if (length < count)
		return false;
	elements = (struct value *)(void *)states_scratch(states, length + 1);
	value_list_elements(values, result, elements);
	length = leave_counted(states, elements, length);
	qsort(elements, length, sizeof(*elements), by_bits);
	for (size_t i = 0; i < length; i++) {
		if (i > 0 && elements[i].bits == elements[i - 1].bits)
			continue;
		if (shown == count || words[shown] != elements[i].bits)
			return false;
		shown++;
	}
	return shown == count;
}

/* The set with or without the element at `place`. */
static uint32_t change(struct states *states, uint32_t state, size_t place,
		       uint32_t element, bool add)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t *after = states_scratch(states, count + 1);
	size_t rest = add ? place : place + 1;

	if (place)
		memcpy(after, words, place * sizeof(*words));
	if (add)
		after[place++] = element;
	if (count > rest)
		memcpy(after + place, words + rest,
		       (count - rest) * sizeof(*words));
	return states_intern(states, after, place + count - rest);
}

/* add and remove may tell (as a boolean) whether they changed the set. */
static enum step set_step(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t place = place_of(words, count, call->arg.bits);
	bool has = place < count && words[place] == call->arg.bits;
	bool told = !call_is_open(call) &&
		    (value_equal(call->result, value_bool(true)) ||
		     value_equal(call->result, value_bool(false)));
	bool result = told && value_as_bool(call->result);

	(void)choice;
	*next = state;
	if (call->verb == VERB_READ)
		return call_is_open(call) ||
				       shows(states, state, call->result) ?
			       STEP_YES : STEP_NO;
	if (call->verb == VERB_CONTAINS)
		return !told || result == has ? STEP_YES : STEP_NO;
	if (told && result != (has == (call->verb == VERB_REMOVE)))
		return STEP_NO;
	if (has == (call->verb == VERB_REMOVE))
		*next = change(states, state, place, call->arg.bits,
			       call->verb == VERB_ADD);
	return STEP_YES;
}

static bool set_is_pure(const struct states *states, const struct call *call)
{
	(void)states;
	if (call->verb == VERB_READ || call->verb == VERB_CONTAINS)
		return true;
	return !call_is_open(call) &&
	       value_equal(call->result, value_bool(false));
}

static const char *set_describe(const struct states *states, uint32_t state,
				struct arena *arena)
{
	return models_describe_values(states, state, "nothing", arena);
}

const struct model model_set = {
	.name = "set",
	.summary = "elements added, removed, asked for, or read whole",
	.verbs = VERB_BIT(VERB_ADD) | VERB_BIT(VERB_REMOVE) |
		 VERB_BIT(VERB_CONTAINS) | VERB_BIT(VERB_READ),
	.shrink = SHRINK_VALUES,
	.init = models_init_empty,
	.step = set_step,
	.is_pure = set_is_pure,
	.describe = set_describe,
};
