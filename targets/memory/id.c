/* SPDX-License-Identifier: MIT */
/* Unique ids. */
#include "targets/memory/memory.h"

enum outcome id_call(struct call *call)
{
	struct item *item = call_item(call);
	int64_t id;

	if (call->action->verb != VERB_GENERATE)
		return call_refuse(call, "ids can only be generated");
	id = item->last_number + 1;
	if (item->last_number > 0 && bug_fires(call, BUG_DUPLICATE_ID))
		id = 1 + (int64_t)chance_below(call->chance,
					       (uint64_t)item->last_number);
	else
		item->last_number = id;
	item->stamp = ++call->memory->store.stamp;
	call->action->result = value_int(call->values, id);
	return OUTCOME_OK;
}
