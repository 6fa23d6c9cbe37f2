/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/container.h"

#include <stdlib.h>

#include "checkers/linearizable/models.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

/* The value that a call puts in, sees or takes out. */
static struct value subject_of(const struct call *call)
{
	return models_is_insertion(call) || call->verb == VERB_REMOVE ?
		       call->arg : call->result;
}

static bool is_taking(const struct call *call)
{
	return models_is_removal(call) || call->verb == VERB_REMOVE;
}

static uint32_t item_number(struct container *container, struct value value)
{
	return *value_map_put(&container->numbers, value,
			      (uint32_t)container->numbers.count);
}

/* Which calls are about values, and which values there are. */
static void number_items(struct container *container)
{
	const struct calls *calls = container->calls;

	value_map_reserve(&container->numbers, calls->count / 2 + 8);
	container->item_of = heap_alloc((calls->count + 1) * sizeof(uint32_t));
	container->open_removals =
		heap_alloc((calls->open_count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		container->item_of[i] = CALL_NONE;
		if (is_finding_nothing(call))
			container->empty_count++;
		else if (models_is_insertion(call) || !call_is_open(call) ||
			 call->verb == VERB_REMOVE)
			container->item_of[i] =
				item_number(container, subject_of(call));
		else if (models_is_removal(call))
			container->open_removals
				[container->open_removal_count++] = i;
	}
	container->item_count = container->numbers.count;
	container->items = heap_alloc((container->item_count + 1) *
				      sizeof(*container->items));
	for (size_t i = 0; i < container->item_count; i++)
		container->items[i] = (struct item){
			.insertion = CALL_NONE, .removal = CALL_NONE,
			.in_return = NEVER, .out_invoke = NEVER,
			.out_return = NEVER, .peek_return = NEVER,
		};
}

void container_convict(struct container *container, uint32_t item)
{
	if (container->is_convicted)
		container->is_convicted[item] = 1;
	for (uint32_t i = 0; i < container->calls->count; i++) {
		if (container->item_of[i] == item)
			monitor_convict(container->result,
					&container->calls->items[i]);
	}
}

void container_convict_all(struct container *container,
			   const uint8_t *is_marked)
{
	for (size_t i = 0; i < container->item_count; i++) {
		if (container->is_convicted)
			container->is_convicted[i] |= is_marked[i];
	}
	for (uint32_t i = 0; i < container->calls->count; i++) {
		uint32_t item = container->item_of[i];

		if (item != CALL_NONE && is_marked[item])
			monitor_convict(container->result,
					&container->calls->items[i]);
	}
}

/* A call that took the value out, or saw it. An open removal of this very value
 * counts where there is no other. */
static bool add_observer(struct container *container, uint32_t number)
{
	const struct call *call = &container->calls->items[number];
	struct item *item = &container->items[container->item_of[number]];

	if (is_taking(call)) {
		if (item->removal != CALL_NONE && call_is_open(call))
			return true;
		if (item->removal != CALL_NONE &&
		    !call_is_open(&container->calls->items[item->removal])) {
			item->insertion = CALL_NONE;
			container_convict(container,
					  container->item_of[number]);
			return false;
		}
		item->removal = number;
		item->out_invoke = call->invoke;
		item->out_return = call->complete;
		return true;
	}
	container->peek_count++;
	if (item->peek_invoke < call->invoke)
		item->peek_invoke = call->invoke;
	if (item->peek_return > call->complete)
		item->peek_return = call->complete;
	return true;
}

static bool add_insertion(struct container *container, uint32_t number)
{
	const struct call *call = &container->calls->items[number];
	struct item *item = &container->items[container->item_of[number]];

	if (item->insertion != CALL_NONE) {
		container->result->why = "a value is put in more than once";
		return false;
	}
	item->insertion = number;
	item->in_invoke = call->invoke;
	item->in_return = call->complete; /* NEVER if open */
	item->value = call->arg;
	return true;
}

/* Narrows the intervals. False if nothing is left of one. */
static bool narrow(struct container *container, uint32_t number)
{
	struct item *item = &container->items[number];
	uint32_t seen = item->peek_return < item->out_return ?
				item->peek_return : item->out_return;

	if (seen == NEVER)
		return true;
	if (item->insertion == CALL_NONE || seen < item->in_invoke ||
	    item->out_return < item->peek_invoke) {
		container_convict(container, number);
		return false;
	}
	if (item->in_return > seen)
		item->in_return = seen;
	if (item->removal == CALL_NONE)
		return true;
	if (item->out_invoke < item->in_invoke)
		item->out_invoke = item->in_invoke;
	if (item->out_invoke < item->peek_invoke)
		item->out_invoke = item->peek_invoke;
	return true;
}

/* An open insertion whose value nobody saw might as well not have been. */
static bool is_idle(const struct item *item)
{
	return item->insertion != CALL_NONE && item->in_return == NEVER;
}

static bool collect(struct container *container)
{
	const struct calls *calls = container->calls;

	if (monitor_is_late(container->result))
		return false;
	for (uint32_t i = 0; i < calls->count; i++) {
		if (container->item_of[i] == CALL_NONE)
			continue;
		if (models_is_insertion(&calls->items[i]) ?
			    !add_insertion(container, i) :
			    false)
			return false;
	}
	if (monitor_is_late(container->result))
		return false;
	for (uint32_t i = 0; i < calls->count; i++) {
		if (container->item_of[i] != CALL_NONE &&
		    !models_is_insertion(&calls->items[i]) &&
		    !add_observer(container, i))
			return false;
	}
	for (uint32_t i = 0; i < container->item_count; i++) {
		if (!narrow(container, i))
			return false;
	}
	return true;
}

/* Leaves out idle items. */
static void compact(struct container *container)
{
	uint32_t *moved = heap_alloc((container->item_count + 1) *
				     sizeof(*moved));
	uint32_t count = 0;

	for (size_t i = 0; i < container->item_count; i++) {
		moved[i] = CALL_NONE;
		if (is_idle(&container->items[i]))
			continue;
		moved[i] = count;
		container->items[count++] = container->items[i];
	}
	for (size_t i = 0; i < container->calls->count; i++) {
		if (container->item_of[i] != CALL_NONE)
			container->item_of[i] = moved[container->item_of[i]];
	}
	container->item_count = count;
	free(moved);
}

bool container_init(struct container *container, const struct calls *calls,
		    struct monitor_result *result)
{
	*container = (struct container){ .calls = calls, .result = result };
	number_items(container);
	if (!collect(container))
		return false;
	if (calls->open_count)
		compact(container);
	return !monitor_is_late(result);
}

void container_release(struct container *container)
{
	value_map_release(&container->numbers);
	free(container->items);
	free(container->item_of);
	free(container->open_removals);
	*container = (struct container){ 0 };
}

/* Some ends to a stretch, which share a line of memory. */
static void list_stretches(struct gaps *gaps)
{
	uint32_t highest = gaps->end_count ? gaps->ends[gaps->end_count - 1] :
					     0;
	size_t next = 0;

	gaps->shift = 0;
	while (highest >> gaps->shift > gaps->end_count / 4)
		gaps->shift++;
	gaps->stretches = (highest >> gaps->shift) + (size_t)1;
	gaps->directory = heap_alloc((gaps->stretches + 1) *
				     sizeof(*gaps->directory));
	for (size_t i = 0; i < gaps->stretches; i++) {
		gaps->directory[i] = (uint32_t)next;
		while (next < gaps->end_count &&
		       gaps->ends[next] >> gaps->shift == i)
			next++;
	}
	gaps->directory[gaps->stretches] = (uint32_t)next;
}

void gaps_init(struct gaps *gaps, const struct container *container)
{
	struct sort_item *ends =
		heap_alloc((container->item_count * 2 + 1) * sizeof(*ends));
	size_t count = 0;

	for (size_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];

		if (!item_has_layer(item))
			continue;
		ends[count++].key = item->in_return;
		if (item->out_invoke != NEVER)
			ends[count++].key = item->out_invoke;
	}
	sort_items(ends, count);
	gaps->ends = heap_alloc((count + 1) * sizeof(*gaps->ends));
	for (size_t i = 0; i < count; i++)
		gaps->ends[i] = ends[i].key;
	gaps->end_count = count;
	free(ends);
	list_stretches(gaps);
}

void gaps_release(struct gaps *gaps)
{
	free(gaps->ends);
	free(gaps->directory);
	*gaps = (struct gaps){ 0 };
}

uint32_t gap_after(const struct gaps *gaps, uint32_t position)
{
	size_t stretch = position >> gaps->shift;
	size_t low = gaps->end_count;
	size_t high = gaps->end_count;

	if (stretch < gaps->stretches) {
		low = gaps->directory[stretch];
		high = gaps->directory[stretch + 1];
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (gaps->ends[middle] <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

uint32_t gap_before(const struct gaps *gaps, uint32_t position)
{
	return position ? gap_after(gaps, position - 1) : 0;
}
