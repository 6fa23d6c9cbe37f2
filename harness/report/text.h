/* SPDX-License-Identifier: MIT */
/* Text from histories, logs and stores, made safe to show. */
#ifndef ORDEAL_REPORT_TEXT_H
#define ORDEAL_REPORT_TEXT_H

#include "harness/core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Bytes of the code point at `text` (at most `left` bytes), which goes to
 * *point; 0 when they are not valid UTF-8.
 */
size_t utf8_decode(const char *text, size_t left, uint32_t *point);

/* True for what may act on a terminal or turn text around: C0 and C1 control
 * characters, DEL, bidirectional and invisible formatting. */
bool point_is_control(uint32_t point);

/*
 * `text` for a terminal, in the arena: control characters and bytes that are
 * not UTF-8 are shown as \n, \t, \x1b, \u202e. With `keep_lines`, line feeds
 * (and tabs) stay as they are. NULL becomes "".
 */
const char *text_shown(struct arena *arena, const char *text, bool keep_lines);

/* `text` as valid UTF-8: a byte that is not becomes U+FFFD. */
const char *text_utf8(struct arena *arena, const char *text, size_t length);

/* For XML content and attribute values: & < > " ' escaped, what XML 1.0 may
 * not hold shown as by text_shown. */
const char *text_xml(struct arena *arena, const char *text);

/* For a cell of a Markdown table and for running text: on one line, HTML and
 * Markdown's own signs without effect. */
const char *text_markdown(struct arena *arena, const char *text);

/* Cut after `points` code points, with an ellipsis where something is lost. */
const char *text_cut(struct arena *arena, const char *text, size_t points);

/* Whether to use colour on `out`: a terminal, NO_COLOR not set (or empty),
 * TERM not "dumb". */
bool text_colour_wanted(FILE *out);

#endif
