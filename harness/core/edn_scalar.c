/* SPDX-License-Identifier: MIT */
/* Names, strings, characters and numbers of EDN. */
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/edn_private.h"
#include "harness/core/reader_utf8.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' ||
	       c == '\f';
}

const char *edn_blank(const struct edn *edn, const char *p)
{
	while (p < edn->end && (is_blank(*p) || *p == ';')) {
		if (*p++ != ';')
			continue;
		while (p < edn->end && *p != '\n')
			p++;
	}
	return p;
}

const char *edn_token_end(const struct edn *edn, const char *p)
{
	while (p < edn->end && !is_blank(*p) && !strchr("()[]{}\";", *p))
		p++;
	return p;
}

/* Octal or hexadecimal digits of an escape, at most `most`. */
static const char *escape_digits(struct edn *edn, const char *p, unsigned base,
				 int most, uint32_t *unit)
{
	int count = 0;

	*unit = 0;
	for (; count < most; count++, p++) {
		unsigned digit = (unsigned char)*p;

		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if ((digit | 32) >= 'a' && (digit | 32) <= 'f')
			digit = (digit | 32) - 'a' + 10;
		else
			break;
		if (digit >= base)
			break;
		*unit = *unit * base + digit;
	}
	if (count == 0 || (base == 16 && count < most))
		return edn_expected(edn, p, "a digit of an escape");
	return p;
}

/* A unit, or the two of a surrogate pair: "XXXX" or "XXXX\uXXXX". */
static const char *unicode(struct edn *edn, const char *p, uint32_t *point)
{
	const char *start = p;
	uint32_t low = 0;

	p = escape_digits(edn, p, 16, 4, point);
	if (!p || *point < 0xd800 || *point > 0xdfff)
		return p;
	if (*point < 0xdc00 && edn->end - p >= 2 && p[0] == '\\' &&
	    p[1] == 'u') {
		p = escape_digits(edn, p + 2, 16, 4, &low);
		if (!p)
			return NULL;
	}
	if (low < 0xdc00 || low > 0xdfff)
		return edn_fail(edn, start, "half a surrogate pair");
	*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
	return p;
}

/* What follows the backslash at p - 1. */
static const char *escape(struct edn *edn, const char *p, uint32_t *point)
{
	static const char names[] = "\"\"\\\\//''b\bf\fn\nr\rt\t";

	for (const char *name = names; *name; name += 2) {
		if (*p == name[0]) {
			*point = (unsigned char)name[1];
			return p + 1;
		}
	}
	if (*p == 'u')
		p = unicode(edn, p + 1, point);
	else if (*p >= '0' && *p <= '7')
		p = escape_digits(edn, p, 8, 3, point);
	else
		return edn_expected(edn, p, "an escape");
	if (p && *point == 0)
		return edn_fail(edn, p, "a NUL in a string");
	return p;
}

static const char *string(struct edn *edn, const char *p, struct edn_word *word)
{
	const char *start = p++;
	size_t length = 0;
	size_t step;
	uint32_t point;

	while (p < edn->end && *p != '"') {
		/* No character is longer than what stands for it, but for
		 * "\\377", which is. */
		edn->scratch = array_reserve(
			edn->scratch, &edn->scratch_capacity, length + 8, 1);
		if (*p == '\\') {
			p = escape(edn, p + 1, &point);
			if (!p)
				return NULL;
			length += utf8_encode(edn->scratch + length, point);
			continue;
		}
		step = utf8_sequence(p, edn->end);
		if (step == 0 || *p == 0)
			return edn_fail(edn,
					utf8_is_cut(p, edn->end) ? edn->end : p,
					"text that is not UTF-8");
		memcpy(edn->scratch + length, p, step);
		length += step;
		p += step;
	}
	if (p >= edn->end) {
		edn_fail(edn, start, "a string without its end");
		edn->is_cut = true;
		return NULL;
	}
	*word = (struct edn_word){ length ? edn->scratch : "", length };
	return p + 1;
}

/* A token in UTF-8. */
static const char *token(struct edn *edn, const char *p, struct edn_word *word)
{
	const char *end = edn_token_end(edn, p);

	for (const char *at = p; at < end;) {
		size_t step = utf8_sequence(at, end);

		if (step == 0 || *at == 0)
			return edn_fail(edn, at, "text that is not UTF-8");
		at += step;
	}
	if (end == p)
		return edn_expected(edn, p, "a name");
	*word = (struct edn_word){ p, (size_t)(end - p) };
	return end;
}

const char *edn_word(struct edn *edn, const char *p, struct edn_word *word)
{
	if (*p == '"')
		return string(edn, p, word);
	while (*p == ':')
		p++;
	return token(edn, p, word);
}

