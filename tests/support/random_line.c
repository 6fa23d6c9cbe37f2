/* SPDX-License-Identifier: MIT */
#include "tests/support/random_line.h"

#include <stdio.h>
#include <string.h>

#define DEPTH_MAX 5
static void put(struct random_line *text, const char *bytes)
{
	size_t length = strlen(bytes);

	if (text->length + length < RANDOM_LINE_MAX) {
		memcpy(text->bytes + text->length, bytes, length);
		text->length += length;
	}
}

static const char *pick(struct rng *rng, const char *const *from, size_t count)
{
	return from[rng_below(rng, count)];
}

#define PICK(rng, from) pick(rng, from, sizeof(from) / sizeof(*(from)))

static void put_space(struct rng *rng, struct random_line *text)
{
	static const char *const spaces[] = { " ", "\t", "  ", "\r" };

	if (rng_chance(rng, 0.05))
		put(text, PICK(rng, spaces));
}

static void put_string(struct rng *rng, struct random_line *text)
{
	static const char *const parts[] = {
		"a",
		"bc",
		"\\n",
		"\\\"",
		"\\\\",
		"\\/",
		"\\u00e4",
		"\\ud83d\\ude00",
		"\\u20ac",
		"\xc3\xa4",
		"\xe2\x82\xac",
		"\xf0\x9f\x98\x80",
		"0123456789abcdef",
		"[",
		"}",
		",",
		"\x7f",
		"\\u0001",
		"\\t",
	};

	put(text, "\"");
	for (uint64_t n = rng_below(rng, 6); n > 0; n--)
		put(text, PICK(rng, parts));
	put(text, "\"");
}

static void put_number(struct rng *rng, struct random_line *text)
{
	static const char *const odd[] = {
		"0",
		"-0",
		"-1",
		"1.5",
		"-2.25e3",
		"1E-7",
		"1e5",
		"0.0",
		"9223372036854775807",
		"-9223372036854775808",
		"536870911",
		"1073741823",
		"1073741824",
		"-1073741824",
		"-1073741825",
		"123456789012345678",
		"1234567890123456789",
	};
	char digits[24];

	if (rng_chance(rng, 0.3)) {
		put(text, PICK(rng, odd));
		return;
	}
	snprintf(digits, sizeof(digits), "%d", (int)rng_below(rng, 100));
	put(text, digits);
}

static void put_scalar(struct rng *rng, struct random_line *text)
{
	static const char *const words[] = { "null", "true", "false" };

	switch (rng_below(rng, 4)) {
	case 0:
		put(text, PICK(rng, words));
		break;
	case 1:
		put_string(rng, text);
		break;
	default:
		put_number(rng, text);
		break;
	}
}

/* Lists of small integers that often begin alike, as reads of lists do. */
static void put_growing(struct rng *rng, struct random_line *text)
{
	uint64_t length = rng_below(rng, 30);
	char digits[24];

	put(text, "[");
	for (uint64_t i = 0; i < length; i++) {
		bool is_odd = rng_chance(rng, 0.02);

		put(text, i > 0 ? "," : "");
		put_space(rng, text);
		snprintf(digits, sizeof(digits), "%d",
			 is_odd ? -(int)i : (int)i * 3);
		put(text, digits);
	}
	put(text, "]");
}

/* Without recursion: what is open is a list or a map. */
static void put_value(struct rng *rng, struct random_line *text)
{
	char opens[DEPTH_MAX];
	size_t depth = 0;

	if (rng_chance(rng, 0.3)) {
		put_growing(rng, text);
		return;
	}
	do {
		put_space(rng, text);
		if (depth < DEPTH_MAX && rng_chance(rng, 0.3)) {
			bool is_map = rng_chance(rng, 0.4);

			put(text, is_map ? "{" : "[");
			if (rng_chance(rng, 0.8)) {
				opens[depth++] = is_map ? '}' : ']';
				if (is_map) {
					put_string(rng, text);
					put(text, ":");
				}
				continue;
			}
			put(text, is_map ? "}" : "]");
		} else {
			put_scalar(rng, text);
		}
		put_space(rng, text);
		while (depth > 0 && rng_chance(rng, 0.4)) {
			char close[2] = { opens[--depth], 0 };

			put(text, close);
			put_space(rng, text);
		}
		if (depth > 0) {
			put(text, ",");
			if (opens[depth - 1] == '}') {
				put_string(rng, text);
				put(text, ":");
			}
		}
	} while (depth > 0);
}

