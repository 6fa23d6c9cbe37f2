/* SPDX-License-Identifier: MIT */
#include "harness/report/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

size_t utf8_decode(const char *text, size_t left, uint32_t *point)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length;

	if (left == 0)
		return 0;
	if (s[0] < 0x80) {
		*point = s[0];
		return 1;
	}
	length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	if (s[0] < 0xc2 || s[0] > 0xf4 || left < length)
		return 0;
	*point = s[0] & (0xffu >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (s[i] & 0x3fu);
	}
	if (*point < least[length] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return length;
}

bool point_is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) ||
	       point == 0xad || point == 0x61c || point == 0xfeff ||
	       (point >= 0x200b && point <= 0x200f) ||
	       (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) ||
	       (point >= 0xfff9 && point <= 0xfffb) ||
	       (point >= 0xe0000 && point <= 0xe007f);
}

/* How a character that must not act is written; at most 10 bytes. */
static size_t write_escape(char *to, uint32_t point)
{
	if (point == '\n' || point == '\t' || point == '\r') {
		to[0] = '\\';
		to[1] = point == '\n' ? 'n' : point == '\t' ? 't' : 'r';
		return 2;
	}
	if (point < 0x80)
		return (size_t)snprintf(to, 11, "\\x%02x", point);
	if (point < 0x10000)
		return (size_t)snprintf(to, 11, "\\u%04x", point);
	return (size_t)snprintf(to, 11, "\\U%08x", point);
}

const char *text_shown(struct arena *arena, const char *text, bool keep_lines)
{
	size_t length = text ? strlen(text) : 0;
	char *shown = arena_alloc(arena, length * 6 + 12);
	size_t out = 0;

	for (size_t i = 0; i < length;) {
		uint32_t point;
		size_t bytes = utf8_decode(text + i, length - i, &point);

		if (bytes == 0) {
			out += (size_t)snprintf(shown + out, 5, "\\x%02x",
						(unsigned char)text[i]);
			i++;
			continue;
		}
		if (point_is_control(point) &&
		    !(keep_lines && (point == '\n' || point == '\t'))) {
			out += write_escape(shown + out, point);
		} else {
			memcpy(shown + out, text + i, bytes);
			out += bytes;
		}
		i += bytes;
	}
	shown[out] = '\0';
	return shown;
}

const char *text_utf8(struct arena *arena, const char *text, size_t length)
{
	char *valid = arena_alloc(arena, length * 3 + 1);
	size_t out = 0;

	for (size_t i = 0; i < length;) {
		uint32_t point;
		size_t bytes = utf8_decode(text + i, length - i, &point);

		if (bytes == 0) {
			memcpy(valid + out, "\xef\xbf\xbd", 3);
			out += 3;
			i++;
			continue;
		}
		memcpy(valid + out, text + i, bytes);
		out += bytes;
		i += bytes;
	}
	valid[out] = '\0';
	return valid;
}

/* Copies `text`, each of `special` replaced by its text in `instead`. */
static const char *replace(struct arena *arena, const char *text,
			   const char *special, const char *const *instead)
{
	size_t length = 0;
	char *copy;
	char *to;

	for (const char *c = text; *c; c++) {
		const char *hit = strchr(special, *c);

		length += hit ? strlen(instead[hit - special]) : 1;
	}
	copy = to = arena_alloc(arena, length + 1);
	for (const char *c = text; *c; c++) {
		const char *hit = strchr(special, *c);
		const char *from = hit ? instead[hit - special] : c;
		size_t bytes = hit ? strlen(from) : 1;

		memcpy(to, from, bytes);
		to += bytes;
	}
	return copy;
}

const char *text_xml(struct arena *arena, const char *text)
{
	static const char *const instead[] = { "&amp;", "&lt;", "&gt;",
					       "&quot;", "&apos;" };

	/* Escaping the controls leaves only what XML 1.0 allows, but for the
	 * two noncharacters at the end of the first plane. */
	text = replace(arena, text_shown(arena, text, true), "&<>\"'", instead);
	for (char *c = strstr(text, "\xef\xbf\xbe"); c;
	     c = strstr(c, "\xef\xbf\xbe"))
		c[2] = '\xbd';
	for (char *c = strstr(text, "\xef\xbf\xbf"); c;
	     c = strstr(c, "\xef\xbf\xbf"))
		c[2] = '\xbd';
	return text;
}

const char *text_markdown(struct arena *arena, const char *text)
{
	static const char *const instead[] = {
		"&amp;", "&lt;", "&gt;", "\\|", "\\`", "\\*",	"\\_",
		"\\[",	 "\\]",	 "\\\\", "\\#", "\\~", "&#64;",
	};

	return replace(arena, text_shown(arena, text, false), "&<>|`*_[]\\#~@",
		       instead);
}

const char *text_cut(struct arena *arena, const char *text, size_t points)
{
	size_t length = strlen(text);
	size_t i = 0;

	for (size_t seen = 0; i < length; seen++) {
		uint32_t point;
		size_t bytes = utf8_decode(text + i, length - i, &point);

		if (seen == points)
			return arena_printf(arena, "%.*s\xe2\x80\xa6", (int)i,
					    text);
		i += bytes ? bytes : 1;
	}
	return text;
}

bool text_colour_wanted(FILE *out)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no_color && *no_color)
		return false;
	if (!term || strcmp(term, "dumb") == 0)
		return false;
	return isatty(fileno(out)) == 1;
}
