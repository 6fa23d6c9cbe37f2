/* SPDX-License-Identifier: MIT */
/* Between the files of the export. */
#ifndef ORDEAL_REPORT_EXPORT_PRIVATE_H
#define ORDEAL_REPORT_EXPORT_PRIVATE_H

#include "harness/report/export.h"
#include "harness/report/html_chronicle.h"

#include <stdbool.h>
#include <stdio.h>

#define FIELDS_MAX 24
#define FORMATS 2

/* Text that grows; there is no NUL. */
struct text_buffer {
	char *text;
	size_t length;
	size_t capacity;
};

void buffer_add(struct text_buffer *buffer, const char *text);
void buffer_printf(struct text_buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* As a JSON string, in quotes; bytes that are not UTF-8 become U+FFFD. */
void buffer_quote(struct text_buffer *buffer, const char *text);

struct span_field {
	const char *name;
	const char *text; /* NULL: `number` counts */
	int64_t number;
};

struct span {
	uint64_t id;
	uint64_t parent; /* 0: the root */
	const char *name;
	const char *node;  /* who was talked to, or NULL */
	const char *error; /* why it failed, or NULL */
	bool is_client;	   /* an operation */
	bool was_sent;	   /* servers have it already */
	int64_t start_ns;  /* of the epoch */
	int64_t end_ns;
	struct span_field fields[FIELDS_MAX];
	size_t count;
};

/* Where spans go, in one format. */
struct sink {
	const struct export_format *format;
	const char *to;
	struct text_buffer buffer;
	size_t spans;	  /* in the buffer */
	bool is_first;	  /* nothing was written yet */
	const char *part; /* a file: its name until it is whole */
	FILE *file;
	struct poster *poster;
	const char *trace; /* 32 digits */
	const char *name;  /* of the run */
	struct arena *arena;
};

/* A batch is begin, add (with a comma before all but the first), end. */
struct export_format {
	const char *name;
	const char *path; /* of a URL that has none */
	void (*begin)(struct sink *sink);
	void (*add)(struct sink *sink, const struct span *span);
	void (*end)(struct sink *sink);
	/* What a file has around and between its batches. */
	const char *before;
	const char *between;
	const char *after;
	/* Whether the server took all of them; NULL: by its status. */
	int (*check)(const char *answer, struct error *err);
};

extern const struct export_format export_otlp;
extern const struct export_format export_zipkin;

bool sink_is_url(const char *to);
int sink_open(struct sink *sink, struct error *err);
void sink_add(struct sink *sink, const struct span *span);
/* Writes or sends what is there. */
int sink_flush(struct sink *sink, struct error *err);
/* All is there: a file gets its name. */
int sink_finish(struct sink *sink, struct error *err);
void sink_release(struct sink *sink);

/* An operation that proves an anomaly. */
struct mark {
	uint64_t index;
	const char *anomaly;
	const char *role;
};

struct export
{
	const struct export_source *source;
	const char *name; /* of the run: the trace follows from it */
	struct sink sinks[FORMATS];
	size_t sink_count;
	size_t batch;
	struct export_trace trace;
	uint64_t root;
	struct chronicle chronicle;
	struct mark *marks; /* by index */
	size_t mark_count;
	uint64_t spans;
	struct arena arena;	  /* for the whole */
	struct arena short_lived; /* for a batch */
};

/* Numbers of spans that are no operations; operations have their index. */
enum span_family {
	SPAN_OPERATION,
	SPAN_RUN,
	SPAN_PHASE,
	SPAN_FAULT,
};

/* Its number, the same each time; never 0. */
uint64_t export_span_id(const struct export *export, enum span_family family,
			uint64_t number);

/* Texts are borrowed; NULL and "" add nothing. */
void span_add_text(struct span *span, const char *name, const char *text);
void span_add_number(struct span *span, const char *name, int64_t number);

/* A string as it is, all else as JSON; NULL for null. Valid for a batch. */
const char *export_plain(struct export *export, const json_t *json);

/* Gives a span, whose times are of the history, to all sinks. */
int export_give(struct export *export, struct span *span, struct error *err);

/* The ids of the trace of `source->folder`; before all else. */
void export_name(struct export *export);

/* The members of an operation, as history.jsonl has them. */
void export_describe(struct export *export, struct span *span,
		     const json_t *json);

/* Operation `number` of the history; *mark is 0 for the first one. */
int export_operation(struct export *export, uint32_t number, size_t *mark,
		     struct error *err);

/* Finds in the results which operations prove something; `marks` is to be
 * freed. */
void export_read_marks(struct export *export);

#endif
