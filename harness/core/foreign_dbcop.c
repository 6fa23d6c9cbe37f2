/* SPDX-License-Identifier: MIT */
/* dbcop's JSON: sessions of transactions of events. */
#include <jansson.h>
#include <string.h>

#include "harness/core/foreign.h"
#include "harness/core/foreign_sessions.h"

/* An integer, or null; others are not in the format. */
static int scalar(struct values *values, const json_t *json, struct value *v,
		  struct error *err)
{
	*v = value_nil();
	if (json_is_integer(json))
		*v = value_int(values, json_integer_value(json));
	else if (!json_is_null(json))
		return error_set(err, "a variable or version that is no "
				      "integer");
	return 0;
}

/* {"Write":{"variable":2,"version":1}} */
static int add_event(struct sessions *sessions, struct values *values,
		     struct session_access *access, const json_t *event,
		     struct error *err)
{
	const json_t *write = json_object_get(event, "Write");
	const json_t *body = write ? write : json_object_get(event, "Read");
	struct value key;
	struct value value;

	if (!json_is_object(body))
		return error_set(err, "an event that is neither a \"Write\" "
				      "nor a \"Read\"");
	if (scalar(values, json_object_get(body, "variable"), &key, err) ||
	    scalar(values, json_object_get(body, "version"), &value, err))
		return -1;
	access->action = session_action(write != NULL, key, value);
	sessions_add(sessions, access);
	return 0;
}

static int add_sessions(struct sessions *sessions, struct values *values,
			const json_t *data, struct error *err)
{
	struct session_access access = { 0 };

	if (!json_is_array(data))
		return error_set(err, "has no \"data\" of sessions");
	for (size_t s = 0; s < json_array_size(data); s++) {
		const json_t *session = json_array_get(data, s);

		access.session = (int64_t)s;
		for (size_t t = 0; t < json_array_size(session); t++) {
			const json_t *txn = json_array_get(session, t);
			const json_t *events = json_object_get(txn, "events");

			access.txn++;
			access.is_aborted = json_is_false(
				json_object_get(txn, "committed"));
			for (size_t e = 0; e < json_array_size(events); e++) {
				if (add_event(sessions, values, &access,
					      json_array_get(events, e), err))
					return -1;
			}
		}
	}
	return 0;
}

int foreign_read_dbcop_json(struct history *history,
			    const struct read_text *text, struct error *err)
{
	struct sessions sessions = { 0 };
	json_error_t error;
	json_t *root = json_loadb(text->text, text->length, 0, &error);
	size_t ignored;
	int rc;

	text->info->lines = 0;
	if (!root) {
		text->info->lines = (size_t)error.line;
		return error_set(err, "%s", error.text);
	}
	rc = add_sessions(&sessions, history->values,
			  json_is_array(root) ? root
					      : json_object_get(root, "data"),
			  err);
	if (!rc)
		rc = sessions_emit(&sessions, history, &ignored, err);
	sessions_release(&sessions);
	json_decref(root);
	return rc;
}
