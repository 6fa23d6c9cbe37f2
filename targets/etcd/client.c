/* SPDX-License-Identifier: MIT */
#include "targets/etcd/client.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"

#include "targets/etcd/base64.h"
#include "targets/etcd/http.h"
#include "targets/etcd/outcome.h"
#include "targets/etcd/reply.h"

struct client *client_open(const char *address, int port, const char *api,
			   bool is_serializable, struct error *err)
{
	struct http *http = http_open(address, port, err);
	struct client *client;

	if (!http)
		return NULL;
	client = heap_zeroed(1, sizeof(*client));
	client->http = http;
	client->api = api;
	client->is_serializable = is_serializable;
	return client;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	http_close(client->http);
	free(client);
}

enum outcome client_ask(struct client *client, struct request *request,
			const char *path, const char *body, bool only_reads,
			struct http_answer *answer, struct error *err)
{
	struct etcd_failure failure;
	enum outcome outcome;

	path = arena_printf(request->arena, "/%s/%s", client->api, path);
	http_trace(client->http, request->trace);
	if (http_request(client->http, path, body, request->deadline_ns, answer,
			 err) < 0) {
		request->is_unsent = !answer->is_sent;
		return outcome_of_loss(answer->is_sent, only_reads);
	}
	if (answer->status == 200)
		return OUTCOME_OK;
	reply_failure(answer->body, answer->size, request->arena, &failure);
	outcome = outcome_of_failure(&failure, answer->status, err);
	return only_reads ? OUTCOME_FAIL : outcome;
}

enum outcome client_puzzled(bool only_reads)
{
	return outcome_of_loss(true, only_reads);
}

const char *client_key(const struct request *request,
		       const struct action *action)
{
	const char *object = object_name((enum object)action->object);
	struct values *values = request->values;
	const char *text;

	if (value_kind(values, action->key) == VALUE_STRING)
		text = value_as_string(values, action->key, NULL);
	else
		text = value_text(values, action->key, request->arena);
	return arena_printf(request->arena, "%s/%s", object, text);
}

const char *client_number(const struct request *request, struct value value)
{
	int64_t number;

	if (!value_get_int(request->values, value, &number))
		return NULL;
	return arena_printf(request->arena, "%" PRId64, number);
}

bool client_read_number(const char *text, size_t size, int64_t *number)
{
	bool is_negative = size && *text == '-';
	int64_t result = 0;

	if (size == (is_negative ? 1 : 0))
		return false;
	for (size_t i = is_negative; i < size; i++) {
		int digit = text[i] - '0';

		if (digit < 0 || digit > 9 ||
		    __builtin_mul_overflow(result, 10, &result) ||
		    __builtin_sub_overflow(result, digit, &result))
			return false;
	}
	if (!is_negative && __builtin_sub_overflow(0, result, &result))
		return false;
	*number = result;
	return true;
}

static const char *encode(const struct request *request, const char *text)
{
	return base64_encode(request->arena, text, strlen(text));
}

static enum outcome not_a_number(struct error *err)
{
	error_set(err, "only integers can be stored");
	return OUTCOME_FAIL;
}

static enum outcome register_read(struct client *client,
				  struct request *request, struct error *err)
{
	struct action *action = &request->actions[0];
	const char *key = client_key(request, action);
	struct http_answer answer;
	struct etcd_entry entry;
	enum outcome outcome;
	const char *body;
	int64_t number;

	body = arena_printf(
		request->arena, "{\"key\":\"%s\"%s}", encode(request, key),
		client->is_serializable ? ",\"serializable\":true" : "");
	outcome = client_ask(client, request, "kv/range", body, true, &answer,
			     err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_range(answer.body, answer.size, key, request->arena, &entry,
			err) < 0)
		return client_puzzled(true);
	if (!entry.is_present) {
		action->result = value_nil();
		return OUTCOME_OK;
	}
	if (!client_read_number(entry.value, entry.value_size, &number)) {
		error_set(err, "bad reply: value is no integer");
		return client_puzzled(true);
	}
	action->result = value_int(request->values, number);
	return OUTCOME_OK;
}

static enum outcome register_write(struct client *client,
				   struct request *request, struct error *err)
{
	struct action *action = &request->actions[0];
	const char *number = client_number(request, action->arg);
	struct http_answer answer;
	enum outcome outcome;
	const char *body;

	if (!number)
		return not_a_number(err);
	body = arena_printf(request->arena, "{\"key\":\"%s\",\"value\":\"%s\"}",
			    encode(request, client_key(request, action)),
			    encode(request, number));
	outcome = client_ask(client, request, "kv/put", body, false, &answer,
			     err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_put(answer.body, answer.size, request->arena, NULL, err) < 0)
		return client_puzzled(false);
	return OUTCOME_OK;
}

/* What must hold for a cas: it has the value, or (expected nil) was never
 * created; etcd's create_revision of a key that is not there is 0. */
static const char *comparison(const struct request *request,
			      const struct action *action, const char *key)
{
	const char *expected;

	if (value_is_nil(action->expected))
		return arena_printf(request->arena,
				    "{\"key\":\"%s\",\"target\":\"CREATE\","
				    "\"result\":\"EQUAL\","
				    "\"create_revision\":\"0\"}",
				    key);
	expected = client_number(request, action->expected);
	if (!expected)
		return NULL;
	return arena_printf(request->arena,
			    "{\"key\":\"%s\",\"target\":\"VALUE\","
			    "\"result\":\"EQUAL\",\"value\":\"%s\"}",
			    key, encode(request, expected));
}

static enum outcome register_cas(struct client *client, struct request *request,
				 struct error *err)
{
	struct action *action = &request->actions[0];
	const char *key = encode(request, client_key(request, action));
	const char *number = client_number(request, action->arg);
	const char *compare = comparison(request, action, key);
	struct http_answer answer;
	enum outcome outcome;
	bool has_succeeded;
	const char *body;

	if (!number || !compare)
		return not_a_number(err);
	body = arena_printf(request->arena,
			    "{\"compare\":[%s],\"success\":[{\"request_put\":"
			    "{\"key\":\"%s\",\"value\":\"%s\"}}]}",
			    compare, key, encode(request, number));
	outcome = client_ask(client, request, "kv/txn", body, false, &answer,
			     err);
	if (outcome != OUTCOME_OK)
		return outcome;
	if (reply_txn(answer.body, answer.size, NULL, 1, request->arena,
		      &has_succeeded, NULL, err) < 0)
		return client_puzzled(false);
	if (has_succeeded)
		return OUTCOME_OK;
	/* The reply of a transaction whose comparison did not hold and whose
	 * other branch is empty: definite. */
	error_set(err, "precondition failed");
	return OUTCOME_FAIL;
}

enum outcome client_apply(struct client *client, struct request *request,
			  struct error *err)
{
	const struct action *action = &request->actions[0];

	if (request->is_transaction || request->action_count != 1 ||
	    action->object == OBJECT_LIST || action->object == OBJECT_COUNTER)
		return client_transact(client, request, err);
	if (action->object == OBJECT_SET)
		return client_set(client, request, err);
	if (action->object == OBJECT_ID)
		return client_generate(client, request, err);
	if (action->object == OBJECT_REGISTER) {
		switch (action->verb) {
		case VERB_READ:
			return register_read(client, request, err);
		case VERB_WRITE:
			return register_write(client, request, err);
		case VERB_CAS:
			return register_cas(client, request, err);
		default:
			break;
		}
	}
	error_set(err, "not supported");
	return OUTCOME_FAIL;
}
