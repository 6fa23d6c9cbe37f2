/* SPDX-License-Identifier: MIT */
/* A campaign's cells as a matrix: one axis across, all others down. */
#include "harness/serve/site_private.h"

#include <string.h>

/* Beyond these the rest is told as a number. */
#define COLUMNS_MAX 200
#define ROWS_MAX 2000
#define FOUND_MAX 3

struct matrix {
	const json_t *axes;
	const json_t *cells;
	size_t across;	   /* the axis; axis count: there is none */
	const char **rows; /* what stands at the head of each */
	size_t row_count;
	size_t *row_of_cell; /* by place in `cells`; SIZE_MAX: in none */
	size_t left_out;
};

static const char *text_of(const json_t *json)
{
	return json_is_string(json) ? json_string_value(json) : "";
}

static const char *axis_name(const struct matrix *matrix, size_t i)
{
	return text_of(
		json_object_get(json_array_get(matrix->axes, i), "name"));
}

static const json_t *axis_values(const struct matrix *matrix)
{
	return json_object_get(json_array_get(matrix->axes, matrix->across),
			       "values");
}

static const char *place_of(const json_t *cell, const char *axis)
{
	return text_of(json_object_get(json_object_get(cell, "at"), axis));
}

/* "faults kill · rate 100": the cell's place on all axes but the one across.
 */
static const char *row_of(const struct matrix *matrix, const json_t *cell,
			  struct arena *arena)
{
	const char *row = "";

	for (size_t i = 0; i < json_array_size(matrix->axes); i++) {
		if (i == matrix->across)
			continue;
		row = arena_printf(arena, "%s%s%s %s", row, *row ? " · " : "",
				   axis_name(matrix, i),
				   place_of(cell, axis_name(matrix, i)));
	}
	return row;
}

static bool is_included(const json_t *cell)
{
	return json_is_true(json_object_get(cell, "included"));
}

static void find_rows(struct matrix *matrix, struct arena *arena)
{
	const json_t *cell;
	size_t i;

	matrix->rows = arena_array(arena, ROWS_MAX, sizeof(*matrix->rows));
	matrix->row_of_cell = arena_array(arena, json_array_size(matrix->cells),
					  sizeof(*matrix->row_of_cell));
	json_array_foreach(matrix->cells, i, cell)
	{
		const char *row = row_of(matrix, cell, arena);
		size_t r = 0;

		matrix->row_of_cell[i] = SIZE_MAX;
		if (is_included(cell))
			continue;
		while (r < matrix->row_count &&
		       strcmp(matrix->rows[r], row) != 0)
			r++;
		if (r == ROWS_MAX) {
			matrix->left_out++;
			continue;
		}
		matrix->rows[r] = row;
		matrix->row_of_cell[i] = r;
		if (r == matrix->row_count)
			matrix->row_count++;
	}
}

static const char *known(const char *word)
{
	static const char *const words[] = { "valid",	   "invalid", "planned",
					     "running",	   "done",    "trouble",
					     "interrupted" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcmp(word, words[i]) == 0)
			return words[i];
	}
	return "unknown";
}

/* What was found, the first few. */
static void write_found(struct sheet *sheet, json_t *anomalies)
{
	size_t left = json_object_size(anomalies);
	const char *name;
	json_t *count;

	json_object_foreach(anomalies, name, count)
	{
		if (left + FOUND_MAX == json_object_size(anomalies))
			break;
		fputs("<br/>", sheet->out);
		sheet_cut(sheet, name, 24);
		left--;
	}
	if (left > 0)
		fprintf(sheet->out, "<br/>and %zu more", left);
}

static void write_cell(struct sheet *sheet, const json_t *cell)
{
	const char *state = known(text_of(json_object_get(cell, "state")));
	const char *verdict = text_of(json_object_get(cell, "verdict"));
	const char *run = text_of(json_object_get(cell, "run"));
	bool is_unexpected = json_is_false(json_object_get(cell, "expected"));
	const char *tag = *run ? "a" : "span";

	fprintf(sheet->out,
		"<%s class=\"cell %s %s%s\" data-number=\"%lld\" "
		"data-state=\"%s\" data-verdict=\"%s\" title=\"",
		tag, state, *verdict ? known(verdict) : "",
		is_unexpected ? " unexpected" : "",
		(long long)json_integer_value(json_object_get(cell, "number")),
		state, *verdict ? known(verdict) : "");
	sheet_cut(sheet, text_of(json_object_get(cell, "reason")), 300);
	fputc('"', sheet->out);
	if (*run)
		fprintf(sheet->out, " href=\"/runs/%s/\"",
			url_path(sheet->arena, run));
	fprintf(sheet->out, ">%s%s", *verdict ? known(verdict) : state,
		is_unexpected ? " (!)" : "");
	write_found(sheet, json_object_get(cell, "anomalies"));
	fprintf(sheet->out, "</%s>", tag);
}

