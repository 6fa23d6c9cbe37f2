/* SPDX-License-Identifier: MIT */
#include "targets/etcd/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include "targets/etcd/base64.h"
#include "targets/etcd/json.h"

#define WHOLE 0

/* A reply to a request that was carried out has a header with a revision. */
static int reply_parse(struct json *json, const char *body, size_t size,
		       struct arena *arena, struct error *err)
{
	int64_t revision;
	size_t header;

	if (json_parse(json, arena, body, size, err) < 0)
		return error_wrap(err, "bad reply");
	header = json_member(json, WHOLE, "header");
	if (!json_int(json, json_member(json, header, "revision"), &revision))
		return error_set(err, "bad reply: no revision");
	return 0;
}

/* Bytes are base64 in a string. NULL when they are not; a field that is not
 * there is empty. */
static const char *member_bytes(const struct json *json, size_t object,
				const char *name, struct arena *arena,
				size_t *size)
{
	size_t token = json_member(json, object, name);
	const char *text;
	size_t length;

	*size = 0;
	if (token == JSON_ABSENT)
		return "";
	text = json_string_of(json, token, arena, &length);
	return text ? base64_decode(arena, text, length, size) : NULL;
}

/* The key and value at `token`, a KeyValue. */
static int read_entry(const struct json *json, size_t token, const char *key,
		      struct arena *arena, struct etcd_entry *entry,
		      struct error *err)
{
	const char *found;
	size_t found_size;
	struct etcd_entry read = { .is_present = true };

	found = member_bytes(json, token, "key", arena, &found_size);
	if (!found || found_size != strlen(key) ||
	    memcmp(found, key, found_size) != 0)
		return error_set(err, "bad reply: another key");
	read.value =
		member_bytes(json, token, "value", arena, &read.value_size);
	if (!read.value)
		return error_set(err, "bad reply: value is not base64");
	if (!json_int(json, json_member(json, token, "mod_revision"),
		      &read.mod_revision) ||
	    read.mod_revision <= 0)
		return error_set(err, "bad reply: no mod_revision");
	*entry = read;
	return 0;
}

/* A RangeResponse over one key, at `token`. */
static int read_range(const struct json *json, size_t token, const char *key,
		      struct arena *arena, struct etcd_entry *entry,
		      struct error *err)
{
	size_t entries = json_member(json, token, "kvs");
	size_t first = json_first(json, entries);

	*entry = (struct etcd_entry){ 0 };
	if (json_kind(json, token) != JSON_OBJECT)
		return error_set(err, "bad reply: no range");
	if (first == JSON_ABSENT) {
		/* kvs left out or empty: no such key; never so with a
		 * count, or with kvs of another type. */
		int64_t count;

		if ((entries != JSON_ABSENT &&
		     json_kind(json, entries) != JSON_LIST) ||
		    (json_int(json, json_member(json, token, "count"),
			      &count) &&
		     count != 0))
			return error_set(err, "bad reply: kvs");
		return 0;
	}
	if (json_after(json, entries, first) != JSON_ABSENT)
		return error_set(err, "bad reply: more than one key");
	return read_entry(json, first, key, arena, entry, err);
}

int reply_put(const char *body, size_t size, struct arena *arena,
	      int64_t *revision, struct error *err)
{
	struct json json;
	size_t header;

	if (reply_parse(&json, body, size, arena, err) < 0)
		return -1;
	header = json_member(&json, WHOLE, "header");
	if (revision)
		json_int(&json, json_member(&json, header, "revision"),
			 revision);
	return 0;
}

/* A RangeResponse over all keys with a prefix, at `token`. */
static int read_keys(const struct json *json, size_t token, const char *prefix,
		     struct arena *arena, const char ***rests, size_t *count,
		     struct error *err)
{
	size_t list = json_member(json, token, "kvs");
	size_t length = strlen(prefix);
	int64_t announced = 0;

	json_int(json, json_member(json, token, "count"), &announced);
	if (announced < 0 || announced > (int64_t)json->count)
		return error_set(err, "bad reply: count");
	*rests = arena_array(arena, (size_t)announced + 1, sizeof(**rests));
	*count = 0;
	for (size_t item = json_first(json, list); item != JSON_ABSENT;
	     item = json_after(json, list, item)) {
		size_t key_size;
		const char *key =
			member_bytes(json, item, "key", arena, &key_size);

		if (*count == (size_t)announced)
			return error_set(err, "bad reply: count of keys");
		if (!key || key_size < length ||
		    memcmp(key, prefix, length) != 0)
			return error_set(err, "bad reply: another key");
		(*rests)[(*count)++] = key + length;
	}
	/* A part of the keys must not pass for all of them. */
	if (*count != (size_t)announced)
		return error_set(err, "bad reply: count of keys");
	return 0;
}

int reply_keys(const char *body, size_t size, const char *prefix,
	       struct arena *arena, const char ***rests, size_t *count,
	       struct error *err)
{
	struct json json;

	if (reply_parse(&json, body, size, arena, err) < 0)
		return -1;
	return read_keys(&json, WHOLE, prefix, arena, rests, count, err);
}

int reply_range(const char *body, size_t size, const char *key,
		struct arena *arena, struct etcd_entry *entry,
		struct error *err)
{
	struct json json;

	if (reply_parse(&json, body, size, arena, err) < 0)
		return -1;
	return read_range(&json, WHOLE, key, arena, entry, err);
}

/* What a transaction found in one range. */
static int read_found(const struct json *json, size_t range, const char *key,
		      struct arena *arena, struct etcd_entry *entry,
		      struct error *err)
{
	size_t header = json_member(json, WHOLE, "header");

