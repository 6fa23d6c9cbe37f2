/* SPDX-License-Identifier: MIT */
/* An SVG that stands alone: its own colours, light and dark. */
#ifndef ORDEAL_REPORT_PICTURE_FRAME_H
#define ORDEAL_REPORT_PICTURE_FRAME_H

#include <stdio.h>

#define PICTURE_WIDTH 1112
#define PICTURE_MARGIN 20

/*
 * Begins a picture: root, style, background, title and, at its right, the
 * caption (NULL: none). What follows is in units of pixels and ends with
 * "</svg>". A class sets the colour (the names of a page's style sheet), what
 * is drawn uses it; there are no variables, which converters do not know. The
 * background is its own, so that it is read on white and on dark; it follows
 * the reader's theme where it is shown by a browser.
 */
void picture_open(FILE *out, const char *title, const char *caption,
		  int height);

#endif
