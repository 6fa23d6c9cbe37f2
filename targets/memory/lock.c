/* SPDX-License-Identifier: MIT */
/* Locks with fencing tokens, and semaphores: locks of several permits. */
#include "targets/memory/memory.h"

#include "harness/core/arena.h"

static enum outcome lock_acquire(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;

	if (item->grant_count >= call->memory->settings.permits &&
	    !bug_fires(call, BUG_DOUBLE_GRANT))
		return call_refuse(call, "held");
	item->grants =
		array_reserve(item->grants, &item->grant_capacity,
			      item->grant_count + 1, sizeof(*item->grants));
	if (item->last_number == 0 || !bug_fires(call, BUG_STALE_TOKEN))
		item->last_number++;
	item->grants[item->grant_count++] = (struct grant){
		.process = call->process,
		.token = item->last_number,
	};
	item->stamp = ++store->stamp;
	call->action->result = value_int(call->values, item->last_number);
	if (call->client)
		call->client->has_acquired = true;
	return OUTCOME_OK;
}

/* Takes back one permit of a process; false if it has none. */
static bool grant_end(struct item *item, int32_t process)
{
	for (size_t i = 0; i < item->grant_count; i++) {
		if (item->grants[i].process != process)
			continue;
		item->grants[i] = item->grants[--item->grant_count];
		return true;
	}
	return false;
}

enum outcome lock_call(struct call *call)
{
	struct item *item = call_item(call);

	switch (call->action->verb) {
	case VERB_ACQUIRE:
		return lock_acquire(call, item);
	case VERB_RELEASE:
		if (!grant_end(item, call->process))
			return call_refuse(call, "not held");
		item->stamp = ++call->memory->store.stamp;
		return OUTCOME_OK;
	default:
		return call_refuse(call, "a lock cannot do that");
	}
}

static void table_abandon(struct table *table, int32_t process)
{
	for (size_t i = 0; i < table->slot_count; i++) {
		if (!table->slots[i])
			continue;
		while (grant_end(table->slots[i], process))
			;
	}
}

void locks_abandon(struct client *client)
{
	table_abandon(&client->memory->store.table, client->process);
	table_abandon(&client->memory->store.other, client->process);
}
