/* SPDX-License-Identifier: MIT */
#include "targets/etcd/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"

/* What may come next. */
enum json_state {
	WANT_VALUE,
	WANT_FIRST_ITEM, /* or the end of the list */
	WANT_FIRST_KEY,	 /* or the end of the object */
	WANT_KEY,
	WANT_COLON,
	WANT_COMMA, /* or the end of the list or object */
	WANT_NOTHING,
};

struct reader {
	const char *text;
	size_t size;
	size_t at;
	enum json_state state;
	struct arena *arena;
	struct json_token *tokens;
	size_t count;
	size_t capacity;
	size_t open[JSON_DEPTH_MAX]; /* lists and objects not yet ended */
	size_t depth;
};

static struct json_token *token_add(struct reader *r, enum json_kind kind,
				    size_t start, size_t end)
{
	if (r->count == r->capacity) {
		size_t capacity = r->capacity ? r->capacity * 2 : 64;
		struct json_token *tokens =
			arena_array(r->arena, capacity, sizeof(*tokens));

		if (r->count)
			memcpy(tokens, r->tokens, r->count * sizeof(*tokens));
		r->tokens = tokens;
		r->capacity = capacity;
	}
	r->tokens[r->count] = (struct json_token){
		.kind = kind,
		.start = (uint32_t)start,
		.end = (uint32_t)end,
		.next = (uint32_t)r->count + 1,
	};
	return &r->tokens[r->count++];
}

/* A value has ended: what comes next depends on what it is in. */
static void value_ended(struct reader *r)
{
	r->state = r->depth ? WANT_COMMA : WANT_NOTHING;
}

static bool open_container(struct reader *r, enum json_kind kind)
{
	if (r->depth == JSON_DEPTH_MAX)
		return false;
	r->open[r->depth++] = r->count;
	token_add(r, kind, r->at, r->at);
	r->at++;
	r->state = kind == JSON_LIST ? WANT_FIRST_ITEM : WANT_FIRST_KEY;
	return true;
}

static bool close_container(struct reader *r, enum json_kind kind)
{
	struct json_token *token;

	if (!r->depth)
		return false;
	token = &r->tokens[r->open[r->depth - 1]];
	if (token->kind != kind)
		return false;
	r->depth--;
	r->at++;
	token->end = (uint32_t)r->at;
	token->next = (uint32_t)r->count;
	value_ended(r);
	return true;
}

static bool take_string(struct reader *r)
{
	size_t start = ++r->at;

	while (r->at < r->size && r->text[r->at] != '"') {
		if ((unsigned char)r->text[r->at] < 0x20)
			return false;
		r->at += r->text[r->at] == '\\' ? 2 : 1;
	}
	if (r->at >= r->size)
		return false;
	token_add(r, JSON_STRING, start, r->at);
	r->at++;
	return true;
}

static bool take_word(struct reader *r, const char *word, enum json_kind kind)
{
	size_t length = strlen(word);

	if (r->size - r->at < length ||
	    memcmp(r->text + r->at, word, length) != 0)
		return false;
	token_add(r, kind, r->at, r->at + length);
	r->at += length;
	return true;
}

static bool take_number(struct reader *r)
{
	size_t start = r->at;

	while (r->at < r->size && r->text[r->at] &&
	       strchr("+-.0123456789eE", r->text[r->at]))
		r->at++;
	if (r->at == start)
		return false;
	token_add(r, JSON_NUMBER, start, r->at);
	return true;
}

static bool take_value(struct reader *r)
{
	bool is_good;

	switch (r->text[r->at]) {
	case '{':
		return open_container(r, JSON_OBJECT);
	case '[':
		return open_container(r, JSON_LIST);
	case '"':
		is_good = take_string(r);
		break;
	case 't':
		is_good = take_word(r, "true", JSON_TRUE);
		break;
	case 'f':
		is_good = take_word(r, "false", JSON_FALSE);
		break;
	case 'n':
		is_good = take_word(r, "null", JSON_NULL);
		break;
	default:
		is_good = take_number(r);
		break;
	}
	value_ended(r);
	return is_good;
}

static bool take_key(struct reader *r)
{
	r->state = WANT_COLON;
	return r->text[r->at] == '"' && take_string(r);
}

static bool take_colon(struct reader *r)
{
	r->state = WANT_VALUE;
	return r->text[r->at++] == ':';
}

static bool take_comma(struct reader *r)
{
	enum json_kind kind = r->tokens[r->open[r->depth - 1]].kind;

	r->state = kind == JSON_LIST ? WANT_VALUE : WANT_KEY;
	return r->text[r->at++] == ',';
}

