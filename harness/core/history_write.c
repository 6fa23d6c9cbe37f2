/* SPDX-License-Identifier: MIT */
#include "harness/core/history_write.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/reader_shape.h"

/* Room kept for the parts of a line whose size is bounded: punctuation, the
 * names of fields, integers. */
#define LINE_ROOM 256
#define FLUSH_SIZE ((size_t)1 << 20)

struct line {
	const struct values *values;
	const struct history *history; /* NULL: an entry of none */
	char *text;
	size_t length;
	size_t capacity;
};

static void reserve(struct line *line, size_t count)
{
	if (line->capacity - line->length < count)
		line->text = array_reserve(line->text, &line->capacity,
					   line->length + count, 1);
}

/* For a literal: the caller has reserved the room. */
#define PUT(line, literal)                                                    \
	(memcpy((line)->text + (line)->length, literal, sizeof(literal) - 1), \
	 (void)((line)->length += sizeof(literal) - 1))

static void put_int(struct line *line, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		digits[--at] = '-';
	memcpy(line->text + line->length, digits + at, sizeof(digits) - at);
	line->length += sizeof(digits) - at;
}

/* A name: bytes that JSON wants escaped are rare in these. */
static void put_name(struct line *line, const char *name)
{
	static const char hex[] = "0123456789abcdef";

	reserve(line, strlen(name) * 6 + LINE_ROOM);
	PUT(line, "\"");
	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;

		if (byte < 0x20) {
			PUT(line, "\\u00");
			line->text[line->length++] = hex[byte >> 4];
			line->text[line->length++] = hex[byte & 15];
			continue;
		}
		if (byte == '"' || byte == '\\')
			line->text[line->length++] = '\\';
		line->text[line->length++] = *name;
	}
	PUT(line, "\"");
}

static void put_value(struct line *line, struct value v)
{
	int64_t number;

	if (value_is_nil(v))
		PUT(line, "null");
	else if (value_get_int(line->values, v, &number))
		put_int(line, number);
	else
		value_write(line->values, v, &line->text, &line->length,
			    &line->capacity);
	reserve(line, LINE_ROOM);
}

/* The one value of an action; see reader_shape.h. */
static void put_action_value(struct line *line, const struct action *action,
			     bool is_invoke)
{
	switch (value_shape(action->verb)) {
	case SHAPE_ARG:
		put_value(line, action->arg);
		break;
	case SHAPE_RESULT:
		put_value(line, is_invoke ? value_nil() : action->result);
		break;
	case SHAPE_CAS:
		PUT(line, "[");
		put_value(line, action->expected);
		PUT(line, ",");
		put_value(line, action->arg);
		PUT(line, "]");
		break;
	case SHAPE_EITHER:
		put_value(line, is_invoke ? action->arg : action->result);
		break;
	}
}

/* True where the result does not fit into the value. */
static bool has_result_beside(const struct action *action, bool is_invoke)
{
	enum value_shape shape = value_shape(action->verb);

	return !is_invoke && !value_is_nil(action->result) &&
	       (shape == SHAPE_ARG || shape == SHAPE_CAS);
}

/* The name of a verb in a transaction. Verbs that are a history's own occur
 * in histories read from elsewhere alone, so the history is at hand. */
static const char *micro_name(const struct line *line, uint16_t verb)
{
	if (verb == VERB_READ)
		return "r";
	if (verb == VERB_WRITE)
		return "w";
	if (verb < VERB_COUNT || !line->history)
		return verb_name((enum verb)verb);
	return history_f_name(line->history, verb);
}

static void put_actions(struct line *line, const struct entry *entry)
{
	bool is_invoke = entry->type == OP_INVOKE;

	PUT(line, "[");
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *action = &entry->actions[i];

		if (i > 0)
			PUT(line, ",");
		PUT(line, "[");
		put_name(line, micro_name(line, action->verb));
		PUT(line, ",");
		put_value(line, action->key);
		PUT(line, ",");
		put_action_value(line, action, is_invoke);
		if (has_result_beside(action, is_invoke)) {
			PUT(line, ",");
			put_value(line, action->result);
		}
		PUT(line, "]");
	}
	PUT(line, "]");
}

