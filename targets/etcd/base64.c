/* SPDX-License-Identifier: MIT */
#include "targets/etcd/base64.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/core/arena.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

const char *base64_encode(struct arena *arena, const char *bytes, size_t size)
{
	const unsigned char *in = (const unsigned char *)bytes;
	char *text = arena_alloc(arena, (size + 2) / 3 * 4 + 1);
	char *out = text;

	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t bits = (uint32_t)in[i] << 16;

		if (left > 1)
			bits |= (uint32_t)in[i + 1] << 8;
		if (left > 2)
			bits |= in[i + 2];
		*out++ = digits[bits >> 18];
		*out++ = digits[bits >> 12 & 63];
		*out++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*out++ = left > 2 ? digits[bits & 63] : '=';
	}
	*out = '\0';
	return text;
}

static int digit_value(char c)
{
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

const char *base64_decode(struct arena *arena, const char *text, size_t length,
			  size_t *size)
{
	size_t padding = 0;
	char *bytes;
	char *out;

	if (length % 4 != 0)
		return NULL;
	if (length && text[length - 1] == '=')
		padding = text[length - 2] == '=' ? 2 : 1;
	bytes = out = arena_alloc(arena, length / 4 * 3 + 1);
	for (size_t i = 0; i < length; i += 4) {
		size_t count = i + 4 == length ? 4 - padding : 4;
		uint32_t bits = 0;

		for (size_t j = 0; j < 4; j++) {
			int value = j < count ? digit_value(text[i + j]) : 0;

			if (value < 0)
				return NULL;
			bits = bits << 6 | (uint32_t)value;
		}
		*out++ = (char)(bits >> 16);
		if (count > 2)
			*out++ = (char)(bits >> 8 & 255);
		if (count > 3)
			*out++ = (char)(bits & 255);
	}
	*out = '\0';
	*size = (size_t)(out - bytes);
	return bytes;
}
