/* SPDX-License-Identifier: MIT */
/* The frame of a plot that is a picture: what is text of the page elsewhere. */
#include <string.h>

#include "harness/report/picture_frame.h"
#include "harness/report/plot_private.h"
#include "harness/report/text.h"

#define LEFT 88
#define TOP 88
#define BOTTOM 32
#define LEGEND_Y 54
#define BAND_GLYPH 6.2 /* about as wide as one is */
#define LEGEND_POINTS 24

void plot_picture_open(const struct plot *plot)
{
	picture_open(plot->out, plot->title, plot->paper->caption,
		     TOP + plot_height(plot) + BOTTOM);
	fprintf(plot->out, "<text class=\"legend\" x=\"%d\" y=\"%d\">",
		PICTURE_MARGIN, LEGEND_Y);
}

/* A square, or the stroke of a line. */
static const char *sign_of(const char *class)
{
	if (strcmp(class, "p50") == 0)
		return "\u2501";
	if (strcmp(class, "p95") == 0)
		return "\u2505";
	return strcmp(class, "p99") == 0 ? "\u2509" : "\u25a0";
}

void plot_picture_legend(const struct plot *plot, const char *class,
			 const char *text)
{
	text = text_cut(plot->arena, text_shown(plot->arena, text, false),
			LEGEND_POINTS);
	fprintf(plot->out,
		"<tspan class=\"sign %s\">%s</tspan>"
		"<tspan dx=\"5\">%s</tspan><tspan dx=\"14\"> </tspan>",
		class, sign_of(class), text_xml(plot->arena, text));
}

void plot_picture_draw(const struct plot *plot)
{
	fprintf(plot->out, "</text>\n<g transform=\"translate(%d %d)\">\n",
		LEFT, TOP);
}

void plot_picture_label(const struct plot *plot, char axis, double share,
			const char *text)
{
	double x = axis == 'y' ? -8 : share * PLOT_WIDTH;
	double y = axis == 'x' ? plot_height(plot) + 17
			       : (1 - share) * plot_height(plot) + 4;

	if (axis == 'n')
		y = 11;
	fprintf(plot->out,
		"<text class=\"%c\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", axis, x,
		y, text);
}

void plot_picture_band(const struct plot *plot, const struct band *band,
		       double start, double end)
{
	double width = (end - start) * PLOT_WIDTH;
	size_t room = (size_t)(width / BAND_GLYPH);
	const char *name = text_shown(plot->arena, band->name, false);

	fprintf(plot->out, "<path class=\"b f%zu %s\" d=\"M%.1f -3h%.1f\"/>\n",
		band->number % 6, band_effect_name(band->effect),
		start * PLOT_WIDTH, width > 1 ? width : 1);
	if (room < 3)
		return;
	fprintf(plot->out,
		"<text class=\"bn f%zu\" x=\"%.1f\" y=\"-8\">%s</text>\n",
		band->number % 6, start * PLOT_WIDTH,
		text_xml(plot->arena, text_cut(plot->arena, name, room - 1)));
}
