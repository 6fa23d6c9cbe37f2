/* SPDX-License-Identifier: MIT */
#include "harness/core/reader.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/input.h"
#include "harness/core/jsonl.h"
#include "harness/core/reader_format.h"

struct history_stream {
	struct history *history;
	struct read_options options;
	struct read_info info;
	const struct read_format *format; /* NULL: not known yet */
	struct jsonl *jsonl;
	bool has_failed;
	char *pending; /* the beginning of a line; of other formats, all */
	size_t pending_length;
	size_t pending_capacity;
};

struct history_stream *history_stream_new(struct history *history,
					  const struct read_options *options)
{
	struct history_stream *stream = heap_zeroed(1, sizeof(*stream));

	stream->history = history;
	if (options)
		stream->options = *options;
	return stream;
}

void history_stream_free(struct history_stream *stream)
{
	if (!stream)
		return;
	jsonl_free(stream->jsonl);
	free(stream->pending);
	free(stream);
}

const struct read_info *history_stream_info(const struct history_stream *stream)
{
	return &stream->info;
}

/* Keeps bytes, with a newline and room to read on behind them. */
static void keep(struct history_stream *stream, const char *bytes,
		 size_t length)
{
	size_t used = stream->pending_length + length;

	stream->pending =
		array_reserve(stream->pending, &stream->pending_capacity,
			      used + 1 + READER_PAD, 1);
	memcpy(stream->pending + stream->pending_length, bytes, length);
	memset(stream->pending + used, 0, 1 + READER_PAD);
	stream->pending[used] = '\n';
	stream->pending_length = used;
}

static int add_line(struct history_stream *stream, const char *line,
		    const char *end, bool *is_cut, struct error *err)
{
	stream->info.lines++;
	return jsonl_line(stream->jsonl, line, end, is_cut, err);
}

/* Completes the line whose beginning is kept. Returns where the next one
 * begins, NULL on error; `end` when there is no end of line. */
static const char *add_pending(struct history_stream *stream, const char *bytes,
			       const char *end, struct error *err)
{
	const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
	bool is_cut;
	int rc;

	keep(stream, bytes, (size_t)((newline ? newline : end) - bytes));
	if (!newline)
		return end;
	rc = add_line(stream, stream->pending,
		      stream->pending + stream->pending_length, &is_cut, err);
	stream->pending_length = 0;
	return rc ? NULL : newline + 1;
}

static int add_lines(struct history_stream *stream, const char *bytes,
		     size_t length, struct error *err)
{
	const char *end = bytes + length;
	const char *newline;
	bool is_cut;

	if (stream->pending_length > 0) {
		bytes = add_pending(stream, bytes, end, err);
		if (!bytes)
			return -1;
	}
	while (bytes < end) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		/* The scanner loads words beyond the end of a line, so one at
		 * the end of the piece is copied. */
		if (!newline || end - newline <= READER_PAD) {
			bytes = add_pending(stream, bytes, end, err);
			if (!bytes)
				return -1;
			continue;
		}
		if (add_line(stream, bytes, newline, &is_cut, err))
			return -1;
		bytes = newline + 1;
	}
	return 0;
}

static int find_format(struct history_stream *stream, const char *bytes,
		       size_t length, bool is_all, struct error *err)
{
	bool needs_more = false;

	stream->format =
		read_format_of(bytes, length, is_all, &needs_more, err);
	if (!stream->format)
		return needs_more ? 0 : -1;
	stream->info.format = stream->format->name;
	stream->info.has_real_time = stream->format->has_real_time;
	if (!stream->format->read) {
		stream->info.is_independent =
			stream->options.independent == READ_INDEPENDENT_YES;
		stream->jsonl =
			jsonl_new(stream->history, stream->info.is_independent);
	}
	return 0;
}

/* What was kept before the format was known. */
static int add_kept(struct history_stream *stream, struct error *err)
{
	char *bytes = stream->pending;
	size_t length = stream->pending_length;
	int rc;

	stream->pending = NULL;
	stream->pending_length = 0;
	stream->pending_capacity = 0;
	rc = add_lines(stream, bytes, length, err);
	free(bytes);
	return rc;
}

