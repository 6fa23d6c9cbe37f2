/* SPDX-License-Identifier: MIT */
/* How stale reads were over time, at each node: in time, and in versions. */
#include <math.h>
#include <string.h>

#include "harness/core/stale.h"
#include "harness/report/plot.h"

#define WINDOWS_WANTED 100
#define NODES_MAX 32
#define CELL 4 /* of the raster of points, in units of the drawing */
#define COLUMNS (PLOT_WIDTH / CELL + 1)
#define ROWS (PLOT_HEIGHT / CELL + 1)

/* One of the two figures. */
struct stale_figure {
	struct plot plot;
	double *worst; /* by node and window; -1: no read */
	bool *cells;   /* by node, row and column: a stale read is there */
};

/* A line for each node; for all reads where nodes are not told. */
struct stale_plot {
	const struct history *history;
	struct arena *arena;
	struct windows windows;
	struct value nodes[NODES_MAX];
	const char *names[NODES_MAX];
	size_t count;
	struct stale_figure time;
	struct stale_figure versions;
};

/* NODES_MAX where it is one too many. */
static size_t number_of(const struct stale_plot *s, struct value node)
{
	size_t i = 0;

	while (i < s->count && !value_equal(s->nodes[i], node))
		i++;
	return i < s->count ? i : NODES_MAX;
}

static const char *name_of(const struct stale_plot *s, struct value node)
{
	const struct values *values = s->history->values;

	return value_kind(values, node) == VALUE_STRING
		       ? value_as_string(values, node, NULL)
		       : "reads";
}

/* In the order of their names. */
static void find_nodes(struct stale_plot *s)
{
	for (size_t i = 0; i < s->history->op_count; i++) {
		const struct op *op = &s->history->ops[i];
		const char *name = name_of(s, op->node);
		size_t at = s->count;

		if (!op_is_client(op) || s->count == NODES_MAX ||
		    number_of(s, op->node) != NODES_MAX)
			continue;
		for (; at > 0 && strverscmp(s->names[at - 1], name) > 0; at--) {
			s->names[at] = s->names[at - 1];
			s->nodes[at] = s->nodes[at - 1];
		}
		s->names[at] = name;
		s->nodes[at] = op->node;
		s->count++;
	}
}

static void rise(struct stale_figure *figure, size_t at, double value)
{
	figure->worst[at] = fmax(figure->worst[at], value);
	figure->plot.high = fmax(figure->plot.high, value);
}

static void note(void *state, const struct stale_read *read)
{
	struct stale_plot *s = state;
	const struct op *op = &s->history->ops[read->read];
	size_t node, at;

	if (read->is_untold || op->invoke_ns < 0)
		return;
	node = number_of(s, op->node);
	if (node == NODES_MAX)
		return;
	at = node * s->windows.count + windows_at(&s->windows, op->invoke_ns);
	rise(&s->time, at, (double)read->ns);
	rise(&s->versions, at, (double)read->versions);
}

static void mark(struct stale_figure *figure, size_t node, int64_t time_ns,
		 double value)
{
	size_t column = (size_t)plot_x(&figure->plot, time_ns) / CELL;
	size_t row = (size_t)plot_y(&figure->plot, value) / CELL;

	figure->cells[(node * ROWS + row) * COLUMNS + column] = true;
}

static void mark_both(void *state, const struct stale_read *read)
{
	struct stale_plot *s = state;
	const struct op *op = &s->history->ops[read->read];
	size_t node;

	if (read->newer == HISTORY_NONE || op->invoke_ns < 0)
		return;
	node = number_of(s, op->node);
	if (node == NODES_MAX)
		return;
	mark(&s->time, node, op->invoke_ns, (double)read->ns);
	mark(&s->versions, node, op->invoke_ns, (double)read->versions);
}

/* However many reads there are, there are not more points than cells. */
static void draw_points(const struct stale_figure *figure, size_t node)
{
	const bool *cells = figure->cells + node * ROWS * COLUMNS;

	fprintf(figure->plot.out, "<path class=\"dots o%zu\" d=\"", node % 6);
	for (size_t i = 0; i < (size_t)ROWS * COLUMNS; i++) {
		if (cells[i])
			fprintf(figure->plot.out, "M%zu %zuh0",
				i % COLUMNS * CELL, i / COLUMNS * CELL);
	}
	fputs("\"/>\n", figure->plot.out);
}

/* The worst of each window, broken where nobody read. */
static void draw_worst(const struct stale_plot *s,
		       const struct stale_figure *figure, size_t node)
{
	const struct plot *plot = &figure->plot;
	bool is_drawing = false;

	fprintf(plot->out, "<path class=\"line o%zu\" d=\"", node % 6);
	for (size_t w = 0; w < s->windows.count; w++) {
		double value = figure->worst[node * s->windows.count + w];
		int64_t middle = s->windows.start_ns +
				 s->windows.length_ns * (int64_t)w +
				 s->windows.length_ns / 2;

		if (value < 0) {
			is_drawing = false;
			continue;
		}
		fprintf(plot->out, "%c%.1f %.1f%s", is_drawing ? 'L' : 'M',
			plot_x(plot, middle), plot_y(plot, value),
			is_drawing ? "" : "h0");
		is_drawing = true;
	}
	fputs("\"/>\n", plot->out);
}

static void draw_figure(const struct stale_plot *s,
			const struct stale_figure *figure)
{
	const struct plot *plot = &figure->plot;

	plot_open(plot);
	plot_legend_begin(plot);
	for (size_t i = 0; i < s->count; i++)
		plot_legend_item(plot, arena_printf(s->arena, "o%zu", i % 6),
				 s->names[i]);
	plot_legend_end(plot);
	plot_draw(plot);
	for (size_t i = 0; i < s->count; i++) {
		draw_points(figure, i);
		draw_worst(s, figure, i);
	}
	plot_close(plot);
}

static void prepare(struct stale_plot *s, struct stale_figure *figure,
		    const struct plot *plot)
{
	size_t count = NODES_MAX * s->windows.count;

	figure->plot = *plot;
	figure->cells = arena_array(s->arena,
				    (size_t)NODES_MAX * ROWS * COLUMNS,
				    sizeof(bool));
	figure->worst = arena_array(s->arena, count, sizeof(double));
	for (size_t i = 0; i < count; i++)
		figure->worst[i] = -1;
}

void plot_stale(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle)
{
	struct arena arena = { 0 };
	struct stale_plot s = { .history = history, .arena = &arena };
	const struct plot plot = {
		.paper = paper,
		.out = paper->out,
		.arena = &arena,
		.chronicle = chronicle,
	};

	if (!history || !chronicle->has_times || !stale_fits(history))
		return;
	find_nodes(&s);
	windows_init(&s.windows, chronicle, WINDOWS_WANTED);
	prepare(&s, &s.time, &plot);
	prepare(&s, &s.versions, &plot);
	stale_each(history, note, &s);
	if (s.versions.plot.high > 0) {
		s.time.plot.title = "Staleness of reads";
		s.time.plot.is_time = true;
		s.time.plot.high = plot_nice(s.time.plot.high);
		s.versions.plot.title = "Staleness of reads in versions";
		s.versions.plot.high =
			fmax(plot_nice(s.versions.plot.high), 5);
		stale_each(history, mark_both, &s);
		draw_figure(&s, &s.time);
		draw_figure(&s, &s.versions);
	}
	arena_release(&arena);
}
