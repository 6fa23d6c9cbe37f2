/* SPDX-License-Identifier: MIT */
/* Strings, numbers and literals of JSON. */
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "harness/core/arena.h"
#include "harness/core/jsonl_private.h"
#include "harness/core/reader_utf8.h"

/* The first byte that is a quote, a backslash, a control character or not
 * ASCII. */
static const char *plain_end(const char *p)
{
#ifdef __SSE2__
	for (;; p += 16) {
		__m128i bytes =
			_mm_loadu_si128((const __m128i *)(const void *)p);
		/* As signed bytes, those from 80 on are below 20, too. */
		__m128i other = _mm_or_si128(
			_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
			_mm_or_si128(
				_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
				_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
		int mask = _mm_movemask_epi8(other);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#else
	while ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 &&
	       *p != '"' && *p != '\\')
		p++;
	return p;
#endif
}

/* Four hexadecimal digits; NULL at the first that is none. */
static const char *hex4(struct jsonl *jsonl, const char *p, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, p++) {
		uint32_t digit = (unsigned char)*p;

		if (digit >= '0' && digit <= '9')
			digit -= '0';
		else if ((digit | 32) >= 'a' && (digit | 32) <= 'f')
			digit = (digit | 32) - 'a' + 10;
		else
			return jsonl_expected(jsonl, p,
					      "four hexadecimal digits");
		*unit = *unit << 4 | digit;
	}
	return p;
}

/* What follows "\u": one unit, or a surrogate pair. */
static const char *unicode_escape(struct jsonl *jsonl, const char *p,
				  uint32_t *point)
{
	const char *start = p;
	uint32_t low;

	p = hex4(jsonl, p, point);
	if (!p)
		return NULL;
	if (*point == 0)
		return jsonl_fail(jsonl, start, "a NUL in a string");
	if (*point < 0xd800 || *point > 0xdfff)
		return p;
	if (*point > 0xdbff)
		return jsonl_fail(jsonl, start, "half a surrogate pair");
	if (p[0] != '\\')
		return jsonl_fail(jsonl, p, "half a surrogate pair");
	if (p[1] != 'u')
		return jsonl_fail(jsonl, p + 1, "half a surrogate pair");
	p = hex4(jsonl, p + 2, &low);
	if (!p)
		return NULL;
	if (low < 0xdc00 || low > 0xdfff)
		return jsonl_fail(jsonl, start, "half a surrogate pair");
	*point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
	return p;
}

static const char *escape(struct jsonl *jsonl, const char *p, char *out,
			  size_t *length)
{
	static const char names[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
	uint32_t point;

	for (const char *name = names; *name; name += 2) {
		if (*p == name[0]) {
			*out = name[1];
			*length = 1;
			return p + 1;
		}
	}
	if (*p != 'u')
		return jsonl_fail(jsonl, p, "no such escape in a string");
	p = unicode_escape(jsonl, p + 1, &point);
	if (p)
		*length = utf8_encode(out, point);
	return p;
}

/* The rest of a string from the first byte at `p` that is not plain on. */
static const char *decode(struct jsonl *jsonl, const char *start, const char *p,
			  struct slice *text)
{
	size_t length = (size_t)(p - start);
	size_t step = 0;

	/* No escape is shorter than what it stands for. */
	jsonl->scratch = array_reserve(jsonl->scratch, &jsonl->scratch_capacity,
				       (size_t)(jsonl->end - start) + 1, 1);
	memcpy(jsonl->scratch, start, length);
	while (*p != '"') {
		if ((unsigned char)*p < 0x20)
			return p == jsonl->end
				       ? jsonl_fail(jsonl, p,
						    "a string without its end")
				       : jsonl_fail(jsonl, p,
						    "a control character in a "
						    "string");
		if (*p == '\\') {
			p = escape(jsonl, p + 1, jsonl->scratch + length,
				   &step);
			if (!p)
				return NULL;
			length += step;
			continue;
		}
		step = utf8_sequence(p, jsonl->end);
		if (step == 0)
			return jsonl_fail(
				jsonl,
				utf8_is_cut(p, jsonl->end) ? jsonl->end : p,
				"text that is not UTF-8");
		memcpy(jsonl->scratch + length, p, step);
		length += step;
		p += step;
	}
	*text = (struct slice){ jsonl->scratch, length };
	return p + 1;
}

const char *jsonl_string(struct jsonl *jsonl, const char *p, struct slice *text)
{
	const char *start = p + 1;

	if (*p != '"')
		return jsonl_expected(jsonl, p, "a string");
	p = plain_end(start);
	if (*p != '"')
		return decode(jsonl, start, p, text);
	*text = (struct slice){ start, (size_t)(p - start) };
	return p + 1;
}

static const char *digits_end(const char *p)
{
	while (*p >= '0' && *p <= '9')
		p++;
	return p;
}

/* The end of the number at `p`; *is_integer when it has neither fraction nor
 * exponent. */
static const char *number_end(struct jsonl *jsonl, const char *p,
			      bool *is_integer)
{
	const char *first = p + (*p == '-');

	p = digits_end(first);
	if (p == first)
		return jsonl_expected(jsonl, p, "a digit");
	if (*first == '0' && p - first > 1)
		return jsonl_fail(jsonl, first, "a number that begins with 0");
	*is_integer = *p != '.' && (*p | 32) != 'e';
	if (*p == '.') {
		first = p + 1;
		p = digits_end(first);
		if (p == first)
			return jsonl_expected(jsonl, p, "a digit");
	}
	if ((*p | 32) == 'e') {
		first = p + 1 + (p[1] == '-' || p[1] == '+');
		p = digits_end(first);
		if (p == first)
			return jsonl_expected(jsonl, p, "a digit");
	}
	return p;
}

/* Of digits alone, perhaps after a minus; false when it does not fit. */
static bool integer_of(const char *p, const char *end, int64_t *number)
{
	bool is_negative = *p == '-';
	uint64_t magnitude = 0;

	for (p += is_negative; p < end; p++) {
		if (__builtin_mul_overflow(magnitude, 10, &magnitude) ||
		    __builtin_add_overflow(magnitude, (uint64_t)(*p - '0'),
					   &magnitude))
			return false;
	}
	if (magnitude > (uint64_t)INT64_MAX + is_negative)
		return false;
	*number = (int64_t)(is_negative ? -magnitude : magnitude);
	return true;
}

const char *jsonl_text(struct jsonl *jsonl, const char *p, struct value *v)
{
	struct short_text *seen;
	struct slice text = { "", 0 };

	p = jsonl_string(jsonl, p, &text);
	if (!p)
		return NULL;
	if (text.length == 0 || text.length > sizeof(seen->bytes)) {
		*v = value_string_n(jsonl->values, text.bytes, text.length);
		return p;
	}
	seen = &jsonl->texts[((unsigned char)text.bytes[text.length - 1] +
			      text.length * 11) %
			     JSONL_TEXT_SLOTS];
	if (seen->length != text.length ||
	    memcmp(seen->bytes, text.bytes, text.length) != 0) {
		memcpy(seen->bytes, text.bytes, text.length);
		seen->length = (unsigned char)text.length;
		seen->v =
			value_string_n(jsonl->values, text.bytes, text.length);
	}
	*v = seen->v;
	return p;
}

const char *jsonl_integer(struct jsonl *jsonl, const char *p, int64_t *number,
			  const char *field)
{
	const char *end = jsonl_digits(p, number);
	bool is_integer = false;

	if (end)
		return end;
	if (p == jsonl->end || *p == '-' || (*p >= '0' && *p <= '9')) {
		end = number_end(jsonl, p, &is_integer);
		if (!end)
			return NULL;
	}
	if (!is_integer || !integer_of(p, end, number))
		return jsonl_fail(jsonl, p,
				  "\"%s\" is not an integer of 64 "
				  "bits",
				  field);
	return end;
}

static const char *literal(struct jsonl *jsonl, const char *p, const char *word,
			   struct value *v, struct value meaning)
{
	for (; *word; word++, p++) {
		if (*p != *word)
			return jsonl_expected(jsonl, p, "a value");
	}
	*v = meaning;
	return p;
}

static const char *number(struct jsonl *jsonl, const char *p, struct value *v,
			  bool keep)
{
	int64_t integer = 0;
	const char *end = jsonl_digits(p, &integer);
	bool is_integer = true;

	if (!end) {
		end = number_end(jsonl, p, &is_integer);
		if (!end)
			return NULL;
		is_integer = is_integer && integer_of(p, end, &integer);
	}
	if (keep)
		*v = is_integer ? value_int(jsonl->values, integer)
				: value_number(jsonl->values, p,
					       (size_t)(end - p));
	return end;
}

const char *jsonl_scalar(struct jsonl *jsonl, const char *p, struct value *v,
			 bool keep)
{
	struct slice text = { "", 0 };

	*v = value_nil();
	switch (*p) {
	case '"':
		p = jsonl_string(jsonl, p, &text);
		if (p && keep)
			*v = value_string_n(jsonl->values, text.bytes,
					    text.length);
		return p;
	case 'n':
		return literal(jsonl, p, "null", v, value_nil());
	case 't':
		return literal(jsonl, p, "true", v, value_bool(true));
	case 'f':
		return literal(jsonl, p, "false", v, value_bool(false));
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		return number(jsonl, p, v, keep);
	default:
		return jsonl_expected(jsonl, p, "a value");
	}
}
