/* SPDX-License-Identifier: MIT */
/* A run as a trace: for OpenTelemetry, Zipkin, and what reads them. */
#ifndef ORDEAL_REPORT_EXPORT_H
#define ORDEAL_REPORT_EXPORT_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/option.h"

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A run is one trace: a span for the run, below it one for each phase, fault
 * and operation. A span's attributes are what history.jsonl says of the
 * operation, under the same names with "ordeal." before them, and
 * ordeal.anomaly where it proves one. Numbers of the trace and its spans
 * follow from the run's name and the indexes: exporting twice gives the same
 * spans, and whoever knows an index can compute (or search for) its span.
 *
 * Spans are made, written and sent in batches; memory beside the history does
 * not grow with it.
 */
struct export_to {
	const char *otlp;   /* a URL or a file, or NULL */
	const char *zipkin; /* likewise */
	size_t batch;	    /* spans at a time; 0: 1000 */
};

/* Numbers of a run's trace and its spans: they follow from its folder. */
struct export_trace {
	char id[33];   /* digits */
	uint64_t salt; /* of the spans' ids */
};

void export_trace_of(struct export_trace *trace, const char *folder);

/* What a client sends along with the operation that was invoked at `index`, so
 * that the store's own spans hang below ours: the header `traceparent` of
 * W3C's Trace Context. Writes TRACEPARENT_SIZE bytes, with the NUL. */
#define TRACEPARENT_SIZE 56
void export_traceparent(const struct export_trace *trace, uint64_t index,
			char *text);

struct export_live;

/* What is exported; all borrowed. */
struct export_source {
	const struct history *history;
	const char *folder;    /* of the run, or a file: names the trace */
	const json_t *config;  /* config.json, or NULL */
	const json_t *results; /* results.json, or NULL */
	int64_t epoch_ns;      /* the wall clock where the history's is 0 */
	/* What a server got already while the run went on is not sent to it
	 * again, but for what proves an anomaly, which it learns now. NULL:
	 * nothing. */
	const struct export_live *live;
};

/*
 * A URL (http://, https://) is posted to, with the usual path where it has
 * none: /v1/traces for OTLP (JSON), /api/v2/spans for Zipkin. Anything else is
 * a file, which appears when it is whole: for OTLP a request a line (as the
 * collector's file exporter writes and its receiver reads), for Zipkin one
 * list. *spans says how many. -1 with a sentence.
 */
int export_spans(const struct export_source *source, const struct export_to *to,
		 uint64_t *spans, struct error *err);

/*
 * The wall clock at the beginning of a recorded run, as near as its folder
 * tells: schedule.json is written the moment before; where the folder was
 * copied since, the folder's name counts, which is as late as set-up was long.
 * For a file: when it was written last.
 */
int64_t export_epoch_ns(const char *folder, const struct history *history);

/* The same for a run that began at `start_ns` of clock_now_ns(). */
int64_t export_epoch_of(int64_t start_ns);

/* export_spans() of a run's folder, with what its config.json and its
 * results.json tell; of a file there are none. */
int export_run(const char *folder, const struct history *history,
	       int64_t epoch_ns, const struct export_live *live,
	       const struct export_to *to, uint64_t *spans, struct error *err);

/* Rows for a table of options that --help prints. */
#define EXPORT_OPTIONS                                                \
	{ "otlp", OPTION_TEXT, NULL,                                  \
	  "export spans as OTLP JSON to this URL or file", NULL },    \
	{                                                             \
		"zipkin", OPTION_TEXT, NULL,                          \
			"export spans as Zipkin JSON to this URL or " \
			"file",                                       \
			NULL                                          \
	}

struct export_to export_to_of(const struct options *options);

#endif
