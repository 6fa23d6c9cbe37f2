/* SPDX-License-Identifier: MIT */
/* A comparison for the terminal, and as JSON. */
#include "harness/report/diff.h"

#include <string.h>

#include "harness/report/beneath.h"
#include "harness/report/json.h"
#include "harness/report/text.h"

#include <fcntl.h>
#include <unistd.h>

#define CONFIG_BYTES_MAX ((size_t)1 << 20)
#define RESULTS_BYTES_MAX ((size_t)256 << 20)
#define NAME_WIDTH 34
#define VALUE_WIDTH 22
#define VALUE_POINTS 400

struct diff_side diff_side_read(const char *run)
{
	struct diff_side side = { 0 };
	int folder = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return side;
	side.results = beneath_json(folder, "results.json", RESULTS_BYTES_MAX);
	side.config = beneath_json(folder, "config.json", CONFIG_BYTES_MAX);
	close(folder);
	return side;
}

void diff_side_release(struct diff_side *side)
{
	json_decref(side->results);
	json_decref(side->config);
	*side = (struct diff_side){ 0 };
}

struct printing {
	FILE *out;
	const struct diff_style *style;
	struct arena arena;
};

static int points_of(const char *text)
{
	int points = 0;

	for (; *text; text++)
		points += ((unsigned char)*text & 0xc0) != 0x80;
	return points;
}

static const char *colour_of(const struct diff_row *row, const char *value)
{
	if (!row->is_verdict)
		return "";
	if (strcmp(value, "valid") == 0)
		return "\x1b[1;32m";
	return strcmp(value, "invalid") == 0 ? "\x1b[1;31m" : "\x1b[1;33m";
}

static void print_value(struct printing *to, const struct diff_row *row,
			const char *value, int width)
{
	bool colour = to->style->colour && row->is_verdict;
	int pad = width - points_of(value);

	fprintf(to->out, "%s%s%s%*s", colour ? colour_of(row, value) : "",
		value, colour ? "\x1b[0m" : "", pad > 0 ? pad : 0, "");
}

static const char *shown(struct printing *to, const char *text)
{
	if (*text == '\0')
		return "-";
	return text_cut(&to->arena, text_shown(&to->arena, text, false),
			VALUE_POINTS);
}

/* On one line where it fits; else the values below each other. */
static void print_row(struct printing *to, const struct diff_row *row)
{
	const char *name = shown(to, row->name);
	const char *a = shown(to, row->a);
	const char *b = shown(to, row->b);
	int pad = NAME_WIDTH - points_of(name);

	fprintf(to->out, "%c %s%*s", row->differs ? '*' : ' ', name,
		pad > 0 ? pad : 0, "");
	if (points_of(a) > VALUE_WIDTH || points_of(b) > VALUE_WIDTH) {
		fprintf(to->out, "\n    a: %s\n    b: %s\n", a, b);
		return;
	}
	print_value(to, row, a, VALUE_WIDTH + 1);
	print_value(to, row, b, *row->change ? VALUE_WIDTH + 1 : 0);
	fprintf(to->out, "%s\n", row->change);
}

static void print_section(struct printing *to,
			  const struct diff_section *section)
{
	size_t same = section->count - section->differing;

	if (section->count == 0)
		return;
	fprintf(to->out, "\n%s%s%s\n", to->style->colour ? "\x1b[1m" : "",
		section->name, to->style->colour ? "\x1b[0m" : "");
	for (const struct diff_row *row = section->first; row;
	     row = row->next) {
		if (row->differs || to->style->all || row->is_verdict) {
			same -= !row->differs;
			print_row(to, row);
		}
	}
	if (same > 0)
		fprintf(to->out, "  %zu the same%s\n", same,
			section->differing ? "" : ", none differ");
}

void diff_print(FILE *out, const struct diff *diff,
		const struct diff_style *style)
{
	struct printing to = { .out = out, .style = style };

	fprintf(out, "a: %s\n", text_shown(&to.arena, style->a, false));
	fprintf(out, "b: %s\n", text_shown(&to.arena, style->b, false));
	for (const struct diff_section *section = diff->first; section;
	     section = section->next)
		print_section(&to, section);
	arena_release(&to.arena);
}

json_t *diff_json(const struct diff *diff, const struct diff_style *style)
{
	json_t *document = json_object();
	json_t *sections = json_object();

	json_object_set_new(document, "a", json_text(style->a));
	json_object_set_new(document, "b", json_text(style->b));
	json_object_set_new(document, "differing",
			    json_integer((json_int_t)diff->differing));
	for (const struct diff_section *section = diff->first; section;
	     section = section->next) {
		json_t *rows = json_array();

		for (const struct diff_row *row = section->first; row;
		     row = row->next) {
			json_t *one = json_object();

			if (!row->differs && !style->all) {
				json_decref(one);
				continue;
			}
			json_object_set_new(one, "name", json_text(row->name));
			json_object_set_new(one, "a", json_text(row->a));
			json_object_set_new(one, "b", json_text(row->b));
			json_object_set_new(one, "differs",
					    json_boolean(row->differs));
			if (*row->change)
				json_object_set_new(one, "change",
						    json_text(row->change));
			json_array_append_new(rows, one);
		}
		json_object_set_new(sections, section->name, rows);
	}
	json_object_set_new(document, "sections", sections);
	return document;
}
