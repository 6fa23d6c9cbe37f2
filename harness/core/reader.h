/* SPDX-License-Identifier: MIT */
/* Reads recorded histories, this tool's and others'. */
#ifndef ORDEAL_CORE_READER_H
#define ORDEAL_CORE_READER_H

#include "harness/core/error.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Formats, told by content and never by name:
 *
 *   jsonl       our JSON Lines, one object a line
 *   json        one JSON array of such objects (as elle-cli reads)
 *   edn         Jepsen's: a map a line, or one vector or list of maps
 *   jepsen-log  lines "INFO jepsen.util - PROCESS :TYPE :F VALUE"
 *   awdit       AWDIT's text: "w KEY VALUE", "r KEY VALUE", a line of dashes
 *               between transactions, of equal signs between sessions
 *   plume       "w(KEY,VALUE,SESSION,TRANSACTION)" and "r(...)"
 *   dbcop       dbcop's text, "[x:=1 y==2]!", or its JSON
 *
 * The last three tell no real time and no invocations: a session becomes a
 * process, a transaction an operation `txn` that completes before the
 * session's next one; operations of two sessions overlap in no sense, and
 * has_real_time is false. Where 0 stands for "never written" (awdit, plume)
 * it is nil.
 *
 * gzip and zstd are undone first. The path "-" is the standard input.
 */

enum read_independent {
	READ_INDEPENDENT_AUTO, /* EDN: when every client's value looks so */
	READ_INDEPENDENT_NO,
	READ_INDEPENDENT_YES, /* each client's value is [key, value] */
};

/* All zero is the default, as is a NULL pointer. */
struct read_options {
	enum read_independent independent;
};

/* What a reader found out on the way. */
struct read_info {
	const char *format; /* a name from above; NULL: not known yet */
	size_t lines;	    /* lines read; of an error, its line, or 0 if it is
			     * about the whole */
	bool is_torn; /* the last line, cut off by a crash, was left out */
	bool is_independent; /* values were taken for [key, value] */
	bool has_real_time;  /* the order of entries means real time */
};

/*
 * The history in the file, or NULL with "FILE:LINE: what is wrong". A last
 * line without a newline that is only the beginning of an entry is left out
 * (is_torn); everything else that cannot be understood is an error. `options`
 * and `info` may be NULL. The caller frees the history.
 */
struct history *history_read(const char *path,
			     const struct read_options *options,
			     struct read_info *info, struct error *err);

/* The same of bytes in memory, which may be compressed as well; `name` stands
 * in errors for the file. */
struct history *history_read_bytes(const char *name, const char *bytes,
				   size_t length,
				   const struct read_options *options,
				   struct read_info *info, struct error *err);

/*
 * A history read in pieces, as they come: our JSON Lines are appended line by
 * line, other formats at the end. Plain text, not compressed. One thread.
 */
struct history_stream;

/* Appends to `history`, which stays the caller's. */
struct history_stream *history_stream_new(struct history *history,
					  const struct read_options *options);
void history_stream_free(struct history_stream *stream); /* NULL is accepted */

/* Takes `length` bytes, cut anywhere. -1 with "LINE: what is wrong"; the
 * stream takes nothing more then. */
int history_stream_feed(struct history_stream *stream, const char *bytes,
			size_t length, struct error *err);
/* There is no more: takes what is left. */
int history_stream_finish(struct history_stream *stream, struct error *err);

/* As far as it has come; valid as long as the stream. */
const struct read_info *history_stream_info(const struct history_stream *);

#endif
