/* SPDX-License-Identifier: MIT */
/* UTF-8, as the readers check and make it. */
#ifndef ORDEAL_CORE_READER_UTF8_H
#define ORDEAL_CORE_READER_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the sequence that begins at `text` and lies before `end`: 1 to
 * 4, or 0 if there is none (Unicode 15, table 3-7: no overlong forms, no
 * surrogates, nothing above 10FFFF).
 */
static inline size_t utf8_sequence(const char *text, const char *end)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80;
	unsigned char high = 0xbf;
	size_t length;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if ((size_t)(end - text) < length)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	if (p[0] == 0xed)
		high = 0x9f;
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

/* What begins at `text` may be a sequence that `end` cuts off. */
static inline bool utf8_is_cut(const char *text, const char *end)
{
	const unsigned char *p = (const unsigned char *)text;
	ptrdiff_t length = p[0] < 0xc2 || p[0] > 0xf4 ? 0
			   : p[0] < 0xe0	      ? 2
			   : p[0] < 0xf0	      ? 3
						      : 4;

	for (ptrdiff_t i = 1; i < end - text; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return false;
	}
	return end - text < length;
}

/* Writes the code point (below 110000 hexadecimal) and returns its length. */
static inline size_t utf8_encode(char *text, uint32_t point)
{
	if (point < 0x80) {
		text[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		text[0] = (char)(0xc0 | point >> 6);
		text[1] = (char)(0x80 | (point & 63));
		return 2;
	}
	if (point < 0x10000) {
		text[0] = (char)(0xe0 | point >> 12);
		text[1] = (char)(0x80 | (point >> 6 & 63));
		text[2] = (char)(0x80 | (point & 63));
		return 3;
	}
	text[0] = (char)(0xf0 | point >> 18);
	text[1] = (char)(0x80 | (point >> 12 & 63));
	text[2] = (char)(0x80 | (point >> 6 & 63));
	text[3] = (char)(0x80 | (point & 63));
	return 4;
}

#endif
