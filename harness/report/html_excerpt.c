/* SPDX-License-Identifier: MIT */
/* The operations of an anomaly as bars: who was at it when. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/html_private.h"
#include "harness/report/picture_frame.h"
#include "harness/report/results.h"
#include "harness/report/text.h"

#define BARS_MAX 32
#define LANE_HEIGHT 38
#define LABEL_POINTS 34
#define NODE_POINTS 12
#define ROWS_WIDTH 92 /* of names beside a picture */
#define STUCK_ROLE "cannot be placed" /* as checkers say it */

struct bar {
	uint32_t op;
	const char *role;
	bool is_stuck; /* the one that cannot be placed */
	int32_t process;
	uint32_t row;	/* of its process: where that one begins */
	uint32_t start; /* rank of its invocation among all ends shown */
	uint32_t end;
};

struct excerpt {
	struct bar bars[BARS_MAX];
	size_t count;
	uint32_t ranks[2 * BARS_MAX]; /* positions of entries, ascending */
	uint32_t last; /* the highest rank, of an end or of what is open */
};

static int compare_positions(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* By process, then by time: a process is a row, and its operations, which
 * never overlap, each have a lane of it, so that labels have room. */
static int compare_bars(const void *a, const void *b)
{
	const struct bar *x = a;
	const struct bar *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

static void take_bars(struct excerpt *excerpt, const struct anomaly *anomaly,
		      const struct history *history)
{
	for (size_t i = 0; i < anomaly->evidence_count; i++) {
		const struct evidence *evidence = &anomaly->evidence[i];
		const struct op *op = &history->ops[evidence->op];
		struct bar *bar = &excerpt->bars[excerpt->count];
		bool is_new = op_is_client(op);

		for (size_t j = 0; j < excerpt->count; j++)
			is_new = is_new && excerpt->bars[j].op != evidence->op;
		if (!is_new || excerpt->count == BARS_MAX)
			continue;
		*bar = (struct bar){ .op = evidence->op,
				     .role = evidence->role,
				     .process = op->process };
		bar->is_stuck =
			evidence->role && strstr(evidence->role, STUCK_ROLE);
		excerpt->count++;
	}
}

/* What counts is the order, not the distance: ends are spread evenly. */
static void rank_ends(struct excerpt *excerpt, const struct history *history)
{
	size_t count = 0;

	for (size_t i = 0; i < excerpt->count; i++) {
		const struct op *op = &history->ops[excerpt->bars[i].op];

		excerpt->ranks[count++] = op->invoke;
		if (op->complete != HISTORY_NONE)
			excerpt->ranks[count++] = op->complete;
	}
	qsort(excerpt->ranks, count, sizeof(*excerpt->ranks),
	      compare_positions);
	excerpt->last = count < 2 * excerpt->count ? (uint32_t)count
						   : (uint32_t)count - 1;
	for (size_t i = 0; i < excerpt->count; i++) {
		struct bar *bar = &excerpt->bars[i];
		const struct op *op = &history->ops[bar->op];

		bar->end = (uint32_t)count;
		for (uint32_t r = 0; r < count; r++) {
			if (excerpt->ranks[r] == op->invoke)
				bar->start = r;
			if (excerpt->ranks[r] == op->complete)
				bar->end = r;
		}
	}
	for (size_t i = 0; i < excerpt->count; i++) {
		struct bar *bar = &excerpt->bars[i];

		bar->row = bar->start;
		for (size_t j = 0; j < excerpt->count; j++) {
			const struct bar *other = &excerpt->bars[j];

			if (other->process == bar->process &&
			    other->start < bar->row)
				bar->row = other->start;
		}
	}
	qsort(excerpt->bars, excerpt->count, sizeof(*excerpt->bars),
	      compare_bars);
}

static double percent(const struct excerpt *excerpt, uint32_t rank)
{
	return 1 + 98.0 * rank / (double)excerpt->last;
}

/* Where a label has most room: from the bar's beginning on, up to its end, or
 * around its middle. */
static const char *anchor_of(double start, double end, double *x)
{
	double middle = (start + end) / 2;
	double around = 2 * (middle < 50 ? middle : 100 - middle);

	if (100 - start >= end && 100 - start >= around) {
		*x = start;
		return "start";
	}
	*x = end >= around ? end : middle;
	return end >= around ? "end" : "middle";
}

/* "T1" where the role begins with it, as those of a cycle do. */
static int name_length(const char *role)
{
	size_t digits;

	if (!role || role[0] != 'T')
		return 0;
	digits = strspn(role + 1, "0123456789");
	return digits > 0 && role[1 + digits] == ':' ? (int)digits + 1 : 0;
}

static void draw_label(struct page *page, const struct excerpt *excerpt,
		       const struct bar *bar, size_t y)
{
	double x;
	const char *anchor = anchor_of(percent(excerpt, bar->start),
				       percent(excerpt, bar->end), &x);

	fprintf(page->out, "<text x=\"%.1f%%\" y=\"%zu\" text-anchor=\"%s\">",
		x, y, anchor);
	if (name_length(bar->role))
		fprintf(page->out, "<tspan class=\"name\">%.*s</tspan> ",
			name_length(bar->role), bar->role);
	html_escape_cut(page,
			html_op_short(page->history, bar->op, &page->arena),
			LABEL_POINTS);
	if (bar->is_stuck)
		fputs(" <tspan class=\"stuck\">\u2717</tspan>", page->out);
	fputs("</text>\n", page->out);
}

static void draw_bar(struct page *page, const struct excerpt *excerpt,
		     const struct bar *bar, size_t lane)
{
	const struct op *op = &page->history->ops[bar->op];
	double start = percent(excerpt, bar->start);
	double end = percent(excerpt, bar->end);
	size_t top = lane * LANE_HEIGHT;

	if (bar->is_stuck)
		fprintf(page->out,
			"<rect class=\"stuck-span\" x=\"%.1f%%\" y=\"0\" "
			"width=\"%.1f%%\" height=\"%zu\"/>\n",
			start, end - start, excerpt->count * LANE_HEIGHT);
	draw_label(page, excerpt, bar, top + 14);
	fprintf(page->out,
		"<rect class=\"bar %s%s\" x=\"%.1f%%\" y=\"%zu\" "
		"width=\"%.1f%%\" height=\"12\" rx=\"3\" data-index=\"%" PRIu64
		"\"><title>",
		html_outcome(page->history, op), bar->is_stuck ? " stuck" : "",
		start, top + 20, end - start,
		history_index(page->history, op->invoke));
	html_escape_cut(page, op_text(page->history, bar->op, &page->arena),
			1000);
	fputs("; ", page->out);
	html_escape_cut(page, bar->role, 1000);
	fputs("</title></rect>\n", page->out);
}

/* A name beside the lanes of each process. */
static void write_rows(struct page *page, const struct excerpt *excerpt)
{
	fputs("<div class=\"rows\">", page->out);
	for (size_t i = 0, next; i < excerpt->count; i = next) {
		const struct bar *bar = &excerpt->bars[i];
		const struct op *op = &page->history->ops[bar->op];
		const struct values *values = page->history->values;

		next = i + 1;
		while (next < excerpt->count &&
		       excerpt->bars[next].process == bar->process)
			next++;
		fprintf(page->out,
			"<div style=\"height:%zupx\">process %" PRId32 "<br/>",
			(next - i) * LANE_HEIGHT, bar->process);
		if (value_kind(values, op->node) == VALUE_STRING)
			html_escape_cut(page,
					value_as_string(values, op->node, NULL),
					NODE_POINTS);
		fputs("</div>", page->out);
	}
	fputs("</div>\n", page->out);
}

static void draw_row_lines(struct page *page, const struct excerpt *excerpt)
{
	for (size_t i = 1; i < excerpt->count; i++) {
		if (excerpt->bars[i].process != excerpt->bars[i - 1].process)
			fprintf(page->out,
				"<line class=\"grid\" x1=\"0\" x2=\"100%%\" "
				"y1=\"%zu\" y2=\"%zu\"/>\n",
				i * LANE_HEIGHT, i * LANE_HEIGHT);
	}
}

/* What write_rows does beside the drawing, within it. */
static void draw_rows(struct page *page, const struct excerpt *excerpt)
{
	for (size_t i = 0; i < excerpt->count; i++) {
		const struct bar *bar = &excerpt->bars[i];
		const struct op *op = &page->history->ops[bar->op];
		const struct values *values = page->history->values;
		size_t y = i * LANE_HEIGHT + 14;

		if (i > 0 && excerpt->bars[i - 1].process == bar->process)
			continue;
		fprintf(page->out,
			"<text class=\"dim\" y=\"%zu\">process %" PRId32
			"</text>\n",
			y, bar->process);
		if (value_kind(values, op->node) != VALUE_STRING)
			continue;
		fprintf(page->out, "<text class=\"dim\" y=\"%zu\">", y + 15);
		html_escape_cut(page, value_as_string(values, op->node, NULL),
				NODE_POINTS);
		fputs("</text>\n", page->out);
	}
}

static void draw_bars(struct page *page, const struct excerpt *excerpt)
{
	draw_row_lines(page, excerpt);
	for (size_t i = 0; i < excerpt->count; i++)
		draw_bar(page, excerpt, &excerpt->bars[i], i);
}

int html_excerpt_picture(struct page *page, const struct anomaly *anomaly,
			 int y)
{
	struct excerpt excerpt = { .count = 0 };
	int height;

	if (!page->history)
		return 0;
	take_bars(&excerpt, anomaly, page->history);
	height = (int)excerpt.count * LANE_HEIGHT;
	if (excerpt.count == 0 || !page->out)
		return height;
	rank_ends(&excerpt, page->history);
	fprintf(page->out, "<g transform=\"translate(%d %d)\">\n",
		PICTURE_MARGIN, y);
	draw_rows(page, &excerpt);
	fprintf(page->out,
		"</g><svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">\n",
		PICTURE_MARGIN + ROWS_WIDTH, y,
		PICTURE_WIDTH - 2 * PICTURE_MARGIN - ROWS_WIDTH, height);
	draw_bars(page, &excerpt);
	fputs("</svg>\n", page->out);
	return height;
}

void html_excerpt(struct page *page, const struct anomaly *anomaly)
{
	struct excerpt excerpt = { .count = 0 };

	if (!page->history)
		return;
	take_bars(&excerpt, anomaly, page->history);
	if (excerpt.count == 0)
		return;
	rank_ends(&excerpt, page->history);
	fputs("<figure class=\"excerpt\">", page->out);
	write_rows(page, &excerpt);
	fprintf(page->out,
		"<svg role=\"img\" width=\"100%%\" height=\"%zu\">"
		"<title>operations of the anomaly, in order</title>\n",
		excerpt.count * LANE_HEIGHT);
	draw_bars(page, &excerpt);
	fputs("</svg><figcaption>from invocation to completion, in order; "
	      "distances are not to scale</figcaption>"
	      "</figure>\n",
	      page->out);
}
