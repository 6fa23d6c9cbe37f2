/* SPDX-License-Identifier: MIT */
#include "harness/core/reader_format.h"

#include <string.h>

#include "harness/core/edn.h"
#include "harness/core/foreign.h"

/* So much of a file must look like text. */
#define LOOK_SIZE 4096

static const struct read_format format_jsonl = { "jsonl", true, NULL };
static const struct read_format format_edn = { "edn", true, edn_read };
static const struct read_format format_json = { "json", true,
						foreign_read_json };

/* The beginning of a text. Looking beyond it gives 0 and sets `is_short`. */
struct look {
	const char *p;
	const char *end;
	bool is_short;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static char byte_at(struct look *look, size_t at)
{
	if ((size_t)(look->end - look->p) > at)
		return look->p[at];
	look->is_short = true;
	return 0;
}

/* Moves to the next byte that is not white space, from `skip` bytes on. */
static char next(struct look *look, size_t skip)
{
	look->p += skip;
	while (look->p < look->end && is_space(*look->p))
		look->p++;
	return byte_at(look, 0);
}

static bool is_binary(const char *text, size_t length)
{
	for (size_t i = 0; i < length && i < LOOK_SIZE; i++) {
		unsigned char byte = (unsigned char)text[i];

		if ((byte < 0x20 && !is_space(text[i])) || byte == 0x7f)
			return true;
	}
	return false;
}

/* "{" in front of a name in quotes is JSON, of a keyword EDN. */
static const struct read_format *object_at(struct look *look)
{
	char second = next(look, 1);

	if (second == '"' || second == '}' || second == 0)
		return &format_jsonl;
	return &format_edn;
}

static const struct read_format *array_at(struct look *look)
{
	char second = next(look, 1);

	if (second == ']')
		return &format_json;
	if (second != '{')
		return &format_edn;
	second = next(look, 1);
	return second == '"' || second == '}' ? &format_json : &format_edn;
}

static const struct read_format *format_at(struct look *look)
{
	switch (next(look, 0)) {
	case '{':
		return object_at(look);
	case '[':
		return array_at(look);
	case '(':
	case ';':
	case '#':
		return &format_edn;
	default:
		return NULL;
	}
}

static void refuse(const char *text, size_t length, struct error *err)
{
	struct look look = { text, text + length, false };
	int word = 0;

	if (next(&look, 0) == 0) {
		error_set(err, "is empty: there is no history in it");
		return;
	}
	while (word < 20 && byte_at(&look, (size_t)word) > ' ')
		word++;
	error_set(err,
		  "begins with '%.*s', which is no format of histories "
		  "that is known",
		  word, look.p);
}

const struct read_format *read_format_of(const char *text, size_t length,
					 bool is_all, bool *needs_more,
					 struct error *err)
{
	struct look look = { text, text + length, false };
	const struct read_format *format;

	*needs_more = false;
	if (is_binary(text, length)) {
		error_set(err, "is binary data, no history");
		return NULL;
	}
	format = format_at(&look);
	if (look.is_short && !is_all) {
		*needs_more = true;
		return NULL;
	}
	if (!format)
		refuse(text, length, err);
	return format;
}
