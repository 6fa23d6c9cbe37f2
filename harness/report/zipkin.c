/* SPDX-License-Identifier: MIT */
/*
 * Zipkin v2 JSON (zipkin.io/zipkin-api): a list of spans, times in
 * microseconds, tags that are all texts. A span that failed has the tag
 * "error".
 */
#include <inttypes.h>
#include <stdlib.h>

#include "harness/report/export_private.h"

static void begin(struct sink *sink)
{
	if (sink->poster)
		buffer_add(&sink->buffer, "[");
}

static void add_tag(struct text_buffer *out, const struct span_field *field,
		    bool is_first)
{
	if (!is_first)
		buffer_add(out, ",");
	buffer_quote(out, field->name);
	buffer_add(out, ":");
	if (field->text)
		buffer_quote(out, field->text);
	else
		buffer_printf(out, "\"%" PRId64 "\"", field->number);
}

static void add(struct sink *sink, const struct span *span)
{
	struct text_buffer *out = &sink->buffer;
	const struct span_field error = { .name = "error",
					  .text = span->error };
	int64_t length_us = (span->end_ns - span->start_ns) / 1000;

	buffer_printf(out, "{\"traceId\":\"%s\",\"id\":\"%016" PRIx64 "\"",
		      sink->trace, span->id);
	if (span->parent)
		buffer_printf(out, ",\"parentId\":\"%016" PRIx64 "\"",
			      span->parent);
	if (span->is_client)
		buffer_add(out, ",\"kind\":\"CLIENT\"");
	buffer_add(out, ",\"name\":");
	buffer_quote(out, span->name);
	/* Nothing takes no time at all there. */
	buffer_printf(out, ",\"timestamp\":%" PRId64 ",\"duration\":%" PRId64,
		      span->start_ns / 1000, length_us > 0 ? length_us : 1);
	buffer_add(out, ",\"localEndpoint\":{\"serviceName\":\"ordeal\"}");
	if (span->node) {
		buffer_add(out, ",\"remoteEndpoint\":{\"serviceName\":");
		buffer_quote(out, span->node);
		buffer_add(out, "}");
	}
	buffer_add(out, ",\"tags\":{");
	for (size_t i = 0; i < span->count; i++)
		add_tag(out, &span->fields[i], i == 0);
	if (span->error)
		add_tag(out, &error, span->count == 0);
	buffer_add(out, "}}");
}

static void end(struct sink *sink)
{
	if (sink->poster)
		buffer_add(&sink->buffer, "]");
}

const struct export_format export_zipkin = {
	.name = "zipkin",
	.path = "/api/v2/spans",
	.begin = begin,
	.add = add,
	.end = end,
	.before = "[",
	.between = ",\n",
	.after = "]\n",
};
