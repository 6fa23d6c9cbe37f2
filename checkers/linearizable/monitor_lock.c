/* SPDX-License-Identifier: MIT */
/*
 * Mutex and counter, by the earliest deadline: nothing takes effect before it
 * must; when a call returns that has not, open calls take effect in order of
 * their returns until it has. Open calls that never return come last.
 */
#include <stdlib.h>

#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

/* Calls waiting to take effect, the first to return on top. */
struct waiting {
	struct sort_item *items; /* by return; a heap */
	size_t count;
};

static void waiting_push(struct waiting *waiting, uint32_t deadline,
			 uint32_t call)
{
	size_t i = waiting->count++;

	for (; i > 0 && waiting->items[(i - 1) / 2].key > deadline;
	     i = (i - 1) / 2)
		waiting->items[i] = waiting->items[(i - 1) / 2];
	waiting->items[i] = (struct sort_item){ deadline, call };
}

static uint32_t waiting_pop(struct waiting *waiting)
{
	struct sort_item item;
	uint32_t first;
	size_t i = 0;

	if (!waiting->count)
		return NONE;
	first = waiting->items[0].number;
	item = waiting->items[--waiting->count];
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= waiting->count)
			break;
		if (child + 1 < waiting->count &&
		    waiting->items[child + 1].key < waiting->items[child].key)
			child++;
		if (waiting->items[child].key >= item.key)
			break;
		waiting->items[i] = waiting->items[child];
		i = child;
	}
	waiting->items[i] = item;
	return first;
}

struct sweep {
	const struct calls *calls;
	struct monitor_result *result;
	struct sort_item *events; /* positions; number: call * 2 + is_return */
	size_t event_count;
	struct waiting waiting[2]; /* acquires and releases; or increments */
	uint8_t *done; /* of each call */
};

static void sweep_init(struct sweep *sweep, const struct calls *calls,
		       struct monitor_result *result)
{
	size_t count = calls->count + 1;

	*sweep = (struct sweep){ .calls = calls, .result = result };
	sweep->events = heap_alloc(2 * count * sizeof(*sweep->events));
	sweep->done = heap_zeroed(count, 1);
	for (size_t i = 0; i < 2; i++)
		sweep->waiting[i].items =
			heap_alloc(count * sizeof(struct sort_item));
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		sweep->events[sweep->event_count++] =
			(struct sort_item){ call->invoke, 2 * i };
		if (!call_is_open(call))
			sweep->events[sweep->event_count++] =
				(struct sort_item){ call->complete, 2 * i + 1 };
	}
	sort_items(sweep->events, sweep->event_count);
}

static void sweep_release(struct sweep *sweep)
{
	free(sweep->events);
	free(sweep->done);
	free(sweep->waiting[0].items);
	free(sweep->waiting[1].items);
}

/* Everything up to where it went wrong; calls that were still open then too,
 * for they may be what is missing. */
static void convict_until(struct sweep *sweep, uint32_t position)
{
	for (size_t i = 0; i < sweep->calls->count; i++) {
		const struct call *call = &sweep->calls->items[i];

		if (call->invoke <= position)
			monitor_convict(sweep->result, call);
	}
}

static bool finish_lock_call(struct sweep *sweep, uint32_t number,
			     bool *is_held)
{
	while (!sweep->done[number]) {
		uint32_t next = waiting_pop(&sweep->waiting[*is_held]);

		if (next == NONE)
			return false;
		sweep->done[next] = 1;
		*is_held = !*is_held;
	}
	return true;
}

static void decide_mutex(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	struct sweep sweep;
	bool is_held = false;
	bool is_sound = true;

	(void)judge;
	sweep_init(&sweep, calls, result);
	for (size_t i = 0; i < sweep.event_count && is_sound; i++) {
		uint32_t number = sweep.events[i].number / 2;
		const struct call *call = &calls->items[number];

		if (sweep.events[i].number % 2 == 0) {
			waiting_push(&sweep.waiting[call->verb ==
						    VERB_RELEASE],
				     call->complete, number);
			continue;
		}
		is_sound = finish_lock_call(&sweep, number, &is_held);
		if (!is_sound)
			convict_until(&sweep, call->complete);
	}
	if (is_sound)
		result->kind = VERDICT_VALID;
	sweep_release(&sweep);
}