static void put_content(struct line *line, const struct entry *entry)
{
	bool is_invoke = entry->type == OP_INVOKE;
	const struct action *action = entry->actions;

	if (entry->f == VERB_TXN || entry->action_count > 1) {
		PUT(line, ",\"value\":");
		put_actions(line, entry);
		return;
	}
	if (entry->action_count == 0) {
		PUT(line, ",\"value\":null");
		return;
	}
	if (!value_is_nil(action->key)) {
		PUT(line, ",\"key\":");
		put_value(line, action->key);
	}
	PUT(line, ",\"value\":");
	if (entry->process == PROCESS_NEMESIS) {
		put_value(line, action->arg);
		return;
	}
	put_action_value(line, action, is_invoke);
	if (has_result_beside(action, is_invoke)) {
		PUT(line, ",\"result\":");
		put_value(line, action->result);
	}
}

static void put_entry(struct line *line, const char *f,
		      const struct entry *entry)
{
	reserve(line, LINE_ROOM);
	PUT(line, "{\"index\":");
	put_int(line, (int64_t)entry->index);
	if (entry->time_ns >= 0) {
		PUT(line, ",\"time\":");
		put_int(line, entry->time_ns);
	}
	PUT(line, ",\"process\":");
	if (entry->process == PROCESS_NEMESIS)
		PUT(line, "\"nemesis\"");
	else
		put_int(line, entry->process);
	PUT(line, ",\"type\":");
	put_name(line, op_type_name(entry->type));
	PUT(line, ",\"f\":");
	put_name(line, f);
	put_content(line, entry);
	if (!value_is_nil(entry->error)) {
		PUT(line, ",\"error\":");
		put_value(line, entry->error);
	}
	if (!value_is_nil(entry->node)) {
		PUT(line, ",\"node\":");
		put_value(line, entry->node);
	}
	PUT(line, "}\n");
}

void entry_write(const struct values *values, const char *f,
		 const struct entry *entry, char **text, size_t *length,
		 size_t *capacity)
{
	struct line line = { .values = values,
			     .text = *text,
			     .length = *length,
			     .capacity = *capacity };

	put_entry(&line, f, entry);
	*text = line.text;
	*length = line.length;
	*capacity = line.capacity;
}

struct entry history_entry(const struct history *history, uint32_t position)
{
	const struct op *op = &history->ops[history->entry_ops[position]];
	bool is_first = op->invoke == position;

	return (struct entry){
		.index = history_index(history, position),
		.time_ns = is_first ? op->invoke_ns : op->complete_ns,
		.process = op->process,
		.type = history_entry_type(history, position),
		.f = op->f,
		.actions = op_actions(history, op),
		.action_count = op->action_count,
		.error = is_first && op_is_client(op) ? value_nil() : op->error,
		.node = op->node,
	};
}

static int write_out(struct line *line, FILE *out, struct error *err)
{
	if (fwrite(line->text, 1, line->length, out) != line->length)
		return error_errno(err, "write the history");
	line->length = 0;
	return 0;
}

int history_write_jsonl(const struct history *history, FILE *out,
			struct error *err)
{
	struct line line = { .values = history->values, .history = history };
	int rc = 0;

	for (uint32_t i = 0; i < history->entry_count && !rc; i++) {
		struct entry entry = history_entry(history, i);

		put_entry(&line, history_f_name(history, entry.f), &entry);
		if (line.length >= FLUSH_SIZE)
			rc = write_out(&line, out, err);
	}
	if (!rc && line.length > 0)
		rc = write_out(&line, out, err);
	if (!rc && fflush(out))
		rc = error_errno(err, "write the history");
	free(line.text);
	return rc;
}
