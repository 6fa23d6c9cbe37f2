/* SPDX-License-Identifier: MIT */
/* Sets. */
#include "targets/memory/memory.h"

static enum outcome set_add(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;

	if (item->count > 0 && bug_fires(call, BUG_LOST_ELEMENT))
		item_remove(store, item,
			    item->elements[chance_below(call->chance,
							item->count)]);
	if (!bug_fires(call, BUG_LOST_WRITE))
		item_add(store, item, call_in(call, call->action->arg));
	return OUTCOME_OK;
}

static enum outcome set_remove(struct call *call, struct item *item)
{
	struct store *store = &call->memory->store;
	struct action again = *call->action;

	if (bug_fires(call, BUG_LOST_WRITE))
		return OUTCOME_OK;
	again.verb = VERB_ADD;
	if (item_remove(store, item, call_in(call, call->action->arg)) &&
	    bug_fires(call, BUG_RESURRECTION))
		call_defer(call, &again, 1);
	return OUTCOME_OK;
}

static enum outcome set_read(struct call *call, const struct item *item)
{
	size_t count = item->count;

	if (bug_fires(call, BUG_STALE_READ)) {
		size_t missed = bug_depth(call);

		count -= missed < count ? missed : count;
	}
	call->action->result = call_out_list(call, item->elements, count);
	if (bug_fires(call, BUG_GARBAGE_READ))
		call->action->result = value_append(
			call->values, call->action->result, call_garbage(call));
	return OUTCOME_OK;
}

static enum outcome set_contains(struct call *call, const struct item *item)
{
	bool has = item_has(item, call_in(call, call->action->arg));

	if (has && bug_fires(call, BUG_STALE_READ))
		has = false;
	if (!has && bug_fires(call, BUG_GARBAGE_READ))
		has = true;
	call->action->result = value_bool(has);
	return OUTCOME_OK;
}

enum outcome set_call(struct call *call)
{
	struct item *item = call_item(call);

	if (item->version_count > 0) /* of transactions */
		return cell_call(call);
	switch (call->action->verb) {
	case VERB_ADD:
		return set_add(call, item);
	case VERB_REMOVE:
		return set_remove(call, item);
	case VERB_CONTAINS:
		return set_contains(call, item);
	case VERB_READ:
		return set_read(call, item);
	default:
		return call_refuse(call, "a set cannot do that");
	}
}