	if (!entry->is_prefix)
		return read_range(json, range, key, arena, entry, err);
	if (json_kind(json, range) != JSON_OBJECT)
		return error_set(err, "bad reply: no range");
	json_int(json, json_member(json, header, "revision"),
		 &entry->revision);
	return read_keys(json, range, key, arena, &entry->rests,
			 &entry->rest_count, err);
}

int reply_txn(const char *body, size_t size, const char *const *keys,
	      size_t count, struct arena *arena, bool *has_succeeded,
	      struct etcd_entry *entries, struct error *err)
{
	struct json json;
	size_t succeeded;
	size_t list;
	size_t item;
	size_t i = 0;

	if (reply_parse(&json, body, size, arena, err) < 0)
		return -1;
	succeeded = json_member(&json, WHOLE, "succeeded");
	if (succeeded != JSON_ABSENT &&
	    json_kind(&json, succeeded) != JSON_TRUE &&
	    json_kind(&json, succeeded) != JSON_FALSE)
		return error_set(err, "bad reply: succeeded");
	*has_succeeded = json_kind(&json, succeeded) == JSON_TRUE;
	list = json_member(&json, WHOLE, "responses");
	for (item = json_first(&json, list); item != JSON_ABSENT && i < count;
	     item = json_after(&json, list, item), i++) {
		size_t range = json_member(&json, item, "response_range");

		if (entries && read_found(&json, range, keys[i], arena,
					  &entries[i], err) < 0)
			return -1;
	}
	if (item != JSON_ABSENT || (*has_succeeded && i != count))
		return error_set(err, "bad reply: count of responses");
	if (entries && i != count)
		return error_set(err, "bad reply: count of ranges");
	return 0;
}

/* Are two 64-bit numbers the same, and not 0? */
static bool are_same_id(const struct json *json, struct arena *arena, size_t a,
			size_t b)
{
	const char *first = json_string_of(json, a, arena, NULL);
	const char *second = json_string_of(json, b, arena, NULL);

	return first && second && strcmp(first, "0") != 0 &&
	       strcmp(first, second) == 0;
}

int reply_status(const char *body, size_t size, struct arena *arena,
		 struct etcd_status *status, struct error *err)
{
	struct json json;
	size_t leader;
	size_t member;
	const char *leader_text;
	const char *applied;

	if (reply_parse(&json, body, size, arena, err) < 0)
		return -1;
	leader = json_member(&json, WHOLE, "leader");
	member = json_member(&json, json_member(&json, WHOLE, "header"),
			     "member_id");
	leader_text = json_string_of(&json, leader, arena, NULL);
	status->version = json_string_of(
		&json, json_member(&json, WHOLE, "version"), arena, NULL);
	if (!status->version)
		return error_set(err, "bad reply: no version");
	status->has_leader = leader_text && strcmp(leader_text, "0") != 0;
	status->is_leader = are_same_id(&json, arena, leader, member);
	/* Since 3.4; 3.3 tells what it has logged. */
	applied = json_string_of(
		&json, json_member(&json, WHOLE, "raftAppliedIndex"), arena,
		NULL);
	if (!applied)
		applied = json_string_of(&json,
					 json_member(&json, WHOLE, "raftIndex"),
					 arena, NULL);
	status->applied = applied ? strtoll(applied, NULL, 10) : -1;
	return 0;
}

/* This one's header has no revision: a list is not of the keys. */
int reply_members(const char *body, size_t size, struct arena *arena,
		  struct etcd_member **members, size_t *count,
		  struct error *err)
{
	struct json json;
	size_t list;
	size_t capacity = 0;

	if (json_parse(&json, arena, body, size, err) < 0)
		return error_wrap(err, "bad reply");
	list = json_member(&json, WHOLE, "members");
	for (size_t item = json_first(&json, list); item != JSON_ABSENT;
	     item = json_after(&json, list, item))
		capacity++;
	if (!capacity)
		return error_set(err, "bad reply: no members");
	*members = arena_array(arena, capacity, sizeof(**members));
	*count = 0;
	for (size_t item = json_first(&json, list); item != JSON_ABSENT;
	     item = json_after(&json, list, item)) {
		struct etcd_member *member = &(*members)[(*count)++];
		size_t peers = json_member(&json, item, "peerURLs");

		member->id = json_string_of(&json,
					    json_member(&json, item, "ID"),
					    arena, NULL);
		member->name = json_string_of(&json,
					      json_member(&json, item, "name"),
					      arena, NULL);
		member->peer = json_string_of(&json, json_first(&json, peers),
					      arena, NULL);
		if (!member->id || !member->peer)
			return error_set(err, "bad reply: members");
		if (!member->name)
			member->name = "";
	}
	return 0;
}

void reply_failure(const char *body, size_t size, struct arena *arena,
		   struct etcd_failure *failure)
{
	struct error ignored;
	struct json json;
	size_t message;

	*failure = (struct etcd_failure){ .code = -1, .message = "" };
	if (json_parse(&json, arena, body, size, &ignored) < 0)
		return;
	json_int(&json, json_member(&json, WHOLE, "code"), &failure->code);
	message = json_member(&json, WHOLE, "message");
	if (message == JSON_ABSENT)
		message = json_member(&json, WHOLE, "error");
	if (json_kind(&json, message) == JSON_STRING)
		failure->message = json_string_of(&json, message, arena, NULL);
}

bool reply_is_healthy(const char *body, size_t size, struct arena *arena)
{
	struct error ignored;
	struct json json;
	const char *text;
	size_t health;

	if (json_parse(&json, arena, body, size, &ignored) < 0)
		return false;
	health = json_member(&json, WHOLE, "health");
	if (json_kind(&json, health) == JSON_TRUE)
		return true;
	text = json_string_of(&json, health, arena, NULL);
	return text && strcmp(text, "true") == 0;
}
