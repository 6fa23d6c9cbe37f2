/* SPDX-License-Identifier: MIT */
/* Histories as Jepsen's EDN. */
#include "harness/core/history_write.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/reader_shape.h"

#define FLUSH_SIZE ((size_t)1 << 20)

struct text {
	const struct history *history;
	char *bytes;
	size_t length;
	size_t capacity;
};

static void put_n(struct text *text, const char *bytes, size_t count)
{
	text->bytes = array_reserve(text->bytes, &text->capacity,
				    text->length + count, 1);
	memcpy(text->bytes + text->length, bytes, count);
	text->length += count;
}

static void put(struct text *text, const char *bytes)
{
	put_n(text, bytes, strlen(bytes));
}

static void put_int(struct text *text, int64_t number)
{
	char digits[24];
	int count = snprintf(digits, sizeof(digits), "%" PRId64, number);

	put_n(text, digits, (size_t)count);
}

static void put_string(struct text *text, const char *bytes, size_t length)
{
	static const char escaped[] = "\"\"\\\\\nn\tt\rr";
	char escape[8];

	put(text, "\"");
	for (size_t i = 0; i < length; i++) {
		const char *name = escaped;

		while (*name && *name != bytes[i])
			name += 2;
		if (*name) {
			snprintf(escape, sizeof(escape), "\\%c", name[1]);
			put(text, escape);
		} else if ((unsigned char)bytes[i] < 0x20) {
			snprintf(escape, sizeof(escape), "\\u%04x",
				 (unsigned)(unsigned char)bytes[i]);
			put(text, escape);
		} else {
			put_n(text, bytes + i, 1);
		}
	}
	put(text, "\"");
}

/* As a keyword, if it can be one. */
static void put_name(struct text *text, const char *name)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-_.*+!?<>=";
	size_t length = strlen(name);

	if (length == 0 || strspn(name, safe) != length) {
		put_string(text, name, length);
		return;
	}
	put(text, ":");
	put(text, name);
}

static void put_value(struct text *text, struct value v, int depth);

/* The depth is bounded by VALUE_DEPTH_MAX, which readers see to. */
static void put_list(struct text *text, struct value list, int depth)
{
	const struct values *values = text->history->values;
	size_t length = value_list_length(values, list);
	struct value *elements = heap_zeroed(length, sizeof(*elements));

	value_list_elements(values, list, elements);
	put(text, "[");
	for (size_t i = 0; i < length; i++) {
		put(text, i > 0 ? " " : "");
		put_value(text, elements[i], depth + 1);
	}
	put(text, "]");
	free(elements);
}

static void put_map(struct text *text, struct value map, int depth)
{
	const struct values *values = text->history->values;
	size_t length = value_map_length(values, map);
	struct value *keys = heap_zeroed(2 * length, sizeof(*keys));

	value_map_entries(values, map, keys, keys + length);
	put(text, "{");
	for (size_t i = 0; i < length; i++) {
		put(text, i > 0 ? ", " : "");
		put_value(text, keys[i], depth + 1);
		put(text, " ");
		put_value(text, keys[length + i], depth + 1);
	}
	put(text, "}");
	free(keys);
}

static void put_value(struct text *text, struct value v, int depth)
{
	const struct values *values = text->history->values;
	const char *bytes;
	size_t length;

	assert(depth <= VALUE_DEPTH_MAX);
	switch (value_kind(values, v)) {
	case VALUE_NIL:
		put(text, "nil");
		break;
	case VALUE_BOOL:
		put(text, value_as_bool(v) ? "true" : "false");
		break;
	case VALUE_INT:
		put_int(text, value_as_int(values, v));
		break;
	case VALUE_STRING:
		bytes = value_as_string(values, v, &length);
		put_string(text, bytes, length);
		break;
	case VALUE_NUMBER:
		bytes = value_as_string(values, v, &length);
		put_n(text, bytes, length);
		break;
	case VALUE_LIST:
		put_list(text, v, depth);
		break;
	case VALUE_MAP:
		put_map(text, v, depth);
		break;
	}
}

