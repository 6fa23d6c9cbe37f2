/* SPDX-License-Identifier: MIT */
/* What all pages have in common. */
#include "harness/serve/site_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/text.h"

static const char head[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>\n"
	"<meta name=\"viewport\" content=\"width=device-width, "
	"initial-scale=1\"/>\n"
	"<meta name=\"color-scheme\" content=\"light dark\"/>\n"
	"<link rel=\"icon\" href=\"data:,\"/>\n"
	"<link rel=\"stylesheet\" href=\"/style.css\"/>\n"
	"<script defer=\"\" src=\"/script.js\"></script>\n<title>";

void sheet_open(struct sheet *sheet, struct reply *reply, struct arena *arena,
		const char *title)
{
	*sheet = (struct sheet){ .arena = arena, .reply = reply };
	reply->status = 200;
	reply->type = "text/html; charset=utf-8";
	reply->policy = POLICY_PAGE;
	sheet->out = open_memstream(&reply->text, &reply->length);
	if (!sheet->out)
		abort();
	fputs(head, sheet->out);
	sheet_text(sheet, title);
	fputs("</title></head>\n<body><nav id=\"nav\"><a class=\"brand\" "
	      "href=\"/\">Ordeal</a> <a href=\"/\">runs</a> "
	      "<a href=\"/campaigns\">campaigns</a> "
	      "<a href=\"/metrics\">metrics</a></nav>\n<main>\n",
	      sheet->out);
}

void sheet_close(struct sheet *sheet)
{
	fputs("</main></body></html>\n", sheet->out);
	if (fclose(sheet->out) != 0)
		abort(); /* as elsewhere when memory is out */
}

void sheet_text(struct sheet *sheet, const char *text)
{
	fputs(text_xml(sheet->arena, text), sheet->out);
}

void sheet_cut(struct sheet *sheet, const char *text, size_t points)
{
	text = text_shown(sheet->arena, text, true);
	sheet_text(sheet, text_cut(sheet->arena, text, points));
}

void sheet_chip(struct sheet *sheet, const char *state)
{
	fprintf(sheet->out, "<span class=\"chip %s\">%s</span>", state, state);
}

static const char *encode(struct arena *arena, const char *text,
			  const char *plain)
{
	static const char digits[] = "0123456789ABCDEF";
	char *url = arena_alloc(arena, 3 * strlen(text) + 1);
	char *to = url;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
		    (c >= 'a' && c <= 'z') || strchr(plain, c)) {
			*to++ = *text;
			continue;
		}
		*to++ = '%';
		*to++ = digits[c >> 4];
		*to++ = digits[c & 15];
	}
	return url;
}

const char *url_path(struct arena *arena, const char *text)
{
	return encode(arena, text, "-._~/");
}

const char *url_value(struct arena *arena, const char *text)
{
	return encode(arena, text, "-._~/");
}

const char *shown_size(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double size = (double)bytes;
	size_t unit = 0;

	while (size >= 999.5 && unit < 4) {
		size /= 1000;
		unit++;
	}
	return arena_printf(arena, "%.*f %s", size < 9.95 && unit > 0 ? 1 : 0,
			    size, units[unit]);
}

const char *shown_time(struct arena *arena, const char *name)
{
	static const char form[] = "dddddddd-dddddd";
	const char *end = "";

	for (size_t i = 0; form[i]; i++) {
		if (form[i] == 'd' ? name[i] < '0' || name[i] > '9'
				   : name[i] != 'T')
			return name;
	}
	/* Two runs of the same second are told apart. */
	if (name[15] == '.' && strlen(name) == 20)
		end = arena_printf(arena, ".%.3s", name + 16);
	return arena_printf(arena, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s%s", name,
			    name + 4, name + 6, name + 9, name + 11, name + 13,
			    end);
}

const char *shown_seconds(struct arena *arena, double seconds)
{
	if (!(seconds > 0) || seconds > 1e9)
		return "";
	if (seconds < 99.95)
		return arena_printf(arena, "%.1f s", seconds);
	if (seconds < 3600)
		return arena_printf(arena, "%d min %d s", (int)seconds / 60,
				    (int)seconds % 60);
	return arena_printf(arena, "%d h %d min", (int)seconds / 3600,
			    (int)seconds % 3600 / 60);
}

const char *shown_count(struct arena *arena, uint64_t count)
{
	char digits[32];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count);
	char *text = arena_alloc(arena, 2 * sizeof(digits));
	char *to = text;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			*to++ = ',';
		*to++ = digits[i];
	}
	return text;
}

void answer_text(struct reply *reply, unsigned status, const char *type,
		 const char *text)
{
	reply->status = status;
	reply->type = type;
	reply->text = strdup(text);
	if (!reply->text)
		abort();
	reply->length = strlen(text);
}

void answer_trouble(struct reply *reply, struct arena *arena, unsigned status,
		    const char *sentence)
{
	struct sheet sheet;

	sheet_open(&sheet, reply, arena, "Ordeal");
	fputs("<h1 id=\"trouble\">sorry</h1><p>", sheet.out);
	sheet_text(&sheet, sentence);
	fputs("</p>\n<p><a href=\"/\">all runs</a></p>\n", sheet.out);
	sheet_close(&sheet);
	reply->status = status;
}

void answer_missing(struct reply *reply, struct arena *arena)
{
	answer_trouble(reply, arena, 404, "There is nothing of that name.");
}
