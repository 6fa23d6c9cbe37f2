/* SPDX-License-Identifier: MIT */
/* Plots as pictures of their own; for plot*.c alone. */
#ifndef ORDEAL_REPORT_PLOT_PRIVATE_H
#define ORDEAL_REPORT_PLOT_PRIVATE_H

#include "harness/report/plot.h"

/* Of the drawing, in units. */
int plot_height(const struct plot *plot);

/* What plot_open, plot_legend_item and plot_draw do in a picture: the drawing
 * is a group with its origin where it begins. */
void plot_picture_open(const struct plot *plot);
void plot_picture_legend(const struct plot *plot, const char *class,
			 const char *text);
void plot_picture_draw(const struct plot *plot);

/* A label of an axis ('x' or 'y'), escaped, at a share of its length. */
void plot_picture_label(const struct plot *plot, char axis, double share,
			const char *text);
/* A fault's name above the drawing, from `start` to `end` of its width. */
void plot_picture_band(const struct plot *plot, const struct band *band,
		       double start, double end);

#endif
