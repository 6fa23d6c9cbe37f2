/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/earliest.h"

#include <stdlib.h>

#include "harness/core/arena.h"

void earliest_init(struct earliest *earliest, const struct calls *calls,
		   struct monitor_result *result)
{
	size_t count = calls->count + 1;

	*earliest = (struct earliest){ .calls = calls, .result = result };
	earliest->events = heap_alloc(2 * count * sizeof(*earliest->events));
	earliest->is_done = heap_zeroed(count, 1);
	for (size_t i = 0; i < 2; i++)
		earliest->waiting[i].items =
			heap_alloc(count * sizeof(struct sort_item));
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		earliest->events[earliest->event_count++] =
			(struct sort_item){ call->invoke, 2 * i };
		if (!call_is_open(call))
			earliest->events[earliest->event_count++] =
				(struct sort_item){ call->complete, 2 * i + 1 };
	}
	sort_items(earliest->events, earliest->event_count);
}

void earliest_release(struct earliest *earliest)
{
	free(earliest->events);
	free(earliest->is_done);
	free(earliest->waiting[0].items);
	free(earliest->waiting[1].items);
}

void earliest_wait(struct earliest *earliest, size_t kind, uint32_t call)
{
	waiting_push(&earliest->waiting[kind],
		     earliest->calls->items[call].complete, call);
}

bool earliest_take(struct earliest *earliest, size_t kind)
{
	uint32_t next = waiting_pop(&earliest->waiting[kind]);

	if (next == WAITING_NONE)
		return false;
	earliest->is_done[next] = 1;
	return true;
}

void earliest_convict(struct earliest *earliest, uint32_t position)
{
	for (size_t i = 0; i < earliest->calls->count; i++) {
		const struct call *call = &earliest->calls->items[i];

		if (call->invoke <= position)
			monitor_convict(earliest->result, call);
	}
}