/* Increments by one that tell nothing, and reads of numbers. */
static bool is_simple_counter(const struct judge *judge,
			      const struct calls *calls)
{
	const struct values *values = judge->history->values;

	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		int64_t amount = 1;

		if (call->verb == VERB_READ) {
			if (!call_is_open(call) &&
			    !value_is_nil(call->result) &&
			    !value_get_int(values, call->result, &amount))
				return false;
			continue;
		}
		if (call->verb != VERB_INCREMENT ||
		    !value_is_nil(call->result))
			return false;
		if (!value_is_nil(call->arg) &&
		    !value_get_int(values, call->arg, &amount))
			return false;
		if (amount != 1)
			return false;
	}
	return true;
}

struct counter {
	struct sweep sweep;
	const struct values *values;
	int64_t value;
	int64_t *floors; /* of each read: the value when it was invoked */
};

static bool raise_to(struct counter *counter, int64_t value)
{
	while (counter->value < value) {
		uint32_t next = waiting_pop(&counter->sweep.waiting[0]);

		if (next == NONE)
			return false;
		counter->sweep.done[next] = 1;
		counter->value++;
	}
	return true;
}

/* A call returns. The counter is as low as it can be; what it must have
 * reached meanwhile it has passed, so any value since the read's invocation
 * was there at some moment. */
static bool finish_counter_call(struct counter *counter, uint32_t number)
{
	struct sweep *sweep = &counter->sweep;
	const struct call *call = &sweep->calls->items[number];
	int64_t shown = 0;

	if (call->verb == VERB_READ) {
		value_get_int(counter->values, call->result, &shown);
		return shown >= counter->floors[number] &&
		       raise_to(counter, shown);
	}
	while (!sweep->done[number]) {
		if (!raise_to(counter, counter->value + 1))
			return false;
	}
	return true;
}

static bool run_counter(struct counter *counter)
{
	struct sweep *sweep = &counter->sweep;

	for (size_t i = 0; i < sweep->event_count; i++) {
		uint32_t number = sweep->events[i].number / 2;
		const struct call *call = &sweep->calls->items[number];

		counter->floors[number] = sweep->events[i].number % 2 ?
						  counter->floors[number] :
						  counter->value;
		if (sweep->events[i].number % 2) {
			if (finish_counter_call(counter, number))
				continue;
			convict_until(sweep, call->complete);
			return false;
		}
		if (call->verb == VERB_INCREMENT)
			waiting_push(&sweep->waiting[0], call->complete,
				     number);
	}
	return true;
}

static void decide_counter(const struct judge *judge,
			   const struct calls *calls,
			   struct monitor_result *result)
{
	struct counter counter = { .values = judge->history->values };

	if (!is_simple_counter(judge, calls)) {
		result->why = "the counter does more than count by ones and "
			      "be read";
		return;
	}
	value_get_int(counter.values, judge->settings->initial,
		      &counter.value);
	counter.floors = heap_zeroed(calls->count + 1,
				     sizeof(*counter.floors));
	sweep_init(&counter.sweep, calls, result);
	if (run_counter(&counter))
		result->kind = VERDICT_VALID;
	sweep_release(&counter.sweep);
	free(counter.floors);
}

const struct monitor monitor_mutex = {
	.name = "earliest-deadline",
	.why = "acquires and releases alternate",
	.models = { "mutex" },
	.decide = decide_mutex,
};

const struct monitor monitor_counter = {
	.name = "earliest-deadline",
	.why = "the counter only counts by ones",
	.models = { "counter" },
	.decide = decide_counter,
};
