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
	return OUTCOME_OK;
}

/* Takes back one permit of a process; false if it has none. */
static bool grant_end(struct call *call, struct item *item)
{
	for (size_t i = item->grant_count; i-- > 0;) {
		if (item->grants[i].process != call->process)
			continue;
		item->grants[i] = item->grants[--item->grant_count];
		item->stamp = ++call->memory->store.stamp;
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
		return grant_end(call, item) ? OUTCOME_OK
					     : call_refuse(call, "not held");
	default:
		return call_refuse(call, "a lock cannot do that");
	}
}

/*
 * Nobody knows whether a process holds a lock when its acquire ended in doubt,
 * nor would it ever be released: so it does not. And a release in doubt has
 * happened. Either may be so, and others go on.
 */
void lock_settle(struct call *call, bool has_happened)
{
	bool is_acquire = call->action->verb == VERB_ACQUIRE;

	if (is_acquire == has_happened)
		grant_end(call, call_item(call));
}
