/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/timeline.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

void timeline_init(struct timeline *timeline, const struct problem *problem)
{
	*timeline = (struct timeline){ .problem = problem };
	timeline->open = heap_zeroed(problem->mask_words * 64 + 1,
				     sizeof(*timeline->open));
	timeline->groups = heap_zeroed(problem->group_count + 1,
				       sizeof(*timeline->groups));
	timeline->available = heap_zeroed(problem->group_count + 1,
					  sizeof(*timeline->available));
}

void timeline_release(struct timeline *timeline)
{
	free(timeline->open);
	free(timeline->groups);
	free(timeline->available);
	*timeline = (struct timeline){ 0 };
}

/* Opens a call that will return. */
static void open_call(struct timeline *timeline, uint32_t number)
{
	const struct call *calls = timeline->problem->calls;
	size_t i = timeline->open_count++;

	for (; i > 0 && calls[timeline->open[i - 1]].complete >
				calls[number].complete; i--)
		timeline->open[i] = timeline->open[i - 1];
	timeline->open[i] = number;
}

static void drop(uint32_t *numbers, size_t *count, uint32_t number)
{
	size_t i = 0;

	while (numbers[i] != number)
		i++;
	memmove(numbers + i, numbers + i + 1,
		(*count - i - 1) * sizeof(*numbers));
	(*count)--;
}

static void add_group(struct timeline *timeline, uint32_t group)
{
	size_t i = timeline->group_count++;

	for (; i > 0 && timeline->groups[i - 1] > group; i--)
		timeline->groups[i] = timeline->groups[i - 1];
	timeline->groups[i] = group;
}

void timeline_forward(struct timeline *timeline)
{
	const struct problem *problem = timeline->problem;
	uint32_t event = timeline_event(timeline);
	uint32_t number = EVENT_NUMBER(event);
	uint32_t group;

	timeline->at++;
	switch (EVENT_KIND(event)) {
	case EVENT_INVOKE:
		if (!call_is_open(&problem->calls[number])) {
			open_call(timeline, number);
			break;
		}
		group = problem->slots[number];
		if (timeline->available[group]++ == 0)
			add_group(timeline, group);
		break;
	case EVENT_RETURN:
		assert(timeline->open[0] == number);
		drop(timeline->open, &timeline->open_count, number);
		break;
	case EVENT_EXPIRE:
		drop(timeline->groups, &timeline->group_count, number);
		break;
	}
}

static void step_back(struct timeline *timeline)
{
	const struct problem *problem = timeline->problem;
	uint32_t event = problem->events[--timeline->at];
	uint32_t number = EVENT_NUMBER(event);
	uint32_t group;

	switch (EVENT_KIND(event)) {
	case EVENT_INVOKE:
		if (!call_is_open(&problem->calls[number])) {
			drop(timeline->open, &timeline->open_count, number);
			break;
		}
		group = problem->slots[number];
		if (--timeline->available[group] == 0)
			drop(timeline->groups, &timeline->group_count, group);
		break;
	case EVENT_RETURN:
		open_call(timeline, number);
		break;
	case EVENT_EXPIRE:
		add_group(timeline, number);
		break;
	}
}

void timeline_seek(struct timeline *timeline, size_t at)
{
	while (timeline->at < at)
		timeline_forward(timeline);
	while (timeline->at > at)
		step_back(timeline);
}
