/* SPDX-License-Identifier: MIT */
/* Latency over time: where operations were, and quantiles. */
#include <math.h>
#include <stdlib.h>

#include "harness/report/html_operations.h"
#include "harness/report/plot.h"

#define WINDOWS_WANTED 100
#define FEW 1000     /* operations, below which points are drawn larger */
#define DENSE 100000 /* operations, from which on the raster is coarser */

static const char *const outcome_classes[] = {
	[OUTCOME_INDETERMINATE] = "info",
	[OUTCOME_OK] = "ok",
	[OUTCOME_FAIL] = "fail",
};

static const struct quantile {
	const char *name;
	double share;
} quantiles[] = { { "p50", 0.5 }, { "p95", 0.95 }, { "p99", 0.99 } };

/* What the figures share. */
struct latencies {
	const struct history *history;
	const struct operations *operations;
	struct windows windows;
	struct plot *plot;
	int cell; /* of the raster, in units of the drawing */
};

/* -1 where there is none. */
static int64_t latency_of(const struct op *op)
{
	if (!op_is_client(op) || op->invoke_ns < 0 || op->complete_ns < 0)
		return -1;
	return op->complete_ns - op->invoke_ns;
}

static int compare_times(const void *a, const void *b)
{
	const int64_t *x = a;
	const int64_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* A point for each cell of a raster that some operation is in: however many
 * operations there are, there are not more points than cells. */
static void draw_points(const struct latencies *all, size_t f,
			enum outcome outcome)
{
	const struct plot *plot = all->plot;
	size_t columns = (size_t)(PLOT_WIDTH / all->cell + 1);
	size_t rows = (size_t)(PLOT_HEIGHT / all->cell + 1);
	uint8_t *seen = heap_zeroed(columns * rows, 1);

	fprintf(plot->out, "<path class=\"dots %s%s\" d=\"",
		outcome_classes[outcome],
		plot->chronicle->client_count < FEW ? " few" : "");
	for (size_t i = 0; i < all->history->op_count; i++) {
		const struct op *op = &all->history->ops[i];
		int64_t latency = latency_of(op);
		int column, row;
		uint8_t *cell;

		if (latency < 0 || op->outcome != outcome ||
		    operations_number(all->operations, op->f) != f)
			continue;
		column = (int)plot_x(plot, op->invoke_ns) / all->cell;
		row = (int)plot_y(plot, (double)latency) / all->cell;
		cell = &seen[(size_t)row * columns + (size_t)column];
		if (*cell)
			continue;
		*cell = 1;
		fprintf(plot->out, "M%d %dh0", column * all->cell,
			row * all->cell);
	}
	fputs("\"/>\n", plot->out);
	free(seen);
}

/* Latencies of successes, sorted within each window; starts[w] .. are those of
 * window w. */
struct sorted {
	int64_t *latencies;
	size_t *starts;
};

/* The window of a success of that kind; `count` of windows for all else. */
static size_t window_of(const struct latencies *all, const struct op *op,
			size_t f)
{
	if (latency_of(op) < 0 || op->outcome != OUTCOME_OK ||
	    operations_number(all->operations, op->f) != f)
		return all->windows.count;
	return windows_at(&all->windows, op->invoke_ns);
}

static void sort_windows(const struct latencies *all, size_t f,
			 struct sorted *sorted)
{
	const struct history *history = all->history;
	size_t windows = all->windows.count;
	size_t *starts = heap_zeroed(windows + 2, sizeof(*starts));
	size_t *next = heap_zeroed(windows + 1, sizeof(*next));

	for (size_t i = 0; i < history->op_count; i++)
		starts[window_of(all, &history->ops[i], f) + 1]++;
	for (size_t w = 0; w < windows; w++) {
		starts[w + 1] += starts[w];
		next[w] = starts[w];
	}
	sorted->starts = starts;
	sorted->latencies = heap_zeroed(starts[windows] + 1, sizeof(int64_t));
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		size_t w = window_of(all, op, f);

		if (w < windows)
			sorted->latencies[next[w]++] = latency_of(op);
	}
	for (size_t w = 0; w < windows; w++)
		qsort(sorted->latencies + starts[w], starts[w + 1] - starts[w],
		      sizeof(int64_t), compare_times);
	free(next);
}

