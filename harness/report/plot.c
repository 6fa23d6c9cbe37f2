/* SPDX-License-Identifier: MIT */
#include "harness/report/plot.h"

#include <math.h>

#include "harness/report/plot_private.h"
#include "harness/report/text.h"

#define TICKS_WANTED 6
#define BANDS_DRAWN 500
#define ROW_POINTS 40
#define LEADERS_DRAWN 200
#define LEADER_POINTS 10
#define LEADER_ROOM 0.1 /* of the width, for a name */

int plot_height(const struct plot *plot)
{
	return plot->rows ? (int)plot->row_count * PLOT_ROW_HEIGHT
			  : PLOT_HEIGHT;
}

/* 0 to 1, from left to right. */
static double across(const struct plot *plot, int64_t time_ns)
{
	const struct chronicle *chronicle = plot->chronicle;
	double length = (double)(chronicle->end_ns - chronicle->start_ns);
	double at = (double)(time_ns - chronicle->start_ns);

	if (length <= 0)
		return 0;
	return fmin(fmax(at / length, 0), 1);
}

/* 0 to 1, from below. */
static double upwards(const struct plot *plot, double value)
{
	double at;

	if (plot->is_log)
		at = log(fmax(value, plot->low) / plot->low) /
		     log(plot->high / plot->low);
	else
		at = (value - plot->low) / (plot->high - plot->low);
	return fmin(fmax(at, 0), 1);
}

double plot_x(const struct plot *plot, int64_t time_ns)
{
	return across(plot, time_ns) * PLOT_WIDTH;
}

double plot_y(const struct plot *plot, double value)
{
	return (1 - upwards(plot, value)) * plot_height(plot);
}

static double next_tick(const struct plot *plot, double tick, double step)
{
	return plot->is_log ? tick * step : tick + step;
}

/* Between two lines of the grid. A logarithmic axis has decades. */
static double tick_step(const struct plot *plot)
{
	double decades;

	if (!plot->is_log)
		return plot_nice((plot->high - plot->low) / 5);
	decades = log10(plot->high / plot->low);
	return pow(10, ceil(decades / TICKS_WANTED));
}

/* Names of rows may be cut; what stands at the right end is not to hang over
 * the side of a phone. */
static const char *label_kind(const struct plot *plot, char axis, double share)
{
	if (axis == 'y')
		return plot->rows ? " row" : "";
	return share > 0.85 ? " end" : "";
}

/* Beside the drawing: on the left ('y') or below ('x'), as a share of it from
 * the left or from below; or within it at the top ('n'). The text is escaped.
 */
static void write_label(const struct plot *plot, char axis, double share,
			const char *text)
{
	if (plot->paper->picture)
		plot_picture_label(plot, axis, share, text);
	else
		fprintf(plot->out,
			"<span class=\"%c%s\" style=\"%s:%.2f%%\">%s</span>\n",
			axis, label_kind(plot, axis, share),
			axis == 'y' ? "bottom" : "left", 100 * share, text);
}

static void write_rows(const struct plot *plot)
{
	for (size_t i = 0; i < plot->row_count; i++) {
		const char *name =
			text_shown(plot->arena, plot->rows[i], false);

		write_label(plot, 'y',
			    1 - ((double)i + 0.5) / (double)plot->row_count,
			    text_xml(plot->arena,
				     text_cut(plot->arena, name, ROW_POINTS)));
	}
}

static void write_values(const struct plot *plot)
{
	double step = tick_step(plot);
	double tick = plot->low;

	for (int i = 0; i < 12 && tick <= plot->high + 1e-4 * step; i++) {
		const char *text = plot->is_time
					   ? plot_duration(plot->arena, tick)
					   : plot_amount(plot->arena, tick);

		if (fabs(tick) < 1e-6 * step)
			text = "0";
		write_label(
			plot, 'y', upwards(plot, tick),
			arena_printf(plot->arena, "%s%s", text,
				     plot->unit && i == 0 ? plot->unit : ""));
		tick = next_tick(plot, tick, step);
	}
}

static double seconds_step(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;
	double length = (double)(chronicle->end_ns - chronicle->start_ns);

	return plot_nice(length / 5);
}

static void write_times(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;
	double step = seconds_step(plot);
	double tick = ceil((double)chronicle->start_ns / step) * step;

	for (int i = 0; i < 12 && tick <= (double)chronicle->end_ns; i++) {
		write_label(plot, 'x', across(plot, (int64_t)tick),
			    tick > 0 ? plot_duration(plot->arena, tick) : "0");
		tick += step;
	}
}

static void draw_grid(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;
	double step = plot->rows ? 0 : tick_step(plot);
	double tick = plot->low;

	fputs("<path class=\"grid\" d=\"", plot->out);
	for (int i = 0; !plot->rows && i < 12; i++) {
		if (tick > plot->high + 1e-4 * step)
			break;
		fprintf(plot->out, "M0 %.1fH%d", plot_y(plot, tick),
			PLOT_WIDTH);
		tick = next_tick(plot, tick, step);
	}
	step = seconds_step(plot);
	tick = ceil((double)chronicle->start_ns / step) * step;
	for (int i = 0; i < 12 && tick <= (double)chronicle->end_ns; i++) {
		fprintf(plot->out, "M%.1f 0V%d", plot_x(plot, (int64_t)tick),
			plot_height(plot));
		tick += step;
	}
	fputs("\"/>\n", plot->out);
}

static int64_t or_end(const struct plot *plot, int64_t time_ns)
{
	return time_ns < 0 ? plot->chronicle->end_ns : time_ns;
}

