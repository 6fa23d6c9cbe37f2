/* SPDX-License-Identifier: MIT */
/*
 * A counter that moves by one step in one direction, by the earliest deadline:
 * it moves as late as it can. An update that told what it led to is the one
 * that leads there; the others are interchangeable but for their deadlines.
 * Steps of several sizes make it a subset sum, hence NP-hard; for up and down
 * with reads no such method is known to us. Without anything that tells a
 * number every order is right.
 */
#include <stdlib.h>

#include "checkers/linearizable/earliest.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

/* Larger numbers, added up, might not fit. */
#define NUMBER_MAX ((int64_t)1 << 31)

struct counter {
	struct earliest earliest;
	const struct values *values;
	int64_t initial;
	int64_t step; /* of all updates; 0: there is none */
	bool is_mixed; /* steps differ */
	bool is_telling; /* some call tells a number */
	uint32_t update_count;
	uint32_t at; /* steps made */
	uint32_t *floors; /* of each read: the steps when it was invoked */
	uint32_t *told; /* of each step: the update that told so, or NONE */
	uint8_t *is_invoked; /* of each call */
};

static bool is_small(int64_t number)
{
	return number > -NUMBER_MAX && number < NUMBER_MAX;
}

/* What a call adds. False if that is no small number. */
static bool step_of(const struct values *values, const struct call *call,
		    int64_t *step)
{
	*step = 1;
	if (!value_is_nil(call->arg) &&
	    !value_get_int(values, call->arg, step))
		return false;
	if (!is_small(*step))
		return false;
	if (call->verb == VERB_DECREMENT)
		*step = -*step;
	return true;
}

static bool is_telling(const struct call *call)
{
	return !call_is_open(call) && (call->verb == VERB_READ ||
				       !value_is_nil(call->result));
}

/* Looks at all calls. False where something is not a small number. */
static bool look(struct counter *counter, const struct calls *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		int64_t number = 0;
		int64_t step;

		if (!value_is_nil(call->result) &&
		    (!value_get_int(counter->values, call->result, &number) ||
		     !is_small(number)))
			return false;
		counter->is_telling |= is_telling(call);
		if (call->verb == VERB_READ)
			continue;
		if (!step_of(counter->values, call, &step))
			return false;
		counter->is_mixed |= step == 0 ||
				     (counter->step && counter->step != step);
		counter->step = step;
		counter->update_count++;
	}
	return is_small(counter->initial);
}

/* After how many steps there is what the call tells; NONE: never. */
static uint32_t steps_to(const struct counter *counter,
			 const struct call *call)
{
	int64_t number = 0;
	int64_t distance;

	value_get_int(counter->values, call->result, &number);
	distance = number - counter->initial;
	if (distance == 0)
		return 0;
	if (counter->step == 0 || distance % counter->step != 0 ||
	    distance / counter->step < 0 ||
	    distance / counter->step > counter->update_count)
		return NONE;
	return (uint32_t)(distance / counter->step);
}

/* The updates that told what they led to. False where that cannot be. */
static bool number_told(struct counter *counter)
{
	const struct calls *calls = counter->earliest.calls;

	for (size_t i = 0; i <= counter->update_count; i++)
		counter->told[i] = NONE;
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		uint32_t steps;

		if (call->verb == VERB_READ || !is_telling(call))
			continue;
		steps = steps_to(counter, call);
		if (steps == NONE || steps == 0 ||
		    counter->told[steps] != NONE) {
			earliest_convict(&counter->earliest, call->complete);
			return false;
		}
		counter->told[steps] = i;
	}
	return true;
}

/* One step more: by the update that told so, or by any that did not tell. */
static bool make_step(struct counter *counter)
{
	uint32_t next = NONE;

	if (counter->at < counter->update_count)
		next = counter->told[counter->at + 1];
	if (next == NONE) {
		if (!earliest_take(&counter->earliest, 0))
			return false;
	} else {
		if (!counter->is_invoked[next])
			return false;
		counter->earliest.is_done[next] = 1;
	}
	counter->at++;
	return true;
}

/* A call returns. The counter has moved as little as it can; what it must have
 * passed meanwhile it has, so any number since the read's invocation was there
 * at some moment. */
static bool finish(struct counter *counter, uint32_t number)
{
	const struct call *call = &counter->earliest.calls->items[number];
	uint32_t steps;

	if (call->verb == VERB_READ) {
		steps = steps_to(counter, call);
		if (steps == NONE || steps < counter->floors[number])
			return false;
		while (counter->at < steps) {
			if (!make_step(counter))
				return false;
		}
		return true;
	}
	while (!counter->earliest.is_done[number]) {
		if (!make_step(counter))
			return false;
	}
	return true;
}

static bool run(struct counter *counter)
{
	struct earliest *earliest = &counter->earliest;

	for (size_t i = 0; i < earliest->event_count; i++) {
		uint32_t number = earliest->events[i].number / 2;
		const struct call *call = &earliest->calls->items[number];

		if (monitor_is_late_at(earliest->result, i))
			return false;
		if (earliest->events[i].number % 2) {
			if (finish(counter, number))
				continue;
			earliest_convict(earliest, call->complete);
			return false;
		}
		counter->floors[number] = counter->at;
		counter->is_invoked[number] = 1;
		if (call->verb != VERB_READ && !is_telling(call))
			earliest_wait(earliest, 0, number);
	}
	return true;
}

static void decide_counter(const struct judge *judge,
			   const struct calls *calls,
			   struct monitor_result *result)
{
	struct counter counter = { .values = judge->history->values };

	value_get_int(counter.values, judge->settings->initial,
		      &counter.initial);
	if (!look(&counter, calls)) {
		result->why = "the counter counts other things than numbers "
			      "below 2^31";
		return;
	}
	if (!counter.is_telling) {
		result->kind = VERDICT_VALID;
		return;
	}
	if (counter.is_mixed) {
		result->why = "the counter moves by steps that differ";
		return;
	}
	counter.floors = heap_zeroed(calls->count + 1, sizeof(uint32_t));
	counter.told = heap_alloc((counter.update_count + 1) *
				  sizeof(uint32_t));
	counter.is_invoked = heap_zeroed(calls->count + 1, 1);
	earliest_init(&counter.earliest, calls, result);
	if (!monitor_is_late(result) && number_told(&counter) &&
	    run(&counter))
		result->kind = VERDICT_VALID;
	earliest_release(&counter.earliest);
	free(counter.floors);
	free(counter.told);
	free(counter.is_invoked);
}

const struct monitor monitor_counter = {
	.name = "earliest-deadline",
	.why = "the counter only moves by one step, in one direction",
	.models = { "counter" },
	.decide = decide_counter,
};
