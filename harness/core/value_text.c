/* SPDX-License-Identifier: MIT */
/* Values as JSON. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/value_table.h"

/* A text that grows. */
struct writer {
	const struct values *values;
	char *text;
	size_t length;
	size_t capacity;
};

static void put(struct writer *writer, const char *bytes, size_t count)
{
	writer->text = array_reserve(writer->text, &writer->capacity,
				     writer->length + count + 1, 1);
	memcpy(writer->text + writer->length, bytes, count);
	writer->length += count;
}

static void put_int(struct writer *writer, int64_t number)
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
	put(writer, digits + at, sizeof(digits) - at);
}

/* The length of the well-formed UTF-8 sequence at `text`, or 0. */
static size_t utf8_length(const unsigned char *text, size_t left)
{
	size_t length = text[0] < 0x80 ? 1 :
			text[0] < 0xc2 ? 0 :
			text[0] < 0xe0 ? 2 :
			text[0] < 0xf0 ? 3 :
			text[0] < 0xf5 ? 4 : 0;

	if (length > left)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((text[0] == 0xe0 && text[1] < 0xa0) ||
	    (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) ||
	    (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

static void put_escaped(struct writer *writer, unsigned char byte)
{
	static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char escape[8] = { '\\' };

	for (const char *name = names; *name; name += 2) {
		if ((unsigned char)name[0] == byte) {
			escape[1] = name[1];
			put(writer, escape, 2);
			return;
		}
	}
	snprintf(escape, sizeof(escape), "\\u%04x", byte);
	put(writer, escape, 6);
}

static void put_string(struct writer *writer, const char *text, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t start = 0;
	size_t at = 0;

	put(writer, "\"", 1);
	while (at < length) {
		size_t step = utf8_length(bytes + at, length - at);

		if (step && bytes[at] >= 0x20 && bytes[at] != '"' &&
		    bytes[at] != '\\' && bytes[at] != 0x7f) {
			at += step;
			continue;
		}
		put(writer, text + start, at - start);
		if (step)
			put_escaped(writer, bytes[at]);
		else
			put(writer, "\\ufffd", 6);
		start = ++at;
	}
	put(writer, text + start, at - start);
	put(writer, "\"", 1);
}

static void put_value(struct writer *writer, struct value v, int depth);

/* JSON has only strings as keys: others are written as the string of their
 * JSON text. */
static void put_key(struct writer *writer, struct value key, int depth)
{
	struct writer inner = { .values = writer->values };

	if (value_kind(writer->values, key) == VALUE_STRING) {
		put_value(writer, key, depth);
		return;
	}
	put_value(&inner, key, depth);
	put_string(writer, inner.text, inner.length);
	free(inner.text);
}

static void put_members(struct writer *writer, struct value list, bool is_map,
			int depth)
{
	size_t length = value_list_length(writer->values, list);
	struct value *elements = heap_zeroed(length, sizeof(*elements));

	value_list_elements(writer->values, list, elements);
	put(writer, is_map ? "{" : "[", 1);
	for (size_t i = 0; i < length; i++) {
		bool is_key = is_map && i % 2 == 0;

		if (i > 0)
			put(writer, is_map && !is_key ? ":" : ",", 1);
		if (is_key)
			put_key(writer, elements[i], depth + 1);
		else
			put_value(writer, elements[i], depth + 1);
	}
	put(writer, is_map ? "}" : "]", 1);
	free(elements);
}

/* The depth is bounded by VALUE_DEPTH_MAX, which readers see to. */
static void put_value(struct writer *writer, struct value v, int depth)
{
	const char *text;
	size_t length;

	assert(depth <= VALUE_DEPTH_MAX);
	switch (value_kind(writer->values, v)) {
	case VALUE_NIL:
		put(writer, "null", 4);
		break;
	case VALUE_BOOL:
		put(writer, value_as_bool(v) ? "true" : "false",
		    value_as_bool(v) ? 4 : 5);
		break;
	case VALUE_INT:
		put_int(writer, value_as_int(writer->values, v));
		break;
	case VALUE_STRING:
		text = value_as_string(writer->values, v, &length);
		put_string(writer, text, length);
		break;
	case VALUE_NUMBER:
		text = value_as_string(writer->values, v, &length);
		put(writer, text, length);
		break;
	case VALUE_LIST:
		put_members(writer, v, false, depth);
		break;
	case VALUE_MAP:
		v.bits = value_map_node(v) << 3 | TAG_LIST;
		put_members(writer, v, true, depth);
		break;
	}
}

void value_write(const struct values *values, struct value v, char **text,
		 size_t *length, size_t *capacity)
{
	struct writer writer = { .values = values, .text = *text,
				 .length = *length, .capacity = *capacity };

	put_value(&writer, v, 0);
	*text = writer.text;
	*length = writer.length;
	*capacity = writer.capacity;
}

const char *value_text(const struct values *values, struct value v,
		       struct arena *arena)
{
	struct writer writer = { .values = values };
	const char *copy;

	put_value(&writer, v, 0);
	copy = arena_strndup(arena, writer.text, writer.length);
	free(writer.text);
	return copy;
}
