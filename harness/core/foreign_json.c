/* SPDX-License-Identifier: MIT */
/* Histories as one JSON array of objects. */
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/foreign.h"
#include "harness/core/jsonl.h"

/* White space and newlines, which are counted. */
static const char *space(const char *p, const char *end, size_t *lines)
{
	while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
		*lines += *p++ == '\n';
	return p;
}

/* The end of the object at `p`, or `end` when it has none. Stops at a newline
 * in a string, which is no JSON. */
static const char *object_end(const char *p, const char *end)
{
	size_t depth = 0;

	for (; p < end; p++) {
		if (*p == '"') {
			for (p++; p < end && *p != '"' && *p != '\n'; p++)
				p += *p == '\\' && p + 1 < end;
			if (p == end || *p == '\n')
				return p;
		} else if (*p == '{' || *p == '[') {
			depth++;
		} else if ((*p == '}' || *p == ']') && --depth == 0) {
			return p + 1;
		}
	}
	return end;
}

/* An object may stand on several lines; the scanner reads one. */
struct copy {
	char *text;
	size_t capacity;
};

static int add_object(struct jsonl *jsonl, struct copy *copy, const char *p,
		      const char *end, struct error *err)
{
	size_t length = (size_t)(end - p);
	bool is_cut;

	copy->text = array_reserve(copy->text, &copy->capacity,
				   length + 1 + JSONL_PAD, 1);
	memset(copy->text + length, 0, 1 + JSONL_PAD);
	for (size_t i = 0; i < length; i++)
		copy->text[i] = p[i] == '\n' ? ' ' : p[i];
	copy->text[length] = '\n';
	return jsonl_line(jsonl, copy->text, copy->text + length, &is_cut, err);
}

static int add_objects(struct jsonl *jsonl, struct copy *copy,
		       const struct read_text *text, const char *p,
		       struct error *err)
{
	const char *end = text->text + text->length;
	size_t *lines = &text->info->lines;

	p = space(p, end, lines);
	while (p < end && *p != ']') {
		const char *object = p;

		if (*p != '{')
			return error_set(err,
					 "expected an object of an "
					 "array, found '%c'",
					 *p);
		p = object_end(p, end);
		if (add_object(jsonl, copy, object, p, err))
			return -1;
		for (; object < p; object++)
			*lines += *object == '\n';
		p = space(p, end, lines);
		if (p < end && *p != ',' && *p != ']')
			return error_set(err,
					 "expected ',' or ']' after an "
					 "object, found '%c'",
					 *p);
		if (p < end && *p == ',') {
			p = space(p + 1, end, lines);
			if (p < end && *p == ']')
				return error_set(err, "a ',' and no object "
						      "after it");
		}
	}
	if (p == end)
		return error_set(err, "the array has no end");
	p = space(p + 1, end, lines);
	return p == end ? 0 : error_set(err, "more text after the array");
}

int foreign_read_json(struct history *history, const struct read_text *text,
		      struct error *err)
{
	struct jsonl *jsonl;
	struct copy copy = { 0 };
	const char *p = text->text;
	int rc;

	text->info->lines = 1;
	text->info->is_independent =
		text->options->independent == READ_INDEPENDENT_YES;
	jsonl = jsonl_new(history, text->info->is_independent);
	/* The format was told by the bracket. */
	p = space(p, text->text + text->length, &text->info->lines);
	rc = add_objects(jsonl, &copy, text, p + 1, err);
	jsonl_free(jsonl);
	free(copy.text);
	return rc;
}