static void put_cas(struct rng *rng, struct random_line *text)
{
	put(text, "[");
	put_value(rng, text);
	put(text, ",");
	put_value(rng, text);
	put(text, "]");
}

static void put_txn(struct rng *rng, struct random_line *text)
{
	static const char *const verbs[] = { "\"r\"", "\"append\"", "\"w\"",
					     "\"send\"", "\"x\"" };
	uint64_t count = rng_below(rng, 4);

	put(text, "[");
	for (uint64_t i = 0; i < count; i++) {
		put(text, i > 0 ? ",[" : "[");
		put(text, PICK(rng, verbs));
		put_space(rng, text);
		put(text, ",");
		put_scalar(rng, text);
		if (rng_chance(rng, 0.9)) {
			put(text, ",");
			put_value(rng, text);
		}
		put(text, "]");
	}
	put(text, "]");
}

/* The fields of a line, in any order. */
static void put_fields(struct rng *rng, struct random_line *text, const char *f)
{
	static const char *const processes[] = { "0", "77", "2147483647",
						 "\"nemesis\"" };
	static const char *const types[] = { "\"invoke\"", "\"ok\"", "\"fail\"",
					     "\"info\"" };
	size_t order[9] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	size_t count = 4 + rng_below(rng, 6);

	if (rng_chance(rng, 0.3))
		rng_shuffle(rng, order, 9);
	/* The first four are needed, wherever they come. */
	for (size_t i = 0, written = 0; i < 9; i++) {
		static const char *const names[] = {
			"\"process\"", "\"type\"",  "\"f\"",
			"\"value\"",   "\"index\"", "\"time\"",
			"\"key\"",     "\"error\"", "\"other\"",
		};
		size_t field = order[i];

		if (field >= count)
			continue;
		put(text, written++ > 0 ? "," : "");
		put_space(rng, text);
		put(text, names[field]);
		put_space(rng, text);
		put(text, ":");
		put_space(rng, text);
		if (field == 0)
			put(text, PICK(rng, processes));
		else if (field == 1)
			put(text, PICK(rng, types));
		else if (field == 2)
			put(text, f);
		else if (field == 3 && strcmp(f, "\"cas\"") == 0)
			put_cas(rng, text);
		else if (field == 3 && strcmp(f, "\"txn\"") == 0)
			put_txn(rng, text);
		else if (field == 4 || field == 5)
			put(text, "1234567");
		else
			put_value(rng, text);
	}
}

void random_line_make(struct rng *rng, struct random_line *text)
{
	static const char *const names[] = { "\"read\"", "\"add\"", "\"cas\"",
					     "\"txn\"", "\"other\"" };

	text->length = 0;
	put_space(rng, text);
	put(text, "{");
	put_fields(rng, text, PICK(rng, names));
	put(text, "}");
	put_space(rng, text);
}

void random_line_damage(struct rng *rng, struct random_line *text)
{
	/* No NUL: jansson skips those between tokens. */
	static const char bytes[] = "{}[]\",:\\0123456789.-+eEtfnu \t\x01\x80"
				    "\xc3\xe2\xf0\xff/";

	for (uint64_t n = 1 + rng_below(rng, 3); n > 0; n--) {
		size_t at = rng_below(rng, text->length);
		size_t rest = text->length - at;

		switch (rng_below(rng, 4)) {
		case 0:
			text->bytes[at] =
				bytes[rng_below(rng, sizeof(bytes) - 1)];
			break;
		case 1:
			memmove(text->bytes + at, text->bytes + at + 1,
				rest - 1);
			text->length -= text->length > 1;
			break;
		case 2:
			if (text->length + 1 < RANDOM_LINE_MAX)
				memmove(text->bytes + at + 1, text->bytes + at,
					rest);
			text->length += text->length + 1 < RANDOM_LINE_MAX;
			break;
		default:
			text->length =
				rng_chance(rng, 0.2) ? at + 1 : text->length;
			break;
		}
	}
}
