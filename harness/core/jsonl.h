/* SPDX-License-Identifier: MIT */
/* Reads lines of our history.jsonl into a history. */
#ifndef ORDEAL_CORE_JSONL_H
#define ORDEAL_CORE_JSONL_H

#include "harness/core/error.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A line is one JSON object. Known fields: index, time, process, type, f,
 * key, value, result, error, node, in any order, none twice; others are
 * skipped, but must be well-formed. There is no tree between the text and the
 * columns: a scanner writes what it finds into the entry.
 *
 * Beyond RFC 8259: an integer of more than 64 bits and any number with a
 * fraction or an exponent is a VALUE_NUMBER with its text; "\u0000" is
 * refused; in a map whose key comes twice the last one counts.
 */
struct jsonl;

/* Bytes behind a line that must be readable (not meaningful), so that the
 * scanner may load whole words. */
#define JSONL_PAD 64

/* A reader that appends to `history`, which stays the caller's. With
 * `is_independent` each client's value is [key, value]. */
struct jsonl *jsonl_new(struct history *history, bool is_independent);
void jsonl_free(struct jsonl *jsonl); /* NULL is accepted */

/*
 * Appends the entry that stands at `line`; a line of white space is none. The
 * line ends at `end`, where there is a newline and JSONL_PAD bytes after it.
 * -1 with a sentence when it is not an entry or does not fit the history;
 * then *is_cut tells that the text is the beginning of an object and no more.
 */
int jsonl_line(struct jsonl *jsonl, const char *line, const char *end,
	       bool *is_cut, struct error *err);

#endif