static void put_action_value(struct text *text, const struct action *action,
			     bool is_invoke)
{
	switch (value_shape(action->verb)) {
	case SHAPE_ARG:
		put_value(text, action->arg, 0);
		break;
	case SHAPE_RESULT:
		put_value(text, is_invoke ? value_nil() : action->result, 0);
		break;
	case SHAPE_CAS:
		put(text, "[");
		put_value(text, action->expected, 0);
		put(text, " ");
		put_value(text, action->arg, 0);
		put(text, "]");
		break;
	case SHAPE_EITHER:
		put_value(text, is_invoke ? action->arg : action->result, 0);
		break;
	}
}

static bool has_result_beside(const struct action *action, bool is_invoke)
{
	enum value_shape shape = value_shape(action->verb);

	return !is_invoke && !value_is_nil(action->result) &&
	       (shape == SHAPE_ARG || shape == SHAPE_CAS);
}

static void put_txn(struct text *text, const struct entry *entry)
{
	bool is_invoke = entry->type == OP_INVOKE;

	put(text, "[");
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *action = &entry->actions[i];
		const char *name = history_f_name(text->history, action->verb);

		put(text, i > 0 ? " [" : "[");
		put_name(text, action->verb == VERB_READ    ? "r"
			       : action->verb == VERB_WRITE ? "w"
							    : name);
		put(text, " ");
		put_value(text, action->key, 0);
		put(text, " ");
		put_action_value(text, action, is_invoke);
		if (has_result_beside(action, is_invoke)) {
			put(text, " ");
			put_value(text, action->result, 0);
		}
		put(text, "]");
	}
	put(text, "]");
}

static void put_content(struct text *text, const struct entry *entry)
{
	const struct action *action = entry->actions;
	bool is_invoke = entry->type == OP_INVOKE;

	if (entry->process == PROCESS_NEMESIS) {
		put_value(text, entry->action_count ? action->arg : value_nil(),
			  0);
	} else if (entry->f == VERB_TXN || entry->action_count > 1) {
		put_txn(text, entry);
	} else if (entry->action_count == 0) {
		put(text, "nil");
	} else {
		bool has_key = !value_is_nil(action->key);

		if (has_key) {
			put(text, "[");
			put_value(text, action->key, 0);
			put(text, " ");
		}
		put_action_value(text, action, is_invoke);
		put(text, has_key ? "]" : "");
		if (has_result_beside(action, is_invoke)) {
			put(text, ", :result ");
			put_value(text, action->result, 0);
		}
	}
}

static void put_entry(struct text *text, const struct entry *entry)
{
	put(text, "{:index ");
	put_int(text, (int64_t)entry->index);
	if (entry->time_ns >= 0) {
		put(text, ", :time ");
		put_int(text, entry->time_ns);
	}
	put(text, ", :process ");
	if (entry->process == PROCESS_NEMESIS)
		put(text, ":nemesis");
	else
		put_int(text, entry->process);
	put(text, ", :type ");
	put_name(text, op_type_name(entry->type));
	put(text, ", :f ");
	put_name(text, history_f_name(text->history, entry->f));
	put(text, ", :value ");
	put_content(text, entry);
	if (!value_is_nil(entry->error)) {
		put(text, ", :error ");
		put_value(text, entry->error, 0);
	}
	if (!value_is_nil(entry->node)) {
		put(text, ", :node ");
		put_value(text, entry->node, 0);
	}
	put(text, "}\n");
}

static int write_out(struct text *text, FILE *out, struct error *err)
{
	if (fwrite(text->bytes, 1, text->length, out) != text->length)
		return error_errno(err, "write the history");
	text->length = 0;
	return 0;
}

int history_write_edn(const struct history *history, FILE *out,
		      struct error *err)
{
	struct text text = { .history = history };
	int rc = 0;

	for (uint32_t i = 0; i < history->entry_count && !rc; i++) {
		struct entry entry = history_entry(history, i);

		put_entry(&text, &entry);
		if (text.length >= FLUSH_SIZE)
			rc = write_out(&text, out, err);
	}
	if (!rc && text.length > 0)
		rc = write_out(&text, out, err);
	if (!rc && fflush(out))
		rc = error_errno(err, "write the history");
	free(text.bytes);
	return rc;
}
