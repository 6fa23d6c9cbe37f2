/* SPDX-License-Identifier: MIT */
/* Plots over time, as HTML around SVG (no script, any width, any theme), or as
 * pictures. */
#ifndef ORDEAL_REPORT_PLOT_H
#define ORDEAL_REPORT_PLOT_H

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/report/html_chronicle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The drawing is stretched to the width there is; lines and points keep their
 * thickness, and labels are text of the page beside it, so that a phone shows
 * them as large as a desk does. A point of the drawing is one unit.
 */
#define PLOT_WIDTH 1000
#define PLOT_HEIGHT 200
#define PLOT_ROW_HEIGHT 22

/* Where figures go: into a page, or, where `picture` is set, each into an SVG
 * of its own, which `out` holds from its last call on. */
struct plot_paper {
	FILE *out;
	/* Called when a figure is drawn. */
	void (*picture)(void *context, const char *title);
	void *context;
	const char *caption; /* of pictures: whose they are */
};

/* One plot being drawn. Fields are set before plot_open; colours come from
 * the page's style sheet, by class. */
struct plot {
	const struct plot_paper *paper;
	FILE *out; /* of the paper */
	struct arena *arena;
	const struct chronicle *chronicle; /* times, and faults as bands */
	const char *title;
	double low; /* of the vertical axis; of a logarithmic one: > 0 */
	double high;
	bool is_log;
	bool is_time;		 /* values are nanoseconds */
	const char *unit;	 /* beside the top, or NULL */
	const char *const *rows; /* names, instead of values; or NULL */
	size_t row_count;
};

/* Title, axes, phases and fault bands; the caller then writes a legend and
 * draws. */
void plot_open(const struct plot *plot);
void plot_legend_begin(const struct plot *plot);
void plot_legend_item(const struct plot *plot, const char *class,
		      const char *text);
void plot_legend_end(const struct plot *plot);
/* From here to plot_close, elements of SVG. */
void plot_draw(const struct plot *plot);
void plot_close(const struct plot *plot);

/* Where a time or a value lies, cut to the drawing. */
double plot_x(const struct plot *plot, int64_t time_ns);
double plot_y(const struct plot *plot, double value);

/* The next of 1, 2, 5, 10, 20, ... that is not below; 1 for what is none. */
double plot_nice(double value);

/* "1.5 ms", "20 s"; at most four digits. In the arena. */
const char *plot_duration(struct arena *arena, double ns);
/* "1.2k", "35" */
const char *plot_amount(struct arena *arena, double amount);

/* Windows of equal length over the time of a run. */
struct windows {
	int64_t start_ns;
	int64_t length_ns;
	size_t count;
};

/* About `wanted` of them, their length a round number. */
void windows_init(struct windows *windows, const struct chronicle *chronicle,
		  size_t wanted);
size_t windows_at(const struct windows *windows, int64_t time_ns);

/* Whole figures, nothing where there is nothing to draw. */

/* Completions a second by outcome, and successes by operation. */
void plot_rates(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle);

/* Latency: points by outcome and quantiles, a figure an operation. */
void plot_latencies(const struct plot_paper *paper,
		    const struct history *history,
		    const struct chronicle *chronicle);

/* What share of operations each node answered, over time. */
void plot_nodes(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle);

/* How stale reads were at each node, in time and in versions (core/stale.h),
 * where one was. */
void plot_stale(const struct plot_paper *paper, const struct history *history,
		const struct chronicle *chronicle);

/* How far each node's clock was off, where the fault `clock` was at work. */
void plot_clocks(const struct plot_paper *paper, const struct history *history,
		 const struct chronicle *chronicle);

#endif