/* "\a", "\newline", "\u0041": a string of one character. */
static const char *character(struct edn *edn, const char *p, struct value *v,
			     bool keep)
{
	static const struct {
		const char *name;
		const char *text;
	} names[] = {
		{ "newline", "\n" },  { "space", " " },
		{ "tab", "\t" },      { "return", "\r" },
		{ "formfeed", "\f" }, { "backspace", "\b" },
	};
	struct edn_word word = { "", 0 };
	char text[4];
	uint32_t point;
	const char *end;

	if (p < edn->end && !(*p && strchr("()[]{}\";,", *p))) {
		end = token(edn, p, &word);
		if (!end)
			return NULL;
	} else {
		word = (struct edn_word){ p, 1 };
		end = p + 1;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strlen(names[i].name) == word.length &&
		    memcmp(names[i].name, word.bytes, word.length) == 0)
			word = (struct edn_word){ names[i].text, 1 };
	}
	if (word.length == 5 && word.bytes[0] == 'u') {
		if (!unicode(edn, p + 1, &point))
			return NULL;
		word = (struct edn_word){ text, utf8_encode(text, point) };
	}
	if (word.length != utf8_sequence(word.bytes, word.bytes + word.length))
		return edn_fail(edn, p, "no such character");
	if (keep)
		*v = value_string_n(edn->values, word.bytes, word.length);
	return end;
}

static size_t digits(const char *p, size_t length)
{
	size_t count = 0;

	while (count < length && p[count] >= '0' && p[count] <= '9')
		count++;
	return count;
}

/* What kind of number a token is: 'i' integer, 'f' decimal, 'r' ratio, 0 none.
 * The length is cut by the suffix N or M, the sign '+' is dropped. */
static char number_kind(struct edn_word *word)
{
	size_t at;
	size_t more;
	bool is_decimal = false;

	if (word->length > 1 && word->bytes[0] == '+')
		*word = (struct edn_word){ word->bytes + 1, word->length - 1 };
	if (word->length > 1 && (word->bytes[word->length - 1] == 'N' ||
				 word->bytes[word->length - 1] == 'M')) {
		is_decimal = word->bytes[word->length - 1] == 'M';
		word->length--;
	}
	at = word->bytes[0] == '-';
	more = digits(word->bytes + at, word->length - at);
	if (more == 0 || (more > 1 && word->bytes[at] == '0'))
		return 0;
	at += more;
	if (at < word->length && word->bytes[at] == '/') {
		more = digits(word->bytes + at + 1, word->length - at - 1);
		return more && at + 1 + more == word->length ? 'r' : 0;
	}
	if (at < word->length && word->bytes[at] == '.') {
		more = digits(word->bytes + at + 1, word->length - at - 1);
		if (more == 0)
			return 0;
		at += 1 + more;
		is_decimal = true;
	}
	if (at < word->length && (word->bytes[at] | 32) == 'e') {
		at++;
		at += at < word->length &&
		      (word->bytes[at] == '-' || word->bytes[at] == '+');
		more = digits(word->bytes + at, word->length - at);
		if (more == 0)
			return 0;
		at += more;
		is_decimal = true;
	}
	if (at != word->length)
		return 0;
	return is_decimal ? 'f' : 'i';
}

static bool integer_of(const struct edn_word *word, int64_t *number)
{
	bool is_negative = word->bytes[0] == '-';
	int64_t sum = 0;

	for (size_t i = is_negative; i < word->length; i++) {
		int digit = word->bytes[i] - '0';

		if (__builtin_mul_overflow(sum, 10, &sum) ||
		    __builtin_sub_overflow(sum, digit, &sum))
			return false;
	}
	if (!is_negative && sum == INT64_MIN)
		return false;
	*number = is_negative ? sum : -sum;
	return true;
}

static const char *number(struct edn *edn, const char *p, struct value *v,
			  bool keep)
{
	struct edn_word word = { "", 0 };
	const char *end = token(edn, p, &word);
	int64_t integer;
	char kind;

	if (!end)
		return NULL;
	kind = number_kind(&word);
	if (kind == 0)
		return edn_fail(edn, p, "'%.*s' is no number",
				(int)(end - p > 40 ? 40 : end - p), p);
	if (!keep)
		return end;
	if (kind == 'r')
		*v = value_string_n(edn->values, word.bytes, word.length);
	else if (kind == 'i' && integer_of(&word, &integer))
		*v = value_int(edn->values, integer);
	else
		*v = value_number(edn->values, word.bytes, word.length);
	return end;
}

static bool is(const struct edn_word *word, const char *text)
{
	return word->length == strlen(text) &&
	       memcmp(word->bytes, text, word->length) == 0;
}

const char *edn_scalar(struct edn *edn, const char *p, struct value *v,
		       bool keep)
{
	char first = *p == '-' || *p == '+' ? p[1] : *p;
	bool is_symbol = *p != ':' && *p != '"';
	struct edn_word word = { "", 0 };

	*v = value_nil();
	if (first >= '0' && first <= '9')
		return number(edn, p, v, keep);
	if (*p == '\\')
		return character(edn, p + 1, v, keep);
	p = edn_word(edn, p, &word);
	if (!p || !keep || (is_symbol && is(&word, "nil")))
		return p;
	if (is_symbol && (is(&word, "true") || is(&word, "false")))
		*v = value_bool(word.bytes[0] == 't');
	else
		*v = value_string_n(edn->values, word.bytes, word.length);
	return p;
}