/* Reads what starts at r->at, which is no blank. */
static bool take_next(struct reader *r)
{
	char c = r->text[r->at];

	switch (r->state) {
	case WANT_FIRST_ITEM:
		return c == ']' ? close_container(r, JSON_LIST) : take_value(r);
	case WANT_VALUE:
		return take_value(r);
	case WANT_FIRST_KEY:
		return c == '}' ? close_container(r, JSON_OBJECT) : take_key(r);
	case WANT_KEY:
		return take_key(r);
	case WANT_COLON:
		return take_colon(r);
	case WANT_COMMA:
		if (c == ']')
			return close_container(r, JSON_LIST);
		if (c == '}')
			return close_container(r, JSON_OBJECT);
		return take_comma(r);
	case WANT_NOTHING:
		break;
	}
	return false;
}

int json_parse(struct json *json, struct arena *arena, const char *text,
	       size_t size, struct error *err)
{
	struct reader r = { .text = text, .size = size, .arena = arena };

	if (size > JSON_SIZE_MAX)
		return error_set(err, "reply too large");
	for (;;) {
		while (r.at < size && text[r.at] &&
		       strchr(" \t\r\n", text[r.at]))
			r.at++;
		if (r.at >= size)
			break;
		if (!take_next(&r))
			return error_set(err, "bad JSON");
	}
	if (r.state != WANT_NOTHING)
		return error_set(err, "bad JSON");
	*json = (struct json){ text, r.tokens, r.count };
	return 0;
}

enum json_kind json_kind(const struct json *json, size_t token)
{
	return token < json->count ? json->tokens[token].kind : JSON_NONE;
}

size_t json_member(const struct json *json, size_t object, const char *name)
{
	const struct json_token *tokens = json->tokens;
	size_t length = strlen(name);

	if (json_kind(json, object) != JSON_OBJECT)
		return JSON_ABSENT;
	for (size_t key = object + 1; key < tokens[object].next;
	     key = tokens[key + 1].next) {
		if (tokens[key].end - tokens[key].start == length &&
		    memcmp(json->text + tokens[key].start, name, length) == 0)
			return key + 1;
	}
	return JSON_ABSENT;
}

size_t json_first(const struct json *json, size_t list)
{
	if (json_kind(json, list) != JSON_LIST ||
	    json->tokens[list].next == list + 1)
		return JSON_ABSENT;
	return list + 1;
}

size_t json_after(const struct json *json, size_t list, size_t item)
{
	size_t next = json->tokens[item].next;

	return next < json->tokens[list].next ? next : JSON_ABSENT;
}

bool json_int(const struct json *json, size_t token, int64_t *number)
{
	enum json_kind kind = json_kind(json, token);
	const char *at;
	const char *end;
	int64_t result = 0;
	bool is_negative;

	if (kind != JSON_NUMBER && kind != JSON_STRING)
		return false;
	at = json->text + json->tokens[token].start;
	end = json->text + json->tokens[token].end;
	is_negative = at < end && *at == '-';
	at += is_negative;
	if (at == end)
		return false;
	for (; at < end; at++) {
		if (*at < '0' || *at > '9' ||
		    __builtin_mul_overflow(result, 10, &result) ||
		    __builtin_sub_overflow(result, *at - '0', &result))
			return false;
	}
	if (!is_negative && __builtin_sub_overflow(0, result, &result))
		return false;
	*number = result;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes \uXXXX at `at`: what is not printable ASCII becomes '?', for only
 * messages to people can hold it. Returns how many bytes were read. */
static size_t undo_unicode(const char *at, const char *end, char *out)
{
	int code = 0;

	*out = '?';
	for (int i = 0; i < 4; i++) {
		int digit = at + i < end ? hex_digit(at[i]) : -1;

		if (digit < 0)
			return 0;
		code = code * 16 + digit;
	}
	if (code >= 0x20 && code < 0x7f)
		*out = (char)code;
	return 4;
}

const char *json_string_of(const struct json *json, size_t token,
			   struct arena *arena, size_t *size)
{
	static const char escapes[] = "n\nt\tr\rb\bf\f";
	const char *at;
	const char *end;
	char *text;
	char *out;

	if (json_kind(json, token) != JSON_STRING)
		return NULL;
	at = json->text + json->tokens[token].start;
	end = json->text + json->tokens[token].end;
	text = out = arena_alloc(arena, (size_t)(end - at) + 1);
	while (at < end) {
		const char *escape;

		if (*at != '\\') {
			*out++ = *at++;
			continue;
		}
		at++;
		if (*at == 'u') {
			at++;
			at += undo_unicode(at, end, out++);
			continue;
		}
		escape = *at ? strchr(escapes, *at) : NULL;
		*out++ =
			escape && (escape - escapes) % 2 == 0 ? escape[1] : *at;
		at++;
	}
	*out = '\0';
	if (size)
		*size = (size_t)(out - text);
	return text;
}
