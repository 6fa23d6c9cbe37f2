/* SPDX-License-Identifier: MIT */
/* Logs of messages, and consumers that poll them. */
#include "targets/memory/memory.h"

#include "harness/core/arena.h"

#define POLL_MAX 32 /* messages of one log in one poll */

static enum outcome log_send(struct call *call)
{
	struct store *store = &call->memory->store;
	struct item *item = call_item(call);
	struct value message = call_in(call, call->action->arg);
	int64_t offset = (int64_t)item->count;

	if (item->count > 0 && bug_fires(call, BUG_LOST_ELEMENT))
		item->elements[chance_below(call->chance, item->count)] =
			value_nil();
	if (bug_fires(call, BUG_LOST_WRITE))
		message = value_nil();
	item_push(store, item, message);
	if (bug_fires(call, BUG_DUPLICATE_WRITE))
		item_push(store, item, message);
	call->action->result = value_int(call->values, offset);
	return OUTCOME_OK;
}

static struct position *position_find(struct client *client, struct value key)
{
	for (size_t i = 0; i < client->position_count; i++) {
		if (value_equal(client->positions[i].key, key))
			return &client->positions[i];
	}
	return NULL;
}

static int64_t log_committed(struct call *call, struct value key)
{
	return store_item(&call->memory->store, call->is_other, OBJECT_LOG, key)
		->committed;
}

/* Logs it reads already go on where it is; others begin where the last
 * consumer committed. */
static enum outcome log_assign(struct call *call)
{
	struct client *client = call->client;
	struct value list = call->action->arg;
	struct position *positions;
	struct value *keys;
	size_t count;

	if (value_kind(call->values, list) != VALUE_LIST)
		return call_refuse(call, "a list of keys is wanted");
	count = value_list_length(call->values, list);
	keys = arena_array(call->arena, count, sizeof(*keys));
	positions = arena_array(call->arena, count, sizeof(*positions));
	value_list_elements(call->values, list, keys);
	for (size_t i = 0; i < count; i++) {
		struct value key = call_in(call, keys[i]);
		const struct position *before = position_find(client, key);

		positions[i].key = key;
		positions[i].offset =
			before ? before->offset : log_committed(call, key);
	}
	client->positions =
		array_reserve(client->positions, &client->position_capacity,
			      count, sizeof(*positions));
	for (size_t i = 0; i < count; i++)
		client->positions[i] = positions[i];
	client->position_count = count;
	return OUTCOME_OK;
}

static struct value message_pair(struct call *call, int64_t offset,
				 struct value message)
{
	struct value pair[2] = {
		value_int(call->values, offset),
		call_out(call, message),
	};

	if (bug_fires(call, BUG_GARBAGE_READ))
		pair[1] = call_garbage(call);
	return value_list(call->values, pair, 2);
}

/* What there is of one log, as a list of [offset, message]. */
static struct value log_read(struct call *call, struct position *position)
{
	const struct item *item =
		store_item(&call->memory->store, call->is_other, OBJECT_LOG,
			   position->key);
	struct value pairs[POLL_MAX];
	int64_t offset = position->offset;
	size_t count = 0;

	if (offset < (int64_t)item->count && bug_fires(call, BUG_POLL_SKIP))
		offset++;
	for (; offset < (int64_t)item->count && count < POLL_MAX; offset++) {
		struct value message = item->elements[offset];

		if (!value_is_nil(message))
			pairs[count++] = message_pair(call, offset, message);
	}
	if (count > 1 && bug_fires(call, BUG_OUT_OF_ORDER)) {
		struct value swap = pairs[count - 1];

		pairs[count - 1] = pairs[count - 2];
		pairs[count - 2] = swap;
	}
	if (!bug_fires(call, BUG_DUPLICATE_DELIVERY))
		position->offset = offset;
	return value_list(call->values, pairs, count);
}

static enum outcome log_poll(struct call *call)
{
	struct client *client = call->client;
	size_t room = client->position_count;
	struct value *keys = arena_array(call->arena, room, sizeof(*keys));
	struct value *lists = arena_array(call->arena, room, sizeof(*lists));
	size_t count = 0;

	for (size_t i = 0; i < room; i++) {
		struct value list = log_read(call, &client->positions[i]);

		if (value_list_length(call->values, list) == 0)
			continue;
		keys[count] = call_out(call, client->positions[i].key);
		lists[count++] = list;
	}
	call->action->result = value_map(call->values, keys, lists, count);
	return OUTCOME_OK;
}

static enum outcome log_commit(struct call *call)
{
	struct client *client = call->client;

	for (size_t i = 0; i < client->position_count; i++)
		store_item(&call->memory->store, call->is_other, OBJECT_LOG,
			   client->positions[i].key)
			->committed = client->positions[i].offset;
	return OUTCOME_OK;
}

enum outcome log_call(struct call *call)
{
	if (call->action->verb == VERB_SEND)
		return log_send(call);
	/* Deferred calls have no consumer, and are never any of these. */
	if (!call->client)
		return OUTCOME_INDETERMINATE;
	switch (call->action->verb) {
	case VERB_POLL:
		return log_poll(call);
	case VERB_ASSIGN:
	case VERB_SUBSCRIBE:
		return log_assign(call);
	case VERB_COMMIT:
		return log_commit(call);
	default:
		return call_refuse(call, "a log cannot do that");
	}
}
