/* SPDX-License-Identifier: MIT */
/* Where spans go: a file, or a server. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/report/export_private.h"
#include "harness/report/json.h"
#include "harness/report/post.h"
#include "harness/report/text.h"

static void add_bytes(struct text_buffer *buffer, const char *bytes,
		      size_t count)
{
	buffer->text = array_reserve(buffer->text, &buffer->capacity,
				     buffer->length + count, 1);
	memcpy(buffer->text + buffer->length, bytes, count);
	buffer->length += count;
}

void buffer_add(struct text_buffer *buffer, const char *text)
{
	add_bytes(buffer, text, strlen(text));
}

void buffer_printf(struct text_buffer *buffer, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	buffer_add(buffer, text);
}

void buffer_quote(struct text_buffer *buffer, const char *text)
{
	const char *end = text + strlen(text);

	add_bytes(buffer, "\"", 1);
	while (text < end) {
		uint32_t point;
		size_t size = utf8_decode(text, (size_t)(end - text), &point);

		if (!size)
			buffer_add(buffer, "\xef\xbf\xbd");
		else if (point < 0x20)
			buffer_printf(buffer, "\\u%04x", (unsigned)point);
		else if (point == '"' || point == '\\')
			buffer_printf(buffer, "\\%c", (int)point);
		else
			add_bytes(buffer, text, size);
		text += size ? size : 1;
	}
	add_bytes(buffer, "\"", 1);
}

bool sink_is_url(const char *to)
{
	return strncmp(to, "http://", 7) == 0 ||
	       strncmp(to, "https://", 8) == 0;
}

/* "http://host:9411" gets the path that such servers have. */
static const char *whole_url(const struct sink *sink)
{
	const char *host = strstr(sink->to, "//") + 2;
	const char *slash = strchr(host, '/');

	if (slash && slash[1])
		return sink->to;
	return arena_printf(
		sink->arena, "%.*s%s",
		(int)(slash ? (size_t)(slash - sink->to) : strlen(sink->to)),
		sink->to, sink->format->path);
}

int sink_open(struct sink *sink, struct error *err)
{
	sink->is_first = true;
	if (sink_is_url(sink->to)) {
		sink->poster = poster_open(whole_url(sink), err);
		return sink->poster ? 0 : -1;
	}
	if (!file_stays(sink->to))
		sink->part = arena_printf(sink->arena, "%s.%ld.part", sink->to,
					  (long)getpid());
	sink->file = fopen(sink->part ? sink->part : sink->to, "we");
	if (!sink->file)
		return error_errno(err, "%s", sink->to);
	return 0;
}

void sink_add(struct sink *sink, const struct span *span)
{
	if (sink->spans == 0)
		sink->format->begin(sink);
	else
		buffer_add(&sink->buffer, ",\n");
	sink->format->add(sink, span);
	sink->spans++;
}

static int post(struct sink *sink, struct error *err)
{
	const char *answer;

	if (poster_send(sink->poster, sink->buffer.text, sink->buffer.length,
			&answer, err))
		return -1;
	if (sink->format->check && sink->format->check(answer, err))
		return error_wrap(err, "%s", sink->to);
	return 0;
}

int sink_flush(struct sink *sink, struct error *err)
{
	struct text_buffer *buffer = &sink->buffer;
	int result = 0;

	if (sink->spans == 0)
		return 0;
	sink->format->end(sink);
	if (sink->poster) {
		result = post(sink, err);
	} else {
		fputs(sink->is_first ? sink->format->before
				     : sink->format->between,
		      sink->file);
		if (fwrite(buffer->text, 1, buffer->length, sink->file) !=
		    buffer->length)
			result = error_errno(err, "%s", sink->to);
	}
	sink->is_first = false;
	sink->spans = 0;
	buffer->length = 0;
	return result;
}

int sink_finish(struct sink *sink, struct error *err)
{
	bool is_well;

	if (sink_flush(sink, err))
		return -1;
	if (sink->poster)
		return 0;
	fputs(sink->format->after, sink->file);
	is_well = fclose(sink->file) == 0;
	sink->file = NULL;
	if (!is_well || (sink->part && rename(sink->part, sink->to))) {
		error_errno(err, "%s", sink->to);
		if (sink->part)
			unlink(sink->part);
		return -1;
	}
	return 0;
}

void sink_release(struct sink *sink)
{
	if (sink->file) {
		fclose(sink->file);
		if (sink->part)
			unlink(sink->part);
	}
	poster_close(sink->poster);
	free(sink->buffer.text);
}
