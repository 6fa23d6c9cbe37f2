/* SPDX-License-Identifier: MIT */
/* Throughput over time. */
#include <math.h>

#include "harness/report/html_operations.h"
#include "harness/report/plot.h"

#define WINDOWS_WANTED 120

static const char *const outcome_classes[] = {
	[OUTCOME_OK] = "ok",
	[OUTCOME_INDETERMINATE] = "info",
	[OUTCOME_FAIL] = "fail",
};

/* From below upwards. */
static const enum outcome stacked[] = { OUTCOME_OK, OUTCOME_FAIL,
					OUTCOME_INDETERMINATE };

/* Operations by kind (an outcome, or an f) and window. */
struct rates {
	struct windows windows;
	size_t kinds;
	uint32_t *counts; /* kind * windows.count + window */
};

static int64_t end_of(const struct op *op)
{
	return op->complete_ns >= 0 ? op->complete_ns : op->invoke_ns;
}

static double per_second(const struct rates *rates, uint64_t count)
{
	return (double)count * 1e9 / (double)rates->windows.length_ns;
}

/* Each window is a step. `below` is what it stands on, `above` its top. */
static void draw_steps(const struct plot *plot, const struct rates *rates,
		       const double *below, const double *above,
		       const char *class)
{
	const struct windows *windows = &rates->windows;
	int64_t time = windows->start_ns;

	fprintf(plot->out, "<path class=\"area %s\" d=\"M0 %.1f", class,
		plot_y(plot, above[0]));
	for (size_t i = 0; i < windows->count; i++) {
		fprintf(plot->out, "V%.1f", plot_y(plot, above[i]));
		time += windows->length_ns;
		fprintf(plot->out, "H%.1f", plot_x(plot, time));
	}
	for (size_t i = windows->count; i > 0; i--) {
		fprintf(plot->out, "V%.1f", plot_y(plot, below[i - 1]));
		time -= windows->length_ns;
		fprintf(plot->out, "H%.1f", plot_x(plot, time));
	}
	fputs("Z\"/>\n", plot->out);
}

static double highest(const double *values, size_t count)
{
	double high = 0;

	for (size_t i = 0; i < count; i++)
		high = values[i] > high ? values[i] : high;
	return high;
}

/* A round end of the axis, not far above. */
static double axis_end(double most)
{
	double step = plot_nice(most / 5);

	return ceil(fmax(most, 1e-9) / step) * step;
}

static void plot_by_outcome(struct plot *plot, const struct rates *rates)
{
	size_t count = rates->windows.count;
	double *tops = arena_array(plot->arena, count * 4, sizeof(*tops));

	for (size_t k = 0; k < 3; k++) {
		const uint32_t *counts = rates->counts + stacked[k] * count;

		for (size_t i = 0; i < count; i++)
			tops[(k + 1) * count + i] =
				tops[k * count + i] +
				per_second(rates, counts[i]);
	}
	plot->title = "Throughput by outcome";
	plot->high = axis_end(highest(tops + 3 * count, count));
	plot_open(plot);
	plot_legend_begin(plot);
	for (size_t k = 0; k < 3; k++)
		plot_legend_item(plot, outcome_classes[stacked[k]],
				 outcome_classes[stacked[k]]);
	plot_legend_end(plot);
	plot_draw(plot);
	for (size_t k = 0; k < 3; k++)
		draw_steps(plot, rates, tops + k * count,
			   tops + (k + 1) * count, outcome_classes[stacked[k]]);
	plot_close(plot);
}

static void plot_by_f(struct plot *plot, const struct rates *rates,
		      const struct operations *operations)
{
	size_t count = rates->windows.count;
	size_t shown = operations->count;
	uint32_t most = 0;

	for (size_t i = 0; i < shown * count; i++)
		most = rates->counts[i] > most ? rates->counts[i] : most;
	plot->title = "Successes by operation";
	plot->high = axis_end(per_second(rates, most));
	plot_open(plot);
	plot_legend_begin(plot);
	for (size_t k = 0; k < shown; k++)
		plot_legend_item(plot, arena_printf(plot->arena, "o%zu", k % 6),
				 operations->names[k]);
	plot_legend_end(plot);
	plot_draw(plot);
	for (size_t k = 0; k < shown; k++) {
		int64_t time = rates->windows.start_ns;

		fprintf(plot->out, "<path class=\"line o%zu\" d=\"", k % 6);
		for (size_t i = 0; i < count; i++) {
			double rate =
				per_second(rates, rates->counts[k * count + i]);

			fprintf(plot->out, "%c%.1f %.1f", i ? 'L' : 'M',
				plot_x(plot,
				       time + rates->windows.length_ns / 2),
				plot_y(plot, rate));
			time += rates->windows.length_ns;
		}
		fputs("\"/>\n", plot->out);
	}
	plot_close(plot);
}

static void count_all(struct rates *outcomes, struct rates *fs,
		      const struct operations *operations,
		      const struct history *history)
{
	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		size_t f = operations_number(operations, op->f);
		size_t window;

		if (!op_is_client(op) || end_of(op) < 0)
			continue;
		window = windows_at(&outcomes->windows, end_of(op));
		outcomes->counts[op->outcome * outcomes->windows.count +
				 window]++;
		if (op->outcome == OUTCOME_OK)
			fs->counts[f * fs->windows.count + window]++;
	}
}

void plot_rates(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle)
{
	struct arena arena = { 0 };
	struct plot plot = {
		.paper = paper,
		.out = paper->out,
		.arena = &arena,
		.chronicle = chronicle,
		.unit = "/s",
	};
	struct operations operations;
	struct rates outcomes = { .kinds = 3 };
	struct rates fs;

	operations_find(&operations, history, &arena);
	if (operations.count == 0 || !chronicle->has_times) {
		arena_release(&arena);
		return;
	}
	windows_init(&outcomes.windows, chronicle, WINDOWS_WANTED);
	fs = outcomes;
	fs.kinds = operations.count;
	outcomes.counts = arena_array(&arena, 3 * outcomes.windows.count,
				      sizeof(*outcomes.counts));
	fs.counts = arena_array(&arena, fs.kinds * fs.windows.count,
				sizeof(*fs.counts));
	count_all(&outcomes, &fs, &operations, history);
	plot_by_outcome(&plot, &outcomes);
	if (operations.count > 1)
		plot_by_f(&plot, &fs, &operations);
	arena_release(&arena);
}
