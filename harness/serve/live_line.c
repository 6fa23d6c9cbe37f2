/* SPDX-License-Identifier: MIT */
#include "harness/serve/live_line.h"

#include <string.h>

struct scanner {
	const char *at;
	const char *end;
};

static void skip_space(struct scanner *scanner)
{
	while (scanner->at < scanner->end &&
	       (*scanner->at == ' ' || *scanner->at == '\t' ||
		*scanner->at == '\r'))
		scanner->at++;
}

static bool take(struct scanner *scanner, char wanted)
{
	skip_space(scanner);
	if (scanner->at >= scanner->end || *scanner->at != wanted)
		return false;
	scanner->at++;
	return true;
}

/* From the quote to behind the other. */
static bool skip_string(struct scanner *scanner)
{
	scanner->at++;
	while (scanner->at < scanner->end && *scanner->at != '"')
		scanner->at += *scanner->at == '\\' ? 2 : 1;
	if (scanner->at >= scanner->end)
		return false;
	scanner->at++;
	return true;
}

/* A value of any kind: brackets are counted, strings are jumped over. */
static bool skip_value(struct scanner *scanner, struct span *span)
{
	size_t depth = 0;

	skip_space(scanner);
	span->text = scanner->at;
	while (scanner->at < scanner->end) {
		char c = *scanner->at;

		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			break;
		if (c == '"') {
			if (!skip_string(scanner))
				return false;
			continue;
		}
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		scanner->at++;
	}
	span->length = (size_t)(scanner->at - span->text);
	while (span->length > 0 && span->text[span->length - 1] == ' ')
		span->length--;
	return span->length > 0 && depth == 0;
}

static bool is(const struct span *span, const char *text)
{
	return span->length == strlen(text) &&
	       memcmp(span->text, text, span->length) == 0;
}

static bool read_integer(const struct span *span, int64_t *number)
{
	bool is_negative = span->text[0] == '-';
	uint64_t value = 0;

	if (span->length > 18)
		return false;
	for (size_t i = is_negative; i < span->length; i++) {
		if (span->text[i] < '0' || span->text[i] > '9')
			return false;
		value = value * 10 + (uint64_t)(span->text[i] - '0');
	}
	*number = is_negative ? -(int64_t)value : (int64_t)value;
	return true;
}

static enum live_type type_of(const struct span *value)
{
	if (is(value, "\"invoke\""))
		return LIVE_INVOKE;
	if (is(value, "\"ok\""))
		return LIVE_OK;
	if (is(value, "\"fail\""))
		return LIVE_FAIL;
	return is(value, "\"info\"") ? LIVE_INFO : LIVE_OTHER;
}

static bool set_member(struct live_line *line, const struct span *name,
		       const struct span *value)
{
	if (is(name, "\"time\""))
		return read_integer(value, &line->time_ns);
	if (is(name, "\"process\"")) {
		line->is_nemesis = is(value, "\"nemesis\"");
		return line->is_nemesis || read_integer(value, &line->process);
	}
	if (is(name, "\"type\""))
		line->type = type_of(value);
	else if (is(name, "\"f\""))
		line->f = *value;
	else if (is(name, "\"node\""))
		line->node = *value;
	else if (is(name, "\"value\""))
		line->value = *value;
	else if (is(name, "\"error\""))
		line->error = *value;
	return true;
}

bool live_line_read(const char *text, size_t length, struct live_line *line)
{
	struct scanner scanner = { .at = text, .end = text + length };
	struct span name, value;

	*line = (struct live_line){ .process = -1 };
	if (!take(&scanner, '{'))
		return false;
	do {
		skip_space(&scanner);
		name.text = scanner.at;
		if (scanner.at >= scanner.end || *scanner.at != '"' ||
		    !skip_string(&scanner))
			return false;
		name.length = (size_t)(scanner.at - name.text);
		if (!take(&scanner, ':') || !skip_value(&scanner, &value) ||
		    !set_member(line, &name, &value))
			return false;
	} while (take(&scanner, ','));
	return take(&scanner, '}') && line->type != LIVE_OTHER;
}
