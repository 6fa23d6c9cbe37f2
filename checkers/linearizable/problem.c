/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/problem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

#define NUMBER_MAX ((size_t)1 << 30)

/* Working memory of problem_init. */
struct layout {
	struct problem *problem;
	uint32_t *until; /* of each open call */
	uint32_t *group_until; /* the latest of its calls */
	struct sort_item *marks; /* position and event */
	size_t mark_count;
	uint32_t *free_numbers; /* a stack */
	size_t free_count;
	uint32_t used; /* numbers handed out */
};

/* Same verb, values and result; by the same process, where that matters. */
static bool are_copies(const struct problem *problem, const struct call *a,
		       const struct call *b)
{
	const struct history *history = problem->states->history;

	if (a->verb != b->verb || a->is_refused != b->is_refused ||
	    a->arg.bits != b->arg.bits ||
	    a->expected.bits != b->expected.bits ||
	    a->result.bits != b->result.bits)
		return false;
	return !problem->model->by_process ||
	       history->ops[a->op].process == history->ops[b->op].process;
}

static size_t hash_call(const struct problem *problem, uint32_t number)
{
	const struct call *call = &problem->calls[number];
	uint64_t hash = call->verb;

	hash = (hash ^ call->arg.bits) * UINT64_C(0x9e3779b97f4a7c15);
	hash = (hash ^ call->expected.bits) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ call->result.bits) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (size_t)(hash >> 24);
}

/* Gives each call the number of its kind. Pure calls are not told apart from
 * others by their fields alone (an open dequeue is no dequeue of nothing);
 * each of them, and each transaction, is a kind of its own. */
static void find_kinds(struct problem *problem)
{
	const struct history *history = problem->states->history;
	size_t size = 64;
	uint32_t *slots;

	while (size < problem->call_count * 2)
		size *= 2;
	slots = heap_zeroed(size, sizeof(*slots));
	for (uint32_t i = 0; i < problem->call_count; i++) {
		const struct call *call = &problem->calls[i];
		size_t slot = hash_call(problem, i) & (size - 1);

		problem->kinds[i] = (uint32_t)problem->kind_count;
		if (problem->is_pure[i] || call_is_transaction(history, call) ||
		    problem->model->is_whole) {
			problem->kind_count++;
			continue;
		}
		while (slots[slot] &&
		       !are_copies(problem, call,
				   &problem->calls[slots[slot] - 1]))
			slot = (slot + 1) & (size - 1);
		if (slots[slot]) {
			problem->kinds[i] = problem->kinds[slots[slot] - 1];
		} else {
			slots[slot] = i + 1;
			problem->kind_count++;
		}
	}
	free(slots);
}

static void mark(struct layout *layout, uint32_t position,
		 enum event_kind kind, uint32_t number)
{
	layout->marks[layout->mark_count++] =
		(struct sort_item){ position, EVENT_MAKE(kind, number) };
}

/* Groups the open calls of a kind that may help; `slots` of such a call
 * becomes the number of its group. */
static void find_groups(struct layout *layout)
{
	struct problem *problem = layout->problem;
	uint32_t *group_of =
		heap_zeroed(problem->kind_count, sizeof(*group_of));

	for (uint32_t i = 0; i < problem->call_count; i++) {
		uint32_t *group = &group_of[problem->kinds[i]];

		if (!call_is_open(&problem->calls[i]))
			continue;
		if (problem->is_pure[i] ||
		    layout->until[i] <= problem->calls[i].invoke) {
			problem->slots[i] = SLOT_NONE;
			continue;
		}
		if (!*group) {
			problem->group_calls[problem->group_count] = i;
			*group = (uint32_t)++problem->group_count;
		}
		problem->slots[i] = *group - 1;
		if (layout->group_until[*group - 1] < layout->until[i])
			layout->group_until[*group - 1] = layout->until[i];
	}
	free(group_of);
}

static void mark_all(struct layout *layout)
{
	struct problem *problem = layout->problem;

	for (uint32_t i = 0; i < problem->call_count; i++) {
		const struct call *call = &problem->calls[i];

		if (call_is_open(call) && problem->slots[i] == SLOT_NONE)
			continue;
		mark(layout, call->invoke, EVENT_INVOKE, i);
		if (!call_is_open(call))
			mark(layout, call->complete, EVENT_RETURN, i);
	}
	for (uint32_t g = 0; g < problem->group_count; g++) {
		if (layout->group_until[g] != CALL_OPEN)
			mark(layout, layout->group_until[g], EVENT_EXPIRE, g);
	}
}

