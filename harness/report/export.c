/* SPDX-License-Identifier: MIT */
/* From a history to spans. */
#include "harness/report/export_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/report/json.h"
#include "harness/report/sha256.h"

#define BATCH_DEFAULT 1000

/* The finalizer of splitmix64: one to one, so ids differ when numbers do. */
static uint64_t span_id(const struct export_trace *trace,
			enum span_family family, uint64_t number)
{
	uint64_t x = (((uint64_t)family << 60) | number) ^ trace->salt;

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return x ? x : 1; /* 0 is no id */
}

uint64_t export_span_id(const struct export *export, enum span_family family,
			uint64_t number)
{
	return span_id(&export->trace, family, number);
}

/* The last two parts of the folder's path: "etcd-register/20261122T...". */
static const char *run_name(const char *folder, struct arena *arena)
{
	size_t length = strlen(folder);
	const char *name;
	int slashes = 0;

	while (length && folder[length - 1] == '/')
		length--;
	folder = arena_strndup(arena, folder, length);
	name = folder + length;
	while (name > folder) {
		if (name[-1] == '/' && ++slashes == 2)
			break;
		name--;
	}
	return name;
}

void export_trace_of(struct export_trace *trace, const char *folder)
{
	struct arena arena = { 0 };
	const char *name = run_name(folder, &arena);
	uint8_t digest[SHA256_SIZE];
	struct sha256 sha;
	char digits[65];

	sha256_init(&sha, false);
	sha256_add(&sha, name, strlen(name));
	sha256_finish(&sha, digest);
	memcpy(&trace->salt, digest + 16, sizeof(trace->salt));
	sha256_hex(digest, digits);
	digits[32] = '\0';
	memcpy(trace->id, digits, sizeof(trace->id));
	arena_release(&arena);
}

void export_traceparent(const struct export_trace *trace, uint64_t index,
			char *text)
{
	snprintf(text, TRACEPARENT_SIZE, "00-%s-%016" PRIx64 "-01", trace->id,
		 span_id(trace, SPAN_OPERATION, index));
}

void export_name(struct export *export)
{
	export->name = run_name(export->source->folder, &export->arena);
	export_trace_of(&export->trace, export->source->folder);
	export->root = export_span_id(export, SPAN_RUN, 0);
}

void span_add_text(struct span *span, const char *name, const char *text)
{
	if (text && *text && span->count < FIELDS_MAX)
		span->fields[span->count++] =
			(struct span_field){ .name = name, .text = text };
}

void span_add_number(struct span *span, const char *name, int64_t number)
{
	if (span->count < FIELDS_MAX)
		span->fields[span->count++] =
			(struct span_field){ .name = name, .number = number };
}

const char *export_plain(struct export *export, const json_t *json)
{
	const char *text;
	char *dumped;

	if (!json || json_is_null(json))
		return NULL;
	if (json_is_string(json))
		return arena_strdup(&export->short_lived,
				    json_string_value(json));
	dumped = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT);
	text = arena_strdup(&export->short_lived, dumped ? dumped : "");
	free(dumped);
	return text;
}

static int flush(struct export *export, struct error *err)
{
	for (size_t i = 0; i < export->sink_count; i++) {
		if (sink_flush(&export->sinks[i], err))
			return -1;
	}
	arena_release(&export->short_lived);
	return 0;
}

/* Its times are of the history; one that is not known is the beginning's or
 * the end's. */
int export_give(struct export *export, struct span *span, struct error *err)
{
	int64_t epoch_ns = export->source->epoch_ns;

	if (span->start_ns < 0)
		span->start_ns = export->chronicle.start_ns;
	if (span->end_ns < span->start_ns)
		span->end_ns = export->chronicle.end_ns;
	if (span->end_ns < span->start_ns)
		span->end_ns = span->start_ns;
	span->start_ns += epoch_ns;
	span->end_ns += epoch_ns;
	for (size_t i = 0; i < export->sink_count; i++) {
		if (!span->was_sent || !export->sinks[i].poster)
			sink_add(&export->sinks[i], span);
	}
	export->spans++;
	return export->spans % export->batch ? 0 : flush(export, err);
}

