/* SPDX-License-Identifier: MIT */
/* The timeline: controls, the data, the script. Without script it is hidden. */
#include <inttypes.h>

#include "harness/report/html_columns.h"
#include "harness/report/html_private.h"
#include "harness/report/text.h"

#define KEY_POINTS 40
#define BANDS_DRAWN 500

/* A JSON string that cannot end the element it stands in. */
static void write_string(FILE *out, const char *text)
{
	struct arena arena = { 0 };

	fputc('"', out);
	for (const char *c = text_shown(&arena, text, false); *c; c++) {
		if (*c == '<' || *c == '>' || *c == '&')
			fprintf(out, "\\u%04x", (unsigned)*c);
		else if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else
			fputc(*c, out);
	}
	fputc('"', out);
	arena_release(&arena);
}

static void write_base64(FILE *out, const uint8_t *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)bytes[i] << 16;
		char text[4];

		if (left > 1)
			group |= (uint32_t)bytes[i + 1] << 8;
		if (left > 2)
			group |= bytes[i + 2];
		for (int d = 0; d < 4; d++)
			text[d] = digits[group >> (18 - 6 * d) & 63];
		if (left < 2)
			text[2] = '=';
		if (left < 3)
			text[3] = '=';
		fwrite(text, 1, sizeof(text), out);
	}
}

/* A string as its own text, all else as JSON. */
static const char *plain_text(const struct history *history, struct value value,
			      struct arena *arena)
{
	const struct values *values = history->values;
	const char *text = "";

	if (value_kind(values, value) == VALUE_STRING)
		text = value_as_string(values, value, NULL);
	else if (!value_is_nil(value))
		text = value_text(values, value, arena);
	return text_cut(arena, text, KEY_POINTS);
}

static void write_processes(struct page *page, const struct columns *columns)
{
	fputs("\"processes\":[", page->out);
	for (size_t i = 0; i < columns->process_count; i++) {
		const struct column_process *process = &columns->processes[i];
		struct arena arena = { 0 };

		fprintf(page->out, "%s[%" PRId32 ",%" PRIu32 ",", i ? "," : "",
			process->number, process->lane);
		write_string(page->out,
			     plain_text(page->history, process->node, &arena));
		fputc(']', page->out);
		arena_release(&arena);
	}
	fputs("],\n", page->out);
}

static void write_keys(struct page *page, const struct columns *columns)
{
	fputs("\"keys\":[", page->out);
	for (size_t i = 0; i < columns->key_count; i++) {
		struct value key = { columns->keys[i] };
		struct arena arena = { 0 };

		if (i)
			fputc(',', page->out);
		write_string(page->out, plain_text(page->history, key, &arena));
		arena_release(&arena);
	}
	fputs("],\n", page->out);
}

static void write_strings(struct page *page, const char *name,
			  const char *const *texts, size_t count)
{
	fprintf(page->out, "\"%s\":[", name);
	for (size_t i = 0; i < count; i++) {
		if (i)
			fputc(',', page->out);
		write_string(page->out, texts[i]);
	}
	fputs("],\n", page->out);
}

static void write_bands(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;

	fputs("\"bands\":[", page->out);
	for (size_t i = 0; chronicle->has_times && i < chronicle->band_count &&
			   i < BANDS_DRAWN;
	     i++) {
		const struct band *band = &chronicle->bands[i];

		fprintf(page->out, "%s[%zu,", i ? "," : "", band->number % 6);
		write_string(page->out, band->name);
		fprintf(page->out,
			",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "]",
			band->start_ns, band->proven_ns, band->heal_ns,
			band->end_ns);
	}
	fputs("],\n", page->out);
}

/* [time, "n1"]; nobody leads from there on: "". */
static void write_leaders(struct page *page)
{
	const struct chronicle *chronicle = &page->chronicle;

	fputs("\"leaders\":[", page->out);
	for (size_t i = 0;
	     chronicle->has_times && i < chronicle->leader_count &&
	     i < BANDS_DRAWN;
	     i++) {
		fprintf(page->out, "%s[%" PRId64 ",", i ? "," : "",
			chronicle->leaders[i].time_ns);
		write_string(page->out, chronicle->leaders[i].nodes);
		fputc(']', page->out);
	}
	fputs("],\n", page->out);
}

static void write_data(struct page *page, const struct columns *columns)
{
	const struct chronicle *chronicle = &page->chronicle;
	int64_t end = chronicle->has_times
			      ? chronicle->end_ns
			      : (int64_t)page->history->entry_count;

	fprintf(page->out,
		"<script type=\"application/json\" id=\"data\">{\"count\":%zu,"
		"\"timed\":%s,\"start\":%" PRId64 ",\"end\":%" PRId64
		",\"lanes\":%zu,\n",
		columns->op_count, chronicle->has_times ? "true" : "false",
		chronicle->start_ns, end, columns->lane_count);
	write_processes(page, columns);
	write_strings(page, "names", columns->names, columns->name_count);
	write_keys(page, columns);
	write_strings(page, "texts", (const char *const *)columns->texts,
		      columns->text_count);
	write_bands(page);
	write_leaders(page);
	fputs("\"ops\":\"", page->out);
	write_base64(page->out, columns->bytes, columns->length);
	fputs("\"}</script>\n", page->out);
}

static void write_controls(struct page *page, const struct columns *columns)
{
	fputs("<section id=\"timeline\" class=\"screen\" hidden=\"hidden\">"
	      "<h2>Timeline</h2>\n<div class=\"controls\">"
	      "<select id=\"what\" aria-label=\"search by\">"
	      "<option>key</option><option>value</option>"
	      "<option>process</option><option>index</option></select>"
	      "<input id=\"words\" type=\"search\" size=\"10\" "
	      "placeholder=\"search\" aria-label=\"search for\"/>"
	      "<button id=\"previous\" title=\"previous\">\u25c0</button>"
	      "<button id=\"next\" title=\"next\">\u25b6</button>"
	      "<span id=\"found\" class=\"dim\"></span>"
	      "<span class=\"gap\"></span>"
	      "<button id=\"out\" title=\"zoom out\">\u2212</button>"
	      "<button id=\"in\" title=\"zoom in\">+</button>"
	      "<button id=\"all\">all</button></div>\n"
	      "<canvas id=\"canvas\" tabindex=\"0\"></canvas>\n"
	      "<p id=\"detail\">Click an operation to read it; drag to move, "
	      "double-click or pinch to zoom; after a click the wheel zooms "
	      "too.</p>\n",
	      page->out);
	if (columns->is_cut)
		fprintf(page->out,
			"<p class=\"dim\">These are the first %zu of %zu "
			"operations.</p>\n",
			columns->op_count, page->chronicle.client_count);
	fputs("</section>\n", page->out);
}

static void write_lines(struct page *page, const char *const *lines)
{
	for (size_t i = 0; lines[i]; i++)
		fputs(lines[i], page->out);
}

void html_timeline(struct page *page)
{
	struct columns columns;

	if (!page->history || page->chronicle.client_count == 0)
		return;
	columns_make(&columns, page->history, page->chronicle.has_times,
		     &page->arena);
	write_controls(page, &columns);
	write_data(page, &columns);
	fputs("<script>\n", page->out);
	write_lines(page, html_script_draw);
	write_lines(page, html_script_use);
	fputs("</script>\n", page->out);
	columns_release(&columns);
}
