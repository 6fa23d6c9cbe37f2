/* SPDX-License-Identifier: MIT */
/* The formats of histories, and how they are told apart. */
#ifndef ORDEAL_CORE_READER_FORMAT_H
#define ORDEAL_CORE_READER_FORMAT_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/reader.h"

#include <stdbool.h>
#include <stddef.h>

/* Bytes behind a text that its reader may load (not use). */
#define READER_PAD 64

/* A text that is wholly in memory: there is a newline at text[length], and
 * READER_PAD bytes after it. */
struct read_text {
	const char *text;
	size_t length;
	const struct read_options *options; /* never NULL */
	struct read_info *info;		    /* `lines` is kept up to date */
};

struct read_format {
	const char *name;
	bool has_real_time;
	/* Appends all entries. -1 with a sentence, info->lines being the line
	 * that it is about. NULL: JSON Lines, which are read line by line. */
	int (*read)(struct history *history, const struct read_text *text,
		    struct error *err);
};

/*
 * The format that the text is in, judged by its beginning. NULL with an error
 * if it is in none; NULL with *needs_more if that cannot be told yet, which
 * never is the case when `is_all` of it is there.
 */
const struct read_format *read_format_of(const char *text, size_t length,
					 bool is_all, bool *needs_more,
					 struct error *err);

#endif