static uint32_t take_number(struct layout *layout)
{
	if (layout->free_count)
		return layout->free_numbers[--layout->free_count];
	return layout->used++;
}

static void give_number(struct layout *layout, uint32_t number)
{
	layout->free_numbers[layout->free_count++] = number;
}

/* Walks the time line and hands out bits. */
static void give_slots(struct layout *layout)
{
	struct problem *problem = layout->problem;

	layout->used = 0;
	layout->free_count = 0;
	for (size_t i = 0; i < problem->event_count; i++) {
		uint32_t number = EVENT_NUMBER(problem->events[i]);

		if (EVENT_KIND(problem->events[i]) == EVENT_INVOKE &&
		    !call_is_open(&problem->calls[number]))
			problem->slots[number] = take_number(layout);
		else if (EVENT_KIND(problem->events[i]) == EVENT_RETURN)
			give_number(layout, problem->slots[number]);
	}
	problem->mask_words = (layout->used + 63) / 64;
}

/* The same for lanes. */
static void give_lanes(struct layout *layout)
{
	struct problem *problem = layout->problem;

	layout->used = 0;
	layout->free_count = 0;
	for (size_t g = 0; g < problem->group_count; g++)
		problem->group_lanes[g] = SLOT_NONE;
	for (size_t i = 0; i < problem->event_count; i++) {
		uint32_t number = EVENT_NUMBER(problem->events[i]);
		uint32_t *lane;

		if (EVENT_KIND(problem->events[i]) == EVENT_EXPIRE) {
			give_number(layout, problem->group_lanes[number]);
			continue;
		}
		if (!call_is_open(&problem->calls[number]))
			continue;
		lane = &problem->group_lanes[problem->slots[number]];
		if (*lane == SLOT_NONE)
			*lane = take_number(layout);
	}
	problem->lane_words = (layout->used + 3) / 4;
}

static void lay_out(struct layout *layout)
{
	struct problem *problem = layout->problem;

	find_groups(layout);
	mark_all(layout);
	sort_items(layout->marks, layout->mark_count);
	problem->event_count = layout->mark_count;
	problem->events =
		heap_zeroed(problem->event_count, sizeof(*problem->events));
	for (size_t i = 0; i < problem->event_count; i++)
		problem->events[i] = layout->marks[i].number;
	give_slots(layout);
	give_lanes(layout);
}

void problem_init(struct problem *problem, const struct model *model,
		  struct states *states, const struct call *calls,
		  size_t count)
{
	struct layout layout = { .problem = problem };

	assert(count < NUMBER_MAX);
	*problem = (struct problem){ .model = model, .states = states,
				     .calls = calls, .call_count = count };
	problem->slots = heap_zeroed(count, sizeof(*problem->slots));
	problem->kinds = heap_zeroed(count, sizeof(*problem->kinds));
	problem->is_pure = heap_zeroed(count, sizeof(*problem->is_pure));
	layout.until = heap_zeroed(count, sizeof(*layout.until));
	for (size_t i = 0; i < count; i++) {
		problem->is_pure[i] = model->is_pure(states, &calls[i]);
		layout.until[i] = CALL_OPEN;
	}
	if (model->relevance)
		model->relevance(states, calls, count, layout.until);
	find_kinds(problem);
	problem->group_lanes = heap_zeroed(count, sizeof(uint32_t));
	problem->group_calls = heap_zeroed(count, sizeof(uint32_t));
	layout.group_until = heap_zeroed(count, sizeof(uint32_t));
	layout.marks = heap_zeroed(count * 3, sizeof(*layout.marks));
	layout.free_numbers = heap_zeroed(count, sizeof(uint32_t));
	lay_out(&layout);
	free(layout.until);
	free(layout.group_until);
	free(layout.marks);
	free(layout.free_numbers);
}

void problem_release(struct problem *problem)
{
	free(problem->slots);
	free(problem->kinds);
	free(problem->is_pure);
	free(problem->group_lanes);
	free(problem->group_calls);
	free(problem->events);
	*problem = (struct problem){ 0 };
}

uint32_t problem_position(const struct problem *problem, size_t event)
{
	uint32_t number = EVENT_NUMBER(problem->events[event]);
	const struct call *call = &problem->calls[number];

	assert(EVENT_KIND(problem->events[event]) != EVENT_EXPIRE);
	return EVENT_KIND(problem->events[event]) == EVENT_INVOKE ?
		       call->invoke : call->complete;
}
