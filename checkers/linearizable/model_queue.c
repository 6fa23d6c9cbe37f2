/* SPDX-License-Identifier: MIT */
/*
 * Containers that hand out what was put in: FIFO queue, stack, priority queue
 * and bag. The state is the sequence of values: oldest first, bottom first,
 * lowest first; a bag's in order of their bits. Taking out nil means that it
 * was empty.
 */
#include "checkers/linearizable/models.h"

#include <string.h>

/* Writes the sequence without the item at `index` to the scratch. */
static uint32_t without(struct states *states, uint32_t state, size_t index)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t *after = states_scratch(states, count);

	memcpy(after, words, index * sizeof(*words));
	memcpy(after + index, words + index + 1,
	       (count - index - 1) * sizeof(*words));
	return states_intern(states, after, count - 1);
}

/* The sequence with `value` put in at `index`. */
static uint32_t with(struct states *states, uint32_t state, size_t index,
		     struct value value)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	uint32_t *after = states_scratch(states, count + 1);

	if (index)
		memcpy(after, words, index * sizeof(*words));
	after[index] = value.bits;
	if (count > index)
		memcpy(after + index + 1, words + index,
		       (count - index) * sizeof(*words));
	return states_intern(states, after, count + 1);
}

/* Removes or shows the item at `end`, the one whose turn it is. */
static enum step hand_out(struct states *states, uint32_t state,
			  const struct call *call, bool from_front,
			  uint32_t *next)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t index = from_front || !count ? 0 : count - 1;

	*next = state;
	if (!call_is_open(call) && value_is_nil(call->result))
		return count == 0 ? STEP_YES : STEP_NO;
	if (count == 0)
		return STEP_NO;
	if (!call_is_open(call) && words[index] != call->result.bits)
		return STEP_NO;
	if (call->verb != VERB_PEEK)
		*next = without(states, state, index);
	return STEP_YES;
}

static enum step fifo_step(struct states *states, uint32_t state,
			   const struct call *call, unsigned choice,
			   uint32_t *next)
{
	size_t count;

	(void)choice;
	if (!models_is_insertion(call))
		return hand_out(states, state, call, true, next);
	states_words(states, state, &count);
	*next = with(states, state, count, call->arg);
	return STEP_YES;
}

static enum step stack_step(struct states *states, uint32_t state,
			    const struct call *call, unsigned choice,
			    uint32_t *next)
{
	size_t count;

	(void)choice;
	if (!models_is_insertion(call))
		return hand_out(states, state, call, false, next);
	states_words(states, state, &count);
	*next = with(states, state, count, call->arg);
	return STEP_YES;
}

/* Where `value` belongs among the words, by value or by bits. */
static size_t place_of(const struct states *states, uint32_t state,
		       struct value value, bool by_value)
{
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t index = 0;

	while (index < count &&
	       (by_value ? value_compare(states->history->values,
					 (struct value){ words[index] },
					 value) < 0 :
			   words[index] < value.bits))
		index++;
	return index;
}

static enum step priority_step(struct states *states, uint32_t state,
			       const struct call *call, unsigned choice,
			       uint32_t *next)
{
	(void)choice;
	if (!models_is_insertion(call))
		return hand_out(states, state, call, false, next);
	*next = with(states, state, place_of(states, state, call->arg, true),
		     call->arg);
	return STEP_YES;
}

/* An open removal may have taken anything: one choice for each value. */
static enum step bag_take_any(struct states *states, uint32_t state,
			      unsigned choice, uint32_t *next)
{
	size_t count;

	states_words(states, state, &count);
	if (choice >= count)
		return STEP_NO;
	*next = without(states, state, choice);
	return choice + 1 < count ? STEP_MORE : STEP_YES;
}

static enum step bag_step(struct states *states, uint32_t state,
			  const struct call *call, unsigned choice,
			  uint32_t *next)
{
	struct value wanted = call->verb == VERB_REMOVE ? call->arg :
							  call->result;
	size_t count;
	const uint32_t *words = states_words(states, state, &count);
	size_t place;

	*next = state;
	if (models_is_insertion(call)) {
		place = place_of(states, state, call->arg, false);
		*next = with(states, state, place, call->arg);
		return STEP_YES;
	}
	if (call_is_open(call) && call->verb != VERB_REMOVE)
		return call->verb == VERB_PEEK ?
			       STEP_NO :
			       bag_take_any(states, state, choice, next);
	if (value_is_nil(wanted))
		return count == 0 ? STEP_YES : STEP_NO;
	place = place_of(states, state, wanted, false);
	if (place == count || words[place] != wanted.bits)
		return STEP_NO;
	if (call->verb != VERB_PEEK)
		*next = without(states, state, place);
	return STEP_YES;
}

static bool container_is_pure(const struct states *states,
			      const struct call *call)
{
	(void)states;
	if (call->verb == VERB_PEEK)
		return true;
	return models_is_removal(call) && !call_is_open(call) &&
	       value_is_nil(call->result);
}

static const char *container_describe(const struct states *states,
				      uint32_t state, struct arena *arena)
{
	return models_describe_values(states, state, "nothing", arena);
}

#define QUEUE_VERBS                                                \
	(VERB_BIT(VERB_ENQUEUE) | VERB_BIT(VERB_DEQUEUE) |         \
	 VERB_BIT(VERB_DRAIN) | VERB_BIT(VERB_PEEK))
#define STACK_VERBS                                                \
	(VERB_BIT(VERB_PUSH) | VERB_BIT(VERB_POP) | VERB_BIT(VERB_PEEK))

const struct model model_fifo_queue = {
	.name = "fifo-queue",
	.summary = "hands out values in the order they were put in",
	.verbs = QUEUE_VERBS,
	.shrink = SHRINK_VALUES,
	.init = models_init_empty,
	.step = fifo_step,
	.is_pure = container_is_pure,
	.describe = container_describe,
	.relevance = models_insertion_relevance,
};

const struct model model_stack = {
	.name = "stack",
	.summary = "hands out the value put in last",
	.verbs = STACK_VERBS,
	.shrink = SHRINK_VALUES,
	.init = models_init_empty,
	.step = stack_step,
	.is_pure = container_is_pure,
	.describe = container_describe,
	.relevance = models_insertion_relevance,
};

const struct model model_priority_queue = {
	.name = "priority-queue",
	.summary = "hands out the highest value",
	.verbs = QUEUE_VERBS | STACK_VERBS,
	.shrink = SHRINK_VALUES,
	.init = models_init_empty,
	.step = priority_step,
	.is_pure = container_is_pure,
	.describe = container_describe,
	.relevance = models_insertion_relevance,
};

const struct model model_bag = {
	.name = "bag",
	.summary = "hands out any value that was put in",
	.verbs = QUEUE_VERBS | STACK_VERBS | VERB_BIT(VERB_ADD) |
		 VERB_BIT(VERB_REMOVE),
	.shrink = SHRINK_VALUES,
	.init = models_init_empty,
	.step = bag_step,
	.is_pure = container_is_pure,
	.describe = container_describe,
	.relevance = NULL,
};