/* Lightly from the beginning of the injection to the end of the heal; more so
 * while the fault was proven to be in force. */
static void draw_bands(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;

	for (size_t i = 0; i < chronicle->band_count && i < BANDS_DRAWN; i++) {
		const struct band *band = &chronicle->bands[i];
		double start = plot_x(plot, band->start_ns);
		double end = plot_x(plot, or_end(plot, band->end_ns));
		double proven, heal;

		fprintf(plot->out,
			"<rect class=\"band f%zu\" x=\"%.1f\" y=\"0\" "
			"width=\"%.1f\" height=\"%d\"/>\n",
			band->number % 6, start, fmax(end - start, 1),
			plot_height(plot));
		if (band->proven_ns < 0)
			continue;
		proven = plot_x(plot, band->proven_ns);
		heal = plot_x(plot, band->heal_ns < 0
					    ? or_end(plot, band->end_ns)
					    : band->heal_ns);
		fprintf(plot->out,
			"<rect class=\"band f%zu\" x=\"%.1f\" y=\"0\" "
			"width=\"%.1f\" height=\"%d\"/>\n",
			band->number % 6, proven, fmax(heal - proven, 1),
			plot_height(plot));
	}
	for (size_t i = 0; i < chronicle->phase_count; i++)
		fprintf(plot->out, "<path class=\"phase\" d=\"M%.1f 0V%d\"/>\n",
			plot_x(plot, chronicle->phases[i].time_ns),
			plot_height(plot));
}

/* Changes of the leader: a line each, and whose it is from there on. */
static void draw_leaders(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;

	for (size_t i = 0; i < chronicle->leader_count && i < LEADERS_DRAWN;
	     i++)
		fprintf(plot->out,
			"<path class=\"leader\" d=\"M%.1f 0V%d\"/>\n",
			plot_x(plot, chronicle->leaders[i].time_ns),
			plot_height(plot));
}

/* A name stands where there is room for it. */
static void name_leaders(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;
	double free = -1;

	for (size_t i = 0; i < chronicle->leader_count && i < LEADERS_DRAWN;
	     i++) {
		const struct leader_mark *mark = &chronicle->leaders[i];
		double share = across(plot, mark->time_ns);
		const char *nodes = text_shown(plot->arena, mark->nodes, false);

		if (share < free)
			continue;
		free = share + LEADER_ROOM;
		write_label(plot, 'n', share,
			    text_xml(plot->arena,
				     *nodes ? text_cut(plot->arena, nodes,
						       LEADER_POINTS)
					    : "none"));
	}
}

static void name_bands(const struct plot *plot)
{
	const struct chronicle *chronicle = plot->chronicle;

	for (size_t i = 0; i < chronicle->band_count && i < BANDS_DRAWN; i++) {
		const struct band *band = &chronicle->bands[i];
		double start = across(plot, band->start_ns);
		double end = across(plot, or_end(plot, band->end_ns));
		const char *name = text_xml(plot->arena, band->name);

		if (plot->paper->picture) {
			plot_picture_band(plot, band, start, end);
			continue;
		}
		fprintf(plot->out,
			"<span class=\"b f%zu %s\" style=\"left:%.2f%%;"
			"width:%.2f%%\" title=\"%s: %s\">%s</span>\n",
			band->number % 6, band_effect_name(band->effect),
			100 * start, 100 * (end - start), name,
			band_effect_name(band->effect), name);
	}
}

void plot_open(const struct plot *plot)
{
	if (plot->paper->picture) {
		plot_picture_open(plot);
		return;
	}
	fprintf(plot->out, "<figure class=\"plot\"><figcaption><b>%s</b>\n",
		text_xml(plot->arena, plot->title));
}

void plot_legend_begin(const struct plot *plot)
{
	if (!plot->paper->picture)
		fputs("<span class=\"legend\">", plot->out);
}

void plot_legend_item(const struct plot *plot, const char *class,
		      const char *text)
{
	if (plot->paper->picture) {
		plot_picture_legend(plot, class, text);
		return;
	}
	fprintf(plot->out, "<span><i class=\"%s\"></i>%s</span> ", class,
		text_xml(plot->arena, text));
}

void plot_legend_end(const struct plot *plot)
{
	if (!plot->paper->picture)
		fputs("</span>\n", plot->out);
}

/* Labels lie around the drawing, which they are no part of in a page. */
static void write_labels(const struct plot *plot)
{
	name_bands(plot);
	if (plot->rows) {
		write_rows(plot);
	} else {
		name_leaders(plot);
		write_values(plot);
	}
	write_times(plot);
}

void plot_draw(const struct plot *plot)
{
	if (plot->paper->picture) {
		plot_picture_draw(plot);
		write_labels(plot);
	} else {
		fprintf(plot->out,
			"</figcaption>\n<div class=\"frame\" "
			"style=\"height:%dpx\">\n",
			plot_height(plot));
		write_labels(plot);
		fprintf(plot->out,
			"<svg role=\"img\" viewBox=\"0 0 %d %d\" "
			"preserveAspectRatio=\"none\"><title>%s</title>\n",
			PLOT_WIDTH, plot_height(plot),
			text_xml(plot->arena, plot->title));
	}
	draw_bands(plot);
	draw_leaders(plot);
	draw_grid(plot);
}

void plot_close(const struct plot *plot)
{
	if (!plot->paper->picture) {
		fputs("</svg></div></figure>\n", plot->out);
		return;
	}
	fputs("</g></svg>\n", plot->out);
	plot->paper->picture(plot->paper->context, plot->title);
}
