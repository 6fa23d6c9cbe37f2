/* SPDX-License-Identifier: MIT */
/* A campaign for people: the plan, and the table at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/engine/campaign_private.h"
#include "harness/report/text.h"

#define COLUMNS_MAX 24
#define LABEL_POINTS 40
#define LISTED_MAX 50

/* Cells that differ in their seed alone. */
struct group {
	const char *labels[COLUMNS_MAX];
	size_t runs;
	size_t valid;
	size_t invalid;
	size_t unknown;
	size_t trouble;
	size_t left;
	size_t unexpected;
	json_t *anomalies; /* {"stale-read": in how many runs} */
};

struct table {
	struct arena arena;
	const char *names[COLUMNS_MAX]; /* of axes, and "also" */
	int widths[COLUMNS_MAX];
	size_t columns;
	struct group *groups;
	size_t count;
	size_t capacity;
};

static const char *shown(struct table *table, const char *text)
{
	return text_cut(&table->arena, text_shown(&table->arena, text, false),
			LABEL_POINTS);
}

/* Characters in a terminal, near enough. */
static int width(const char *text)
{
	int points = 0;

	for (; *text; text++)
		points += ((unsigned char)*text & 0xc0) != 0x80;
	return points;
}

/* What an included cell has beside the axes. */
static const char *other_labels(struct table *table,
				const struct campaign *campaign,
				const struct cell *cell)
{
	const char *text = "";
	const char *name;
	json_t *label;

	json_object_foreach(cell->at, name, label) {
		bool is_axis = strcmp(name, "seed") == 0;

		for (size_t i = 0; i < campaign->axis_count; i++) {
			if (strcmp(campaign->axes[i].name, name) == 0)
				is_axis = true;
		}
		if (!is_axis)
			text = arena_printf(&table->arena, "%s%s%s=%s", text,
					    *text ? " " : "", name,
					    json_string_value(label));
	}
	return text;
}

static bool is_same(const struct table *table, const struct group *a,
		    const char *const *labels)
{
	for (size_t i = 0; i < table->columns; i++) {
		if (strcmp(a->labels[i], labels[i]) != 0)
			return false;
	}
	return true;
}

static struct group *group_of(struct table *table,
			      const struct campaign *campaign,
			      const struct cell *cell)
{
	const char *labels[COLUMNS_MAX];
	struct group *group;

	for (size_t i = 0; i < table->columns; i++) {
		const char *label = json_string_value(
			json_object_get(cell->at, table->names[i]));

		labels[i] = i + 1 == table->columns ?
				    other_labels(table, campaign, cell) :
			    label ? label :
				    "-";
		labels[i] = shown(table, labels[i]);
		if (width(labels[i]) > table->widths[i])
			table->widths[i] = width(labels[i]);
	}
	for (size_t i = 0; i < table->count; i++) {
		if (is_same(table, &table->groups[i], labels))
			return &table->groups[i];
	}
	table->groups = array_reserve(table->groups, &table->capacity,
				      table->count + 1, sizeof(*group));
	group = &table->groups[table->count++];
	*group = (struct group){ .anomalies = json_object() };
	memcpy(group->labels, labels, table->columns * sizeof(*labels));
	return group;
}

static void add_to_group(struct group *group, const struct cell *cell)
{
	const char *name;
	json_t *count;

	group->runs++;
	if (cell->state == CELL_TROUBLE) {
		group->trouble++;
		return;
	}
	if (cell->state != CELL_DONE) {
		group->left++;
		return;
	}
	group->valid += cell->kind == VERDICT_VALID;
	group->invalid += cell->kind == VERDICT_INVALID;
	group->unknown += cell->kind == VERDICT_UNKNOWN;
	group->unexpected += !cell->is_expected;
	json_object_foreach(cell->anomalies, name, count) {
		json_object_set_new(
			group->anomalies, name,
			json_integer(1 + json_integer_value(json_object_get(
						 group->anomalies, name))));
	}
}

