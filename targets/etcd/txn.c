/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"

#include "targets/etcd/client.h"
#include "targets/etcd/base64.h"
#include "targets/etcd/http.h"
#include "targets/etcd/reply.h"
#include "targets/etcd/slot.h"

/*
 * etcd's transactions are mini-transactions: they compare, then take one of
 * two branches. A general transaction is made of two requests: one that reads
 * all keys at one revision, and one that writes if no key read was changed
 * since (its mod_revision is the same). That is optimistic concurrency control
 * after Kung and Robinson, "On optimistic methods for concurrency control"
 * (1981); it is serialized where the second request is applied. The first
 * request changes nothing, so whatever goes wrong before the second is sent
 * is a definite failure.
 *
 * To read a set is a range over its prefix; nothing was inserted there since
 * if all keys of the range have a mod_revision no greater than the revision at
 * which they were read. (A removal would go unnoticed: there is none in
 * transactions.)
 */

struct txn {
	struct client *client;
	struct request *request;
	struct slot *slots;
	size_t count;
	size_t *slot_of; /* of each action */
};

static size_t find_slot(struct txn *txn, const struct action *action)
{
	const char *key = client_key(txn->request, action);
	struct slot *slot;

	if (action->object == OBJECT_SET)
		key = arena_printf(txn->request->arena, "%s/", key);
	for (size_t i = 0; i < txn->count; i++) {
		if (strcmp(txn->slots[i].key, key) == 0)
			return i;
	}
	slot = &txn->slots[txn->count];
	if (action->object == OBJECT_SET)
		slot_begin_rows(slot, txn->request, key);
	slot->key = key;
	slot->key64 = base64_encode(txn->request->arena, key, strlen(key));
	slot->object = (enum object)action->object;
	return txn->count++;
}

static bool is_supported(const struct action *action)
{
	switch (action->object) {
	case OBJECT_REGISTER:
		return action->verb == VERB_READ ||
		       action->verb == VERB_WRITE || action->verb == VERB_CAS;
	case OBJECT_LIST:
		return action->verb == VERB_READ || action->verb == VERB_APPEND;
	case OBJECT_SET:
		return action->verb == VERB_READ || action->verb == VERB_ADD;
	case OBJECT_COUNTER:
		return action->verb == VERB_READ ||
		       action->verb == VERB_INCREMENT ||
		       action->verb == VERB_DECREMENT;
	default:
		return false;
	}
}

static int plan(struct txn *txn, struct error *err)
{
	struct request *request = txn->request;

	txn->slots = arena_array(request->arena, request->action_count,
				 sizeof(*txn->slots));
	txn->slot_of = arena_array(request->arena, request->action_count,
				   sizeof(*txn->slot_of));
	for (size_t i = 0; i < request->action_count; i++) {
		const struct action *action = &request->actions[i];
		struct slot *slot;

		if (!is_supported(action))
			return error_set(err, "not supported");
		if (action->verb != VERB_READ &&
		    !(action->object == OBJECT_COUNTER &&
		      value_is_nil(action->arg)) &&
		    !client_number(request, action->arg))
			return error_set(err, "only integers can be stored");
		txn->slot_of[i] = find_slot(txn, action);
		slot = &txn->slots[txn->slot_of[i]];
		if (action->object == OBJECT_SET)
			slot->is_read |= action->verb == VERB_READ;
		else if (action->verb != VERB_WRITE && !slot->is_written)
			slot->is_read = true;
		if (action->verb != VERB_READ)
			slot->is_written = true;
	}
	return 0;
}

/* Reads all slots whose content matters, at one revision. */
static enum outcome read_slots(struct txn *txn, struct error *err)
{
	struct arena *arena = txn->request->arena;
	const char **keys = arena_array(arena, txn->count, sizeof(*keys));
	struct slot **slots = arena_array(arena, txn->count, sizeof(*slots));
	const char *serializable =
		txn->client->is_serializable ? ",\"serializable\":true" : "";
	const char *ranges = "";
	struct etcd_entry *entries;
	struct http_answer answer;
	enum outcome outcome;
	size_t count = 0;
	bool has_succeeded;

	for (size_t i = 0; i < txn->count; i++) {
		struct slot *slot = &txn->slots[i];

		if (!slot->is_read)
			continue;
		ranges = arena_printf(arena,
				      "%s%s{\"request_range\":{\"key\":"
				      "\"%s\"%s%s}}",
				      ranges, count ? "," : "", slot->key64,
				      slot_range(slot, arena), serializable);
		keys[count] = slot->key;
		slots[count++] = slot;
	}
	if (!count)
		return OUTCOME_OK;
	outcome = client_ask(txn->client, txn->request, "kv/txn",
			     arena_printf(arena, "{\"success\":[%s]}", ranges),
			     true, &answer, err);
	if (outcome != OUTCOME_OK)
		return outcome;
	entries = arena_array(arena, count, sizeof(*entries));
	for (size_t i = 0; i < count; i++)
		entries[i].is_prefix = slots[i]->end64;
	if (reply_txn(answer.body, answer.size, keys, count, arena,
		      &has_succeeded, entries, err) < 0)
		return client_puzzled(true);
	for (size_t i = 0; i < count; i++) {
		if (slots[i]->end64 &&
		    slot_take_rows(slots[i], txn->request, &entries[i]) < 0) {
			error_set(err, "bad reply: element is no integer");
			return client_puzzled(true);
		}
		if (!entries[i].is_present)
			continue;
		slots[i]->text = entries[i].value;
		slots[i]->size = entries[i].value_size;
		slots[i]->mod_revision = entries[i].mod_revision;
	}
	return OUTCOME_OK;
}

