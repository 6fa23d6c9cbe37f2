/* SPDX-License-Identifier: MIT */
/* What the calls of all objects need. */
#include "targets/memory/memory.h"

#include "harness/core/arena.h"

#define DEFERRED_MOST 50 /* operations */

bool bug_fires(struct call *call, enum bug bug)
{
	const struct settings *settings = &call->memory->settings;

	return settings->bug == bug &&
	       chance_hits(call->chance, settings->bug_rate);
}

size_t bug_depth(struct call *call)
{
	return 1 + chance_below(call->chance, call->memory->settings.stale_by);
}

struct value call_in(struct call *call, struct value v)
{
	struct values *values = call->memory->store.values;

	if (value_is_plain(v) || call->values == values)
		return v;
	return value_copy(values, call->values, v);
}

struct value call_out(struct call *call, struct value v)
{
	const struct values *values = call->memory->store.values;

	if (value_is_plain(v) || call->values == values)
		return v;
	return value_copy(call->values, values, v);
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

static object_call *const object_calls[OBJECT_COUNT] = {
	[OBJECT_REGISTER] = cell_call, [OBJECT_LIST] = cell_call,
	[OBJECT_SET] = set_call,       [OBJECT_COUNTER] = cell_call,
	[OBJECT_QUEUE] = queue_call,   [OBJECT_LOCK] = lock_call,
	[OBJECT_LOG] = log_call,       [OBJECT_ID] = id_call,
};

enum outcome call_carry_out(struct call *call)
{
	const struct action *action = call->action;

	if (call->memory->replicas)
		return replica_call(call);
	if (action->object >= OBJECT_COUNT || !object_calls[action->object])
		return call_refuse(call, "there is no such object");
	return object_calls[action->object](call);
}

void call_defer(struct call *call, const struct action *actions, size_t count)
{
	struct memory *memory = call->memory;
	struct deferred deferred = {
		.actions = heap_zeroed(count, sizeof(*actions)),
		.count = count,
		.process = call->process,
		.is_other = call->is_other,
		.node = call->node,
	};

	deferred.due = memory->operations + 1 +
		       chance_below(call->chance, DEFERRED_MOST);
	for (size_t i = 0; i < count; i++) {
		struct action *action = &deferred.actions[i];

		*action = actions[i];
		action->key = call_in(call, action->key);
		action->expected = call_in(call, action->expected);
		action->arg = call_in(call, action->arg);
		action->result = value_nil();
	}
	memory->deferred = array_reserve(
		memory->deferred, &memory->deferred_capacity,
		memory->deferred_count + 1, sizeof(*memory->deferred));
	memory->deferred[memory->deferred_count++] = deferred;
}
