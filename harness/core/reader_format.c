/* SPDX-License-Identifier: MIT */
#include "harness/core/reader_format.h"

#include <string.h>

#include "harness/core/edn.h"
#include "harness/core/foreign.h"

/* So much of a file must look like text. */
#define LOOK_SIZE 4096

static const struct read_format format_jsonl = { "jsonl", true, NULL };
static const struct read_format format_edn = { "edn", true, edn_read };
static const struct read_format format_log = { "jepsen-log", true,
					       edn_read_log };
static const struct read_format format_awdit = { "awdit", false,
						 foreign_read_awdit };
static const struct read_format format_plume = { "plume", false,
						 foreign_read_plume };
static const struct read_format format_dbcop = { "dbcop", false,
						 foreign_read_dbcop };
static const struct read_format format_dbcop_json = { "dbcop", false,
						      foreign_read_dbcop_json };
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

		if (byte < 0x20 && !is_space(text[i]))
			return true;
	}
	return false;
}

static bool begins(struct look *look, const char *word)
{
	size_t at = 0;

	while (word[at] && byte_at(look, at) == word[at])
		at++;
	return word[at] == 0;
}

/* "x:=" or "x==". */
static bool is_dbcop_event(struct look *look)
{
	size_t at = 0;
	char c = byte_at(look, 0);

	while ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_')
		c = byte_at(look, ++at);
	return at > 0 && (c == ':' || c == '=') && byte_at(look, at + 1) == '=';
}

/* "{" in front of a name in quotes is JSON, of a keyword EDN. */
static const struct read_format *object_at(struct look *look)
{
	char second = next(look, 1);

	if (second == '"' &&
	    (begins(look, "\"params\"") || begins(look, "\"data\"")))
		return &format_dbcop_json;
	if (second == '"' || second == '}' || second == 0)
		return &format_jsonl;
	return &format_edn;
}

static const struct read_format *array_at(struct look *look)
{
	char second = next(look, 1);

	if (second == ']')
		return &format_json;
	if (is_dbcop_event(look))
		return &format_dbcop;
	if (second == '[' && next(look, 1) == '{' && next(look, 1) == '"')
		return &format_dbcop_json;
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
	case 'I':
		return begins(look, "INFO") ? &format_log : NULL;
	case 'r':
	case 'w':
		return byte_at(look, 1) == '('	    ? &format_plume
		       : is_space(byte_at(look, 1)) ? &format_awdit
						    : NULL;
	case '-':
		return begins(look, "---") ? &format_awdit : NULL;
	case '=':
		return begins(look, "===") ? &format_awdit : NULL;
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
	if (begins(&look, "\xef\xbb\xbf")) {
		error_set(err, "begins with a byte order mark, which UTF-8 has "
			       "no need of: take it away (tail -c +4)");
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
	/* JSON Lines may come slowly, and have no control characters anyway;
	 * of others the whole look is taken, however they come. */
	if (!is_all &&
	    (look.is_short || (length < LOOK_SIZE && format && format->read))) {
		*needs_more = true;
		return NULL;
	}
	if (!format)
		refuse(text, length, err);
	return format;
}