/* All cells of that row and column; there may be none, or several. */
static void write_place(struct sheet *sheet, const struct matrix *matrix,
			size_t row, const char *column)
{
	const json_t *cell;
	size_t i;

	fputs("<td>", sheet->out);
	json_array_foreach(matrix->cells, i, cell)
	{
		if (matrix->row_of_cell[i] == row &&
		    strcmp(place_of(cell, axis_name(matrix, matrix->across)),
			   column) == 0)
			write_cell(sheet, cell);
	}
	fputs("</td>", sheet->out);
}

static void write_head(struct sheet *sheet, const struct matrix *matrix)
{
	const json_t *value;
	size_t i;

	fputs("<tr><th>", sheet->out);
	sheet_cut(sheet, axis_name(matrix, matrix->across), 40);
	fputs(" →</th>", sheet->out);
	json_array_foreach(axis_values(matrix), i, value)
	{
		if (i >= COLUMNS_MAX)
			break;
		fputs("<th scope=\"col\">", sheet->out);
		sheet_cut(sheet, text_of(value), 40);
		fputs("</th>", sheet->out);
	}
	fputs("</tr>\n", sheet->out);
}

static void write_rows(struct sheet *sheet, const struct matrix *matrix)
{
	for (size_t r = 0; r < matrix->row_count; r++) {
		const json_t *value;
		size_t i;

		fputs("<tr><th scope=\"row\">", sheet->out);
		sheet_cut(sheet, matrix->rows[r], 200);
		fputs("</th>", sheet->out);
		json_array_foreach(axis_values(matrix), i, value)
		{
			if (i >= COLUMNS_MAX)
				break;
			write_place(sheet, matrix, r, text_of(value));
		}
		fputs("</tr>\n", sheet->out);
	}
}

/* Which axis goes across can be chosen. */
static void write_choice(struct sheet *sheet, const struct matrix *matrix,
			 const char *path)
{
	if (json_array_size(matrix->axes) < 2)
		return;
	fputs("<p id=\"columns\" class=\"screen\">across: ", sheet->out);
	for (size_t i = 0; i < json_array_size(matrix->axes); i++) {
		const char *name = axis_name(matrix, i);

		fprintf(sheet->out,
			"<a class=\"tag\" href=\"/campaigns/%s/"
			"?columns=%s\">",
			url_path(sheet->arena, path),
			url_value(sheet->arena, name));
		sheet_cut(sheet, name, 40);
		fputs(i == matrix->across ? " ✓</a> " : "</a> ", sheet->out);
	}
	fputs("</p>\n", sheet->out);
}

/* Cells outside of the axes. */
static void write_included(struct sheet *sheet, const struct matrix *matrix)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(matrix->cells, i, cell)
	{
		const char *name;
		json_t *value;

		if (!is_included(cell))
			continue;
		fputs("<tr><th scope=\"row\">", sheet->out);
		json_object_foreach(json_object_get(cell, "at"), name, value)
		{
			sheet_cut(sheet, name, 40);
			fputc(' ', sheet->out);
			sheet_cut(sheet, text_of(value), 60);
			fputc(' ', sheet->out);
		}
		fputs("</th><td>", sheet->out);
		write_cell(sheet, cell);
		fputs("</td></tr>\n", sheet->out);
	}
}

void sheet_matrix(struct sheet *sheet, const json_t *campaign, const char *path,
		  const char *across)
{
	struct matrix matrix = {
		.axes = json_object_get(campaign, "axes"),
		.cells = json_object_get(campaign, "cells"),
	};
	size_t count = json_array_size(matrix.axes);

	matrix.across = count > 0 ? count - 1 : 0;
	for (size_t i = 0; i < count; i++) {
		if (strcmp(axis_name(&matrix, i), across) == 0)
			matrix.across = i;
	}
	find_rows(&matrix, sheet->arena);
	write_choice(sheet, &matrix, path);
	fprintf(sheet->out,
		"<div class=\"wide\"><table class=\"matrix\" id=\"matrix\" "
		"data-state=\"%s\">\n",
		known(text_of(json_object_get(campaign, "state"))));
	if (count > 0) {
		write_head(sheet, &matrix);
		write_rows(sheet, &matrix);
	}
	write_included(sheet, &matrix);
	fputs("</table></div>\n", sheet->out);
	if (matrix.left_out > 0)
		fprintf(sheet->out, "<p class=\"dim\">%zu cells more</p>\n",
			matrix.left_out);
}