/* A line, broken where there was nothing. */
static void draw_quantile(const struct latencies *all,
			  const struct sorted *sorted,
			  const struct quantile *quantile)
{
	const struct plot *plot = all->plot;
	bool is_drawing = false;

	fprintf(plot->out, "<path class=\"line %s\" d=\"", quantile->name);
	for (size_t w = 0; w < all->windows.count; w++) {
		size_t count = sorted->starts[w + 1] - sorted->starts[w];
		size_t at = (size_t)ceil(quantile->share * (double)count);
		int64_t middle = all->windows.start_ns +
				 all->windows.length_ns * (int64_t)w +
				 all->windows.length_ns / 2;
		int64_t latency;

		if (count == 0) {
			is_drawing = false;
			continue;
		}
		latency = sorted->latencies[sorted->starts[w] +
					    (at > 0 ? at - 1 : 0)];
		fprintf(plot->out, "%c%.1f %.1f%s", is_drawing ? 'L' : 'M',
			plot_x(plot, middle), plot_y(plot, (double)latency),
			is_drawing ? "" : "h0");
		is_drawing = true;
	}
	fputs("\"/>\n", plot->out);
}

static void plot_operation(const struct latencies *all, size_t f)
{
	static const enum outcome order[] = { OUTCOME_OK, OUTCOME_FAIL,
					      OUTCOME_INDETERMINATE };
	struct plot *plot = all->plot;
	struct sorted sorted;

	plot->title = arena_printf(plot->arena, "Latency of %s",
				   all->operations->names[f]);
	plot_open(plot);
	plot_legend_begin(plot);
	for (size_t i = 0; i < 3; i++)
		plot_legend_item(plot, outcome_classes[order[i]],
				 outcome_classes[order[i]]);
	for (size_t i = 0; i < 3; i++)
		plot_legend_item(plot, quantiles[i].name, quantiles[i].name);
	plot_legend_end(plot);
	plot_draw(plot);
	for (size_t i = 0; i < 3; i++)
		draw_points(all, f, order[i]);
	sort_windows(all, f, &sorted);
	for (size_t i = 0; i < 3; i++)
		draw_quantile(all, &sorted, &quantiles[i]);
	free(sorted.latencies);
	free(sorted.starts);
	plot_close(plot);
}

/* Whole decades around all latencies; false when there are none. */
static bool find_range(const struct history *history, struct plot *plot)
{
	int64_t low = INT64_MAX;
	int64_t high = -1;

	for (size_t i = 0; i < history->op_count; i++) {
		int64_t latency = latency_of(&history->ops[i]);

		if (latency < 0)
			continue;
		low = latency < low ? latency : low;
		high = latency > high ? latency : high;
	}
	if (high < 0)
		return false;
	plot->low = pow(10, floor(log10((double)(low > 0 ? low : 1))));
	plot->high = pow(10, ceil(log10((double)(high > 0 ? high : 1))));
	if (plot->high <= plot->low)
		plot->high = plot->low * 10;
	return true;
}

void plot_latencies(const struct plot_paper *paper,
		    const struct history *history,
		    const struct chronicle *chronicle)
{
	struct arena arena = { 0 };
	struct plot plot = {
		.paper = paper,
		.out = paper->out,
		.arena = &arena,
		.chronicle = chronicle,
		.is_log = true,
		.is_time = true,
	};
	struct operations operations;
	struct latencies all = {
		.history = history,
		.operations = &operations,
		.plot = &plot,
		.cell = chronicle->client_count > DENSE ? 4 : 2,
	};

	operations_find(&operations, history, &arena);
	if (history && find_range(history, &plot)) {
		windows_init(&all.windows, chronicle, WINDOWS_WANTED);
		for (size_t f = 0; f < operations.count; f++)
			plot_operation(&all, f);
	}
	arena_release(&arena);
}
