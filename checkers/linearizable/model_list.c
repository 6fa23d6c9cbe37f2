/* SPDX-License-Identifier: MIT */
/*
 * Things that only grow by one: counter, list, log. The state of a counter is
 * its number in two words, of the others the sequence of values.
 */
#include "checkers/linearizable/models.h"

#include <string.h>

static uint32_t intern_number(struct states *states, int64_t number)
{
	const uint32_t words[2] = { (uint32_t)(uint64_t)number,
				    (uint32_t)((uint64_t)number >> 32) };

	return states_intern(states, words, 2);
}

static int64_t number_in(const struct states *states, uint32_t state)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);

	return (int64_t)((uint64_t)words[0] | (uint64_t)words[1] << 32);
}

static uint32_t counter_init(struct states *states)
{
	int64_t number = 0;

	value_get_int(states->history->values, states->settings->initial,
		      &number);
	return intern_number(states, number);
}

/* An increment may tell the number it led to. */
static enum step counter_step(struct states *states, uint32_t state,
			      const struct call *call, unsigned choice,
			      uint32_t *next)
{
	const struct values *values = states->history->values;
	int64_t number = number_in(states, state);
	int64_t amount = 1;
	int64_t shown;

	(void)choice;
	if (call->verb == VERB_READ)
		amount = 0;
	else
		value_get_int(values, call->arg, &amount);
	if (call->verb == VERB_DECREMENT)
		amount = amount == INT64_MIN ? 0 : -amount;
	if (__builtin_add_overflow(number, amount, &number))
		return STEP_NO;
	if (!call_is_open(call)) {
		bool told = value_get_int(values, call->result, &shown);

		if (call->verb == VERB_READ && !told)
			shown = 0;
		if ((told || call->verb == VERB_READ) && shown != number)
			return STEP_NO;
	}
	*next = amount ? intern_number(states, number) : state;
	return STEP_YES;
}

static bool read_is_pure(const struct states *states, const struct call *call)
{
	(void)states;
	return call->verb == VERB_READ || call->verb == VERB_POLL;
}

static const char *counter_describe(const struct states *states,
				    uint32_t state, struct arena *arena)
{
	return arena_printf(arena, "%lld",
			    (long long)number_in(states, state));
}

/* The sequence and one more. */
static uint32_t grow(struct states *states, uint32_t state, struct value value)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t *after = states_scratch(states, count + 1);

	if (count)
		memcpy(after, words, count * sizeof(*words));
	after[count] = value.bits;
	return states_intern(states, after, count + 1);
}

/* The elements of a list, in the scratch. */
static const uint32_t *elements_of(struct states *states, struct value list,
				   size_t *count)
{
	const struct values *values = states->history->values;
	uint32_t *elements;

	*count = value_list_length(values, list);
	elements = states_scratch(states, *count + 1);
	value_list_elements(values, list, (struct value *)(void *)elements);
	return elements;
}

static enum step list_step(struct states *states, uint32_t state,
			   const struct call *call, unsigned choice,
			   uint32_t *next)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	const uint32_t *shown;
	size_t shown_count;

	(void)choice;
	*next = state;
	if (call->verb == VERB_APPEND) {
		*next = grow(states, state, call->arg);
		return STEP_YES;
	}
	if (call_is_open(call))
		return STEP_YES;
	if (value_is_nil(call->result))
		return count == 0 ? STEP_YES : STEP_NO;
	if (value_kind(states->history->values, call->result) != VALUE_LIST ||
	    value_list_length(states->history->values, call->result) != count)
		return STEP_NO;
	shown = elements_of(states, call->result, &shown_count);
	return count == 0 || memcmp(shown, words,
				    count * sizeof(*words)) == 0 ?
		       STEP_YES : STEP_NO;
}

static const char *list_describe(const struct states *states, uint32_t state,
				 struct arena *arena)
{
	return models_describe_values(states, state, "nothing", arena);
}

/* A poll shows [offset, value] pairs, or values alone from its offset on; it
 * need not reach the end. */
static bool poll_agrees(struct states *states, uint32_t state,
			const struct call *call)
{
	const struct values *values = states->history->values;
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t shown_count;
	const uint32_t *shown;
	int64_t offset = 0;

	if (value_is_nil(call->result))
		return true;
	if (value_kind(values, call->result) != VALUE_LIST)
		return false;
	value_get_int(values, call->arg, &offset);
	shown = elements_of(states, call->result, &shown_count);
	for (size_t i = 0; i < shown_count; i++) {
		struct value value = { shown[i] };
		struct value rest;

		if (value_kind(values, value) == VALUE_LIST &&
		    value_list_length(values, value) == 2) {
			rest = value_list_rest(values, value);
			value_get_int(values, value_list_last(values, rest),
				      &offset);
			value = value_list_last(values, value);
		}
		if (offset < 0 || (uint64_t)offset >= count ||
		    words[offset] != value.bits)
			return false;
		offset++;
	}
	return true;
}

/* A send may tell the offset it got. */
static enum step log_step(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next)
{
	size_t count;
	int64_t offset;

	(void)choice;
	*next = state;
	states_words(states, state, &count);
	if (call->verb == VERB_POLL)
		return call_is_open(call) || poll_agrees(states, state, call) ?
			       STEP_YES : STEP_NO;
	if (!call_is_open(call) &&
	    value_get_int(states->history->values, call->result, &offset) &&
	    offset != (int64_t)count)
		return STEP_NO;
	*next = grow(states, state, call->arg);
	return STEP_YES;
}

const struct model model_counter = {
	.name = "counter",
	.summary = "a number incremented, decremented and read",
	.verbs = VERB_BIT(VERB_INCREMENT) | VERB_BIT(VERB_DECREMENT) |
		 VERB_BIT(VERB_READ),
	.init = counter_init,
	.step = counter_step,
	.is_pure = read_is_pure,
	.describe = counter_describe,
};

const struct model model_list = {
	.name = "list",
	.summary = "a list appended to and read whole",
	.verbs = VERB_BIT(VERB_APPEND) | VERB_BIT(VERB_READ),
	.init = models_init_empty,
	.step = list_step,
	.is_pure = read_is_pure,
	.describe = list_describe,
};

const struct model model_log = {
	.name = "log",
	.summary = "a log with dense offsets from 0, sent to and polled",
	.verbs = VERB_BIT(VERB_SEND) | VERB_BIT(VERB_POLL),
	.init = models_init_empty,
	.step = log_step,
	.is_pure = read_is_pure,
	.describe = list_describe,
};
