/* SPDX-License-Identifier: MIT */
#include "targets/etcd/client.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"

#include "targets/etcd/base64.h"
#include "targets/etcd/http.h"
#include "targets/etcd/reply.h"

/* Sends a change of the key and wants etcd's header in return. */
static enum outcome change(struct client *client, struct request *request,
			   const char *path, const char *key,
			   const char *fields, int64_t *revision,
			   struct error *err)
{
	struct arena *arena = request->arena;
	struct http_answer answer;
	enum outcome outcome;
	const char *body;

	body = arena_printf(arena, "{\"key\":\"%s\"%s}",
			    base64_encode(arena, key, strlen(key)), fields);
	outcome = client_ask(client, request, path, body, false, &answer, err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_put(answer.body, answer.size, arena, revision, err) < 0)
		return client_puzzled(false);
	return OUTCOME_OK;
}

static enum outcome set_read(struct client *client, struct request *request,
			     const char *prefix, struct error *err)
{
	struct arena *arena = request->arena;
	size_t length = strlen(prefix);
	char *range_end = arena_strdup(arena, prefix);
	struct value list = value_empty_list();
	struct http_answer answer;
	enum outcome outcome;
	const char **rests;
	const char *body;
	size_t count;

	/* All keys from the prefix up to, not including, its successor. */
	range_end[length - 1]++;
	body = arena_printf(arena,
			    "{\"key\":\"%s\",\"range_end\":\"%s\","
			    "\"keys_only\":true%s}",
			    base64_encode(arena, prefix, length),
			    base64_encode(arena, range_end, length),
			    client->is_serializable ? ",\"serializable\":true"
						    : "");
	outcome = client_ask(client, request, "kv/range", body, true, &answer,
			     err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_keys(answer.body, answer.size, prefix, arena, &rests, &count,
		       err) < 0)
		return client_puzzled(true);
	for (size_t i = 0; i < count; i++) {
		int64_t number;

		if (!client_read_number(rests[i], strlen(rests[i]), &number)) {
			error_set(err, "bad reply: element is no integer");
			return client_puzzled(true);
		}
		list = value_append(request->values, list,
				    value_int(request->values, number));
	}
	request->actions[0].result = list;
	return OUTCOME_OK;
}

enum outcome client_set(struct client *client, struct request *request,
			struct error *err)
{
	const struct action *action = &request->actions[0];
	const char *prefix = arena_printf(request->arena, "%s/",
					  client_key(request, action));
	const char *element = client_number(request, action->arg);
	const char *key;

	if (action->verb == VERB_READ)
		return set_read(client, request, prefix, err);
	if (action->verb != VERB_ADD && action->verb != VERB_REMOVE) {
		error_set(err, "not supported");
		return OUTCOME_FAIL;
	}
	if (!element) {
		error_set(err, "only integers can be stored");
		return OUTCOME_FAIL;
	}
	key = arena_printf(request->arena, "%s%s", prefix, element);
	if (action->verb == VERB_REMOVE)
		return change(client, request, "kv/deleterange", key, "", NULL,
			      err);
	return change(client, request, "kv/put", key, ",\"value\":\"\"", NULL,
		      err);
}

/* Each change of etcd's keys has a revision of its own, in one sequence. */
enum outcome client_generate(struct client *client, struct request *request,
			     struct error *err)
{
	struct action *action = &request->actions[0];
	int64_t revision = 0;
	enum outcome outcome;

	if (action->verb != VERB_GENERATE) {
		error_set(err, "not supported");
		return OUTCOME_FAIL;
	}
	outcome = change(client, request, "kv/put", client_key(request, action),
			 "", &revision, err);
	if (outcome == OUTCOME_OK)
		action->result = value_int(request->values, revision);
	return outcome;
}