static int feed(struct history_stream *stream, const char *bytes, size_t length,
		struct error *err)
{
	if (stream->format) {
		if (!stream->format->read)
			return add_lines(stream, bytes, length, err);
		keep(stream, bytes, length);
		return 0;
	}
	if (stream->pending_length == 0) {
		if (find_format(stream, bytes, length, false, err))
			return -1;
		if (stream->format)
			return feed(stream, bytes, length, err);
	}
	keep(stream, bytes, length);
	if (find_format(stream, stream->pending, stream->pending_length, false,
			err))
		return -1;
	if (stream->format && !stream->format->read)
		return add_kept(stream, err);
	return 0;
}

/* "LINE: " in front, where it is about a line. */
static int fail(struct history_stream *stream, struct error *err)
{
	stream->has_failed = true;
	if (stream->info.lines > 0)
		return error_wrap(err, "%zu", stream->info.lines);
	return -1;
}

int history_stream_feed(struct history_stream *stream, const char *bytes,
			size_t length, struct error *err)
{
	if (stream->has_failed)
		return error_set(err, "the stream has failed before");
	if (length == 0 || feed(stream, bytes, length, err) == 0)
		return 0;
	return fail(stream, err);
}

static int finish_lines(struct history_stream *stream, struct error *err)
{
	bool is_cut = false;

	if (stream->pending_length == 0)
		return 0;
	if (add_line(stream, stream->pending,
		     stream->pending + stream->pending_length, &is_cut,
		     err) == 0)
		return 0;
	if (!is_cut)
		return -1;
	stream->info.is_torn = true;
	return 0;
}

static int finish(struct history_stream *stream, struct error *err)
{
	struct read_text text;

	keep(stream, "", 0);
	if (!stream->format) {
		if (find_format(stream, stream->pending, stream->pending_length,
				true, err))
			return -1;
		if (!stream->format->read && add_kept(stream, err))
			return -1;
	}
	if (!stream->format->read)
		return finish_lines(stream, err);
	text = (struct read_text){ stream->pending, stream->pending_length,
				   &stream->options, &stream->info };
	return stream->format->read(stream->history, &text, err);
}

int history_stream_finish(struct history_stream *stream, struct error *err)
{
	if (stream->has_failed)
		return error_set(err, "the stream has failed before");
	return finish(stream, err) == 0 ? 0 : fail(stream, err);
}

static int read_all(struct history_stream *stream, struct input *input,
		    struct error *err)
{
	const char *bytes;
	size_t length;

	for (;;) {
		if (input_next(input, &bytes, &length, err))
			return -1;
		if (length == 0)
			return history_stream_finish(stream, err);
		if (history_stream_feed(stream, bytes, length, err))
			return -1;
	}
}

/* Takes the input, which may be NULL with the error set. */
static struct history *read_input(const char *name, struct input *input,
				  const struct read_options *options,
				  struct read_info *info, struct error *err)
{
	struct history *history = history_new();
	struct history_stream *stream = history_stream_new(history, options);
	int rc = input ? read_all(stream, input, err) : -1;

	if (info)
		*info = stream->info;
	if (rc) {
		/* "FILE:LINE: ..." has no space in front of the line. */
		if (stream->has_failed && stream->info.lines > 0)
			error_set(err, "%s:%s", name, err->text);
		else
			error_wrap(err, "%s", name);
		history_free(history);
		history = NULL;
	}
	history_stream_free(stream);
	input_close(input);
	return history;
}

struct history *history_read(const char *path,
			     const struct read_options *options,
			     struct read_info *info, struct error *err)
{
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;

	return read_input(name, input_open(path, err), options, info, err);
}

struct history *history_read_bytes(const char *name, const char *bytes,
				   size_t length,
				   const struct read_options *options,
				   struct read_info *info, struct error *err)
{
	return read_input(name, input_of_bytes(bytes, length, err), options,
			  info, err);
}