/* "1 2 3" to a list. */
static int read_list(struct request *request, const struct slot *slot,
		     struct value *list, struct error *err)
{
	const char *at = slot->text;
	const char *end = slot->text + slot->size;

	*list = value_empty_list();
	while (at < end) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		const char *stop = blank ? blank : end;
		int64_t number;

		if (!client_read_number(at, (size_t)(stop - at), &number))
			return error_set(err, "bad reply: not a list");
		*list = value_append(request->values, *list,
				     value_int(request->values, number));
		at = stop + (stop < end);
	}
	return 0;
}

static int read_slot(struct request *request, const struct slot *slot,
		     struct value *value, struct error *err)
{
	int64_t number;

	*value = value_nil();
	if (!slot->text)
		return 0;
	if (slot->object == OBJECT_LIST)
		return read_list(request, slot, value, err);
	if (!client_read_number(slot->text, slot->size, &number))
		return error_set(err, "bad reply: value is no integer");
	*value = value_int(request->values, number);
	return 0;
}

/* A counter begins at 0, and goes by 1 where nothing else is said. */
static int move_counter(struct request *request, const struct action *action,
			struct slot *slot, struct error *err)
{
	struct value value;
	int64_t number = 0;
	int64_t by = 1;

	if (read_slot(request, slot, &value, err) < 0)
		return -1;
	value_get_int(request->values, value, &number);
	value_get_int(request->values, action->arg, &by);
	if (action->verb == VERB_DECREMENT
		    ? __builtin_sub_overflow(number, by, &number)
		    : __builtin_add_overflow(number, by, &number))
		return error_set(err, "the counter overflows");
	slot->text = arena_printf(request->arena, "%" PRId64, number);
	return 0;
}

/* Carries the actions out on the slots, in their order. */
static int act(struct txn *txn, struct error *err)
{
	struct request *request = txn->request;

	for (size_t i = 0; i < request->action_count; i++) {
		struct action *action = &request->actions[i];
		struct slot *slot = &txn->slots[txn->slot_of[i]];
		struct value value;

		if (slot->end64) {
			slot_act(slot, request, action);
			continue;
		}
		if (action->verb == VERB_READ || action->verb == VERB_CAS) {
			if (read_slot(request, slot, &value, err) < 0)
				return -1;
			if (action->verb == VERB_READ) {
				action->result =
					slot->object == OBJECT_COUNTER &&
							value_is_nil(value)
						? value_int(request->values, 0)
						: value;
				continue;
			}
			if (!value_equal(value, action->expected))
				return error_set(err, "precondition failed");
		}
		if (slot->object == OBJECT_COUNTER) {
			if (move_counter(request, action, slot, err) < 0)
				return -1;
		} else if (action->verb == VERB_APPEND && slot->text) {
			slot->text = arena_printf(
				request->arena, "%s %s", slot->text,
				client_number(request, action->arg));
		} else {
			slot->text = client_number(request, action->arg);
		}
		slot->size = strlen(slot->text);
	}
	return 0;
}

static enum outcome commit(struct txn *txn, struct error *err)
{
	struct arena *arena = txn->request->arena;
	const char *compares = "";
	const char *puts = "";
	struct http_answer answer;
	enum outcome outcome;
	size_t count = 0;
	bool has_succeeded;

	for (size_t i = 0; i < txn->count; i++) {
		const struct slot *slot = &txn->slots[i];

		if (slot->is_read)
			compares = arena_printf(arena, "%s%s%s", compares,
						*compares ? "," : "",
						slot_comparison(slot, arena));
		puts = slot_puts(slot, puts, arena, &count);
	}
	if (!count)
		return OUTCOME_OK;
	outcome = client_ask(txn->client, txn->request, "kv/txn",
			     arena_printf(arena,
					  "{\"compare\":[%s],"
					  "\"success\":[%s]}",
					  compares, puts),
			     false, &answer, err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_txn(answer.body, answer.size, NULL, count, arena,
		      &has_succeeded, NULL, err) < 0)
		return client_puzzled(false);
	if (has_succeeded)
		return OUTCOME_OK;
	error_set(err, "conflict");
	return OUTCOME_FAIL;
}

enum outcome client_transact(struct client *client, struct request *request,
			     struct error *err)
{
	struct txn txn = { .client = client, .request = request };
	enum outcome outcome;

	if (plan(&txn, err) < 0)
		return OUTCOME_FAIL;
	outcome = read_slots(&txn, err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (act(&txn, err) < 0)
		return OUTCOME_FAIL;
	return commit(&txn, err);
}
