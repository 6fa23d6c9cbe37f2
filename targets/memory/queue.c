/* SPDX-License-Identifier: MIT */
/* Queues, and stacks: enqueue and dequeue work at opposite ends, push, pop
 * and peek at the same. */
#include "targets/memory/memory.h"

static enum outcome queue_put(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;
	struct value element = call_in(call, call->action->arg);

	if (bug_fires(call, BUG_LOST_WRITE))
		return OUTCOME_OK;
	item_push(store, item, element);
	if (bug_fires(call, BUG_DUPLICATE_WRITE))
		item_push(store, item, element);
	return OUTCOME_OK;
}

static size_t anywhere(struct call *call, const struct item *item)
{
	return item->first +
	       chance_below(call->chance, item->count - item->first);
}

static enum outcome queue_take(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;
	size_t position;

	if (bug_fires(call, BUG_GARBAGE_READ)) {
		call->action->result = call_garbage(call);
		return OUTCOME_OK;
	}
	if (item->count > item->first && bug_fires(call, BUG_LOST_ELEMENT))
		item_pull(store, item, anywhere(call, item));
	if (item->count == item->first)
		return call_refuse(call, "empty");
	position = call->action->verb == VERB_DEQUEUE ? item->first
						      : item->count - 1;
	if (bug_fires(call, BUG_OUT_OF_ORDER))
		position = anywhere(call, item);
	call->action->result = call_out(call, item->elements[position]);
	if (call->action->verb != VERB_PEEK &&
	    !bug_fires(call, BUG_DUPLICATE_DELIVERY))
		item_pull(store, item, position);
	return OUTCOME_OK;
}

static enum outcome queue_drain(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;

	if (item->count > item->first && bug_fires(call, BUG_LOST_ELEMENT))
		item_pull(store, item, anywhere(call, item));
	call->action->result = call_out_list(call, item->elements + item->first,
					     item->count - item->first);
	if (bug_fires(call, BUG_GARBAGE_READ))
		call->action->result = value_append(
			call->values, call->action->result, call_garbage(call));
	if (bug_fires(call, BUG_DUPLICATE_DELIVERY))
		return OUTCOME_OK;
	item->first = item->count;
	item->stamp = ++store->stamp;
	return OUTCOME_OK;
}

enum outcome queue_call(struct call *call)
{
	struct item *item = call_item(call);

	switch (call->action->verb) {
	case VERB_ENQUEUE:
	case VERB_PUSH:
		return queue_put(call, item);
	case VERB_DEQUEUE:
	case VERB_POP:
	case VERB_PEEK:
		return queue_take(call, item);
	case VERB_DRAIN:
		return queue_drain(call, item);
	default:
		return call_refuse(call, "a queue cannot do that");
	}
}
