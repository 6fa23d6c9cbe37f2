/* SPDX-License-Identifier: MIT */
/* What the calls of all objects need. */
#include "targets/memory/memory.h"

#include "harness/core/arena.h"

bool bug_fires(struct call *call, enum bug bug)
{
	const struct settings *settings = &call->memory->settings;

	return settings->bug == bug &&
	       chance_hits(call->chance, settings->bug_rate);
}

struct value call_in(struct call *call, struct value v)
{
	return value_is_plain(v) ? v :
				   value_copy(call->memory->store.values,
					      call->values, v);
}

struct value call_out(struct call *call, struct value v)
{
	return value_is_plain(v) ? v :
				   value_copy(call->values,
					      call->memory->store.values, v);
}

struct value call_out_list(struct call *call, const struct value *elements,
			   size_t count)
{
	struct value list = value_empty_list();

	for (size_t i = 0; i < count; i++)
		list = value_append(call->values, list,
				    call_out(call, elements[i]));
	return list;
}

struct item *call_item(struct call *call)
{
	return store_item(&call->memory->store, call->is_other,
			  (enum object)call->action->object,
			  call_in(call, call->action->key));
}

struct value call_garbage(struct call *call)
{
	uint64_t number = chance_below(call->chance, GARBAGE_COUNT);

	return value_int(call->values, GARBAGE_FIRST + (int64_t)number);
}

enum outcome call_refuse(struct call *call, const char *reason)
{
	error_set(call->err, "%s", reason);
	return OUTCOME_FAIL;
}

void call_defer(struct call *call, enum verb verb)
{
	struct memory *memory = call->memory;
	struct action action = *call->action;

	action.verb = (uint16_t)verb;
	action.key = call_in(call, action.key);
	action.expected = call_in(call, action.expected);
	action.arg = call_in(call, action.arg);
	action.result = value_nil();
	memory->deferred = array_reserve(memory->deferred,
					 &memory->deferred_capacity,
					 memory->deferred_count + 1,
					 sizeof(*memory->deferred));
	memory->deferred[memory->deferred_count++] = (struct deferred){
		.action = action,
		.due = memory->operations + 1 + chance_below(call->chance, 50),
		.process = call->process,
		.is_other = call->is_other,
	};
}
