/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/call.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

static struct call *push(struct calls *calls, const struct call *call)
{
	calls->items = array_reserve(calls->items, &calls->capacity,
				     calls->count + 1, sizeof(*calls->items));
	calls->items[calls->count] = *call;
	if (call_is_open(call))
		calls->open_count++;
	return &calls->items[calls->count++];
}

uint16_t call_translate(const struct history *history, uint16_t verb)
{
	const char *name;

	if (verb < VERB_COUNT)
		return verb;
	name = history_f_name(history, verb);
	if (strcmp(name, "get") == 0)
		return VERB_READ;
	if (strcmp(name, "put") == 0 || strcmp(name, "set") == 0)
		return VERB_WRITE;
	if (strcmp(name, "lock") == 0)
		return VERB_ACQUIRE;
	if (strcmp(name, "unlock") == 0)
		return VERB_RELEASE;
	return verb;
}

/* A drain takes elements one by one, all of them within its interval. */
static void add_drain(struct calls *calls, const struct history *history,
		      struct call call, size_t drain_open)
{
	size_t count = drain_open;
	struct value *elements = NULL;
	bool is_list = value_kind(history->values, call.result) == VALUE_LIST;

	call.verb = VERB_DEQUEUE;
	call.is_split = 1;
	if (!call_is_open(&call)) {
		count = 0;
		if (is_list)
			count = value_list_length(history->values, call.result);
		elements = heap_zeroed(count, sizeof(*elements));
		if (is_list)
			value_list_elements(history->values, call.result,
					    elements);
	}
	for (size_t i = 0; i < count; i++) {
		call.result = elements ? elements[i] : value_nil();
		push(calls, &call);
	}
	free(elements);
}

void calls_add(struct calls *calls, const struct history *history, uint32_t op,
	       bool keep_refused, size_t drain_open)
{
	struct call call;

	if (!call_from(history, op, keep_refused, &call))
		return;
	if (call.verb == VERB_DRAIN)
		add_drain(calls, history, call, drain_open);
	else
		push(calls, &call);
}

void calls_release(struct calls *calls)
{
	if (!calls->is_lent)
		free(calls->items);
	*calls = (struct calls){ 0 };
}

bool call_is_transaction(const struct history *history,
			 const struct call *call)
{
	return history->ops[call->op].action_count > 1;
}