static void make_table(struct table *table, const struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->axis_count; i++) {
		const char *name = campaign->axes[i].name;

		if (strcmp(name, "seed") != 0 &&
		    table->columns + 1 < COLUMNS_MAX)
			table->names[table->columns++] = name;
	}
	table->names[table->columns++] = "";
	for (size_t i = 0; i < table->columns; i++)
		table->widths[i] = width(shown(table, table->names[i]));
	for (size_t i = 0; i < campaign->cell_count; i++)
		add_to_group(group_of(table, campaign, &campaign->cells[i]),
			     &campaign->cells[i]);
}

static void print_padded(FILE *out, const char *text, int wanted)
{
	if (wanted)
		fprintf(out, "%s%*s  ", text, wanted - width(text), "");
}

static void print_group(const struct table *table, const struct group *group,
			FILE *out)
{
	const char *before = "";
	const char *name;
	json_t *count;

	for (size_t i = 0; i < table->columns; i++)
		print_padded(out, group->labels[i], table->widths[i]);
	fprintf(out, "%4zu %6zu %8zu %8zu %8zu %5zu  ", group->runs,
		group->valid, group->invalid, group->unknown, group->trouble,
		group->left);
	json_object_foreach(group->anomalies, name, count) {
		fprintf(out, "%s%s %" JSON_INTEGER_FORMAT "/%zu", before, name,
			json_integer_value(count), group->runs);
		before = ", ";
	}
	if (group->unexpected)
		fprintf(out, "%s(%zu not as expected)", *before ? " " : "",
			group->unexpected);
	fputc('\n', out);
}

static void print_table(struct table *table, FILE *out)
{
	for (size_t i = 0; i < table->columns; i++)
		print_padded(out, shown(table, table->names[i]),
			     table->widths[i]);
	fputs("runs  valid  invalid  unknown  trouble  left  anomalies\n", out);
	for (size_t i = 0; i < table->count; i++) {
		print_group(table, &table->groups[i], out);
		json_decref(table->groups[i].anomalies);
	}
	free(table->groups);
}

static void print_unexpected(const struct cell *cell, FILE *out)
{
	struct arena arena = { 0 };

	fprintf(out, "cell %zu (%s): ", cell->number, cell_text(cell, &arena));
	if (cell->state == CELL_TROUBLE)
		fputs("trouble", out);
	else
		fprintf(out, "%s, expected %s", cell_verdict_text(cell, &arena),
			expectation_text(&cell->expect, &arena));
	fprintf(out, ": %s\n", text_shown(&arena, cell->reason, false));
	if (cell->run)
		fprintf(out, "    ordeal show %s\n",
			text_shown(&arena, cell->run, false));
	arena_release(&arena);
}

static void print_all_unexpected(const struct campaign *campaign, FILE *out)
{
	size_t count = 0;

	for (size_t i = 0; i < campaign->cell_count; i++) {
		const struct cell *cell = &campaign->cells[i];

		if (cell->state != CELL_TROUBLE &&
		    (cell->state != CELL_DONE || cell->is_expected))
			continue;
		if (count++ < LISTED_MAX)
			print_unexpected(cell, out);
	}
	if (count > LISTED_MAX)
		fprintf(out, "and %zu more\n", count - LISTED_MAX);
}

void campaign_print(const struct campaign *campaign, FILE *out)
{
	struct totals totals = campaign_totals(campaign);
	struct table table = { .count = 0 };

	fputc('\n', out);
	make_table(&table, campaign);
	print_table(&table, out);
	fputc('\n', out);
	print_all_unexpected(campaign, out);
	fprintf(out, "%zu cells: %zu as expected, %zu not, %zu trouble, %zu "
		     "left",
		totals.cells, totals.expected, totals.unexpected,
		totals.trouble, totals.left);
	if (campaign->reason)
		fprintf(out, " (%s)",
			text_shown(&table.arena, campaign->reason, false));
	fprintf(out, "\n%s\n", campaign->folder);
	arena_release(&table.arena);
}

void campaign_print_plan(const struct campaign *campaign, FILE *out)
{
	struct arena arena = { 0 };

	for (size_t i = 0; i < campaign->cell_count; i++) {
		const struct cell *cell = &campaign->cells[i];

		fprintf(out, "%zu  %s  expected %s\n", cell->number,
			cell_text(cell, &arena),
			expectation_text(&cell->expect, &arena));
	}
	fprintf(out, "%zu cells\n", campaign->cell_count);
	arena_release(&arena);
}
