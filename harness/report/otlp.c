/* SPDX-License-Identifier: MIT */
/*
 * OTLP/HTTP in JSON (opentelemetry.io, "OTLP Specification" 1.x): a request of
 * one resource, whose spans are those of the batch. Numbers of 64 bits are
 * strings there, ids are digits.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/export_private.h"
#include "harness/report/version.h"

#define KIND_INTERNAL 1
#define KIND_CLIENT 3
#define STATUS_ERROR 2

static void add_attribute(struct text_buffer *out,
			  const struct span_field *field)
{
	buffer_add(out, "{\"key\":");
	buffer_quote(out, field->name);
	if (field->text) {
		buffer_add(out, ",\"value\":{\"stringValue\":");
		buffer_quote(out, field->text);
		buffer_add(out, "}}");
	} else {
		buffer_printf(out, ",\"value\":{\"intValue\":\"%" PRId64 "\"}}",
			      field->number);
	}
}

static void begin(struct sink *sink)
{
	struct text_buffer *out = &sink->buffer;
	const struct span_field service = { .name = "service.name",
					    .text = "ordeal" };
	const struct span_field run = { .name = "ordeal.run",
					.text = sink->name };

	buffer_add(out, "{\"resourceSpans\":[{\"resource\":{\"attributes\":[");
	add_attribute(out, &service);
	buffer_add(out, ",");
	add_attribute(out, &run);
	buffer_add(out, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"ordeal\","
			"\"version\":");
	buffer_quote(out, version_ordeal());
	buffer_add(out, "},\"spans\":[");
}

static void add(struct sink *sink, const struct span *span)
{
	struct text_buffer *out = &sink->buffer;
	const struct span_field server = { .name = "server.address",
					   .text = span->node };

	buffer_printf(out, "{\"traceId\":\"%s\",\"spanId\":\"%016" PRIx64 "\"",
		      sink->trace, span->id);
	if (span->parent)
		buffer_printf(out, ",\"parentSpanId\":\"%016" PRIx64 "\"",
			      span->parent);
	buffer_add(out, ",\"name\":");
	buffer_quote(out, span->name);
	buffer_printf(out,
		      ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64
		      "\",\"endTimeUnixNano\":\"%" PRId64 "\",\"attributes\":[",
		      span->is_client ? KIND_CLIENT : KIND_INTERNAL,
		      span->start_ns, span->end_ns);
	for (size_t i = 0; i < span->count; i++) {
		if (i)
			buffer_add(out, ",");
		add_attribute(out, &span->fields[i]);
	}
	if (span->node) {
		if (span->count)
			buffer_add(out, ",");
		add_attribute(out, &server);
	}
	buffer_add(out, "],\"status\":{");
	if (span->error) {
		buffer_printf(out, "\"code\":%d,\"message\":", STATUS_ERROR);
		buffer_quote(out, span->error);
	}
	buffer_add(out, "}}");
}

/* No line feeds: a request is a line of a file. */
static void end(struct sink *sink)
{
	buffer_add(&sink->buffer, "]}]}]}");
	for (size_t i = 0; i < sink->buffer.length; i++) {
		if (sink->buffer.text[i] == '\n')
			sink->buffer.text[i] = ' ';
	}
}

/* A server may take some spans and say so with status 200. */
static int check(const char *answer, struct error *err)
{
	json_t *json = json_loads(answer, 0, NULL);
	const json_t *partial = json_object_get(json, "partialSuccess");
	const json_t *rejected = json_object_get(partial, "rejectedSpans");
	const char *message =
		json_string_value(json_object_get(partial, "errorMessage"));
	const char *text = json_string_value(rejected);
	long long count =
		text ? strtoll(text, NULL, 10) : json_integer_value(rejected);
	int result = 0;

	if (count > 0)
		result = error_set(err, "%lld spans were rejected: %s", count,
				   message ? message : "no reason is given");
	json_decref(json);
	return result;
}

const struct export_format export_otlp = {
	.name = "otlp",
	.path = "/v1/traces",
	.begin = begin,
	.add = add,
	.end = end,
	.before = "",
	.between = "\n",
	.after = "\n",
	.check = check,
};