static int give_run(struct export *export, struct error *err)
{
	const struct export_source *source = export->source;
	const json_t *config = source->config;
	struct span span = {
		.id = export->root,
		.name = "run",
		.start_ns = export->chronicle.start_ns,
		.end_ns = export->chronicle.end_ns,
	};
	const json_t *valid = json_object_get(source->results, "valid");

	span_add_text(&span, "ordeal.run", export->name);
	span_add_text(
		&span, "ordeal.target",
		export_plain(export,
			     json_object_get(json_object_get(config, "target"),
					     "name")));
	span_add_text(&span, "ordeal.workload",
		      export_plain(export,
				   json_object_get(
					   json_object_get(config, "workload"),
					   "name")));
	span_add_text(&span, "ordeal.seed",
		      export_plain(export, json_object_get(config, "seed")));
	span_add_text(&span, "ordeal.valid", export_plain(export, valid));
	span_add_text(&span, "ordeal.reason",
		      export_plain(export,
				   json_object_get(source->results, "reason")));
	span_add_number(&span, "ordeal.operations",
			(int64_t) export->chronicle.client_count);
	if (json_is_false(valid))
		span.error = "invalid";
	return export_give(export, &span, err);
}

static int give_phases(struct export *export, struct error *err)
{
	const struct chronicle *chronicle = &export->chronicle;

	for (size_t i = 0; i < chronicle->phase_count; i++) {
		const struct phase_mark *phase = &chronicle->phases[i];
		bool is_last = i + 1 == chronicle->phase_count;
		struct span span = {
			.id = export_span_id(export, SPAN_PHASE, i),
			.parent = export->root,
			.name = arena_printf(&export->short_lived, "phase %s",
					     phase->name),
			.start_ns = phase->time_ns,
			.end_ns = is_last ? chronicle->end_ns
					  : chronicle->phases[i + 1].time_ns,
		};

		span_add_text(&span, "ordeal.phase", phase->name);
		if (export_give(export, &span, err))
			return -1;
	}
	return 0;
}

static int give_faults(struct export *export, struct error *err)
{
	const struct chronicle *chronicle = &export->chronicle;

	for (size_t i = 0; i < chronicle->band_count; i++) {
		const struct band *band = &chronicle->bands[i];
		struct span span = {
			.id = export_span_id(export, SPAN_FAULT, i),
			.parent = export->root,
			.name = arena_printf(&export->short_lived, "fault %s",
					     band->name),
			.start_ns = band->start_ns,
			.end_ns = band->end_ns,
			.error = *band->error ? band->error : NULL,
		};

		span_add_text(&span, "ordeal.fault", band->name);
		span_add_text(&span, "ordeal.fault.target", band->target);
		span_add_text(&span, "ordeal.fault.detail", band->detail);
		span_add_text(&span, "ordeal.fault.effect",
			      band_effect_name(band->effect));
		span_add_text(&span, "ordeal.fault.heal",
			      band_effect_name(band->heal_effect));
		if (export_give(export, &span, err))
			return -1;
	}
	return 0;
}

static int give_all(struct export *export, struct error *err)
{
	const struct history *history = export->source->history;
	size_t mark = 0;

	if (give_run(export, err) || give_phases(export, err) ||
	    give_faults(export, err))
		return -1;
	for (size_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]) &&
		    export_operation(export, (uint32_t)i, &mark, err))
			return -1;
	}
	for (size_t i = 0; i < export->sink_count; i++) {
		if (sink_finish(&export->sinks[i], err))
			return -1;
	}
	return 0;
}

static void add_sink(struct export *export, const struct export_format *format,
		     const char *to, const char *trace)
{
	if (to)
		export->sinks[export->sink_count++] = (struct sink){
			.format = format,
			.to = to,
			.trace = trace,
			.name = export->name,
			.arena = &export->arena,
		};
}

int export_spans(const struct export_source *source, const struct export_to *to,
		 uint64_t *spans, struct error *err)
{
	struct export export = {
		.source = source,
		.batch = to->batch ? to->batch : BATCH_DEFAULT,
	};
	int result = 0;

	export_name(&export);
	chronicle_read(&export.chronicle, source->history, &export.arena);
	add_sink(&export, &export_otlp, to->otlp, export.trace.id);
	add_sink(&export, &export_zipkin, to->zipkin, export.trace.id);
	if (!export.chronicle.has_times)
		result = error_set(err,
				   "%s: the history tells no times, and "
				   "spans need some",
				   source->folder);
	export_read_marks(&export);
	for (size_t i = 0; result == 0 && i < export.sink_count; i++)
		result = sink_open(&export.sinks[i], err);
	if (result == 0)
		result = give_all(&export, err);
	*spans = export.spans;
	for (size_t i = 0; i < export.sink_count; i++)
		sink_release(&export.sinks[i]);
	free(export.marks);
	arena_release(&export.short_lived);
	arena_release(&export.arena);
	return result;
}
