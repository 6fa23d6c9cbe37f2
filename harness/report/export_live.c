/* SPDX-License-Identifier: MIT */
#include "harness/report/export_live.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/report/export_private.h"
#include "harness/report/post.h"

#define BATCH 1000
#define BATCH_AGE_NS NS_PER_S
#define NAP_NS (50 * NS_PER_MS)
#define PATIENCE_S 10
#define INDEX_MAX (UINT64_C(1) << 33) /* of which it is remembered */

/* An operation that was begun. */
struct begun {
	int64_t process;
	json_t *json;
};

struct export_live {
	struct export export;
	struct export_source source;
	FILE *file;
	pthread_t thread;
	atomic_bool is_over;
	struct begun *open;
	size_t open_count;
	size_t open_capacity;
	uint64_t batch[BATCH]; /* indexes */
	size_t batch_count;
	int64_t batch_ns; /* when the first was added */
	uint8_t *taken;	  /* a bit for each index */
	size_t taken_capacity;
	size_t taken_size;
	struct export_told told;
};

bool export_live_has(const struct export_live *live, uint64_t index)
{
	return live && index / 8 < live->taken_size &&
	       (live->taken[index / 8] >> index % 8 & 1);
}

static void remember(struct export_live *live, uint64_t index)
{
	size_t wanted = (size_t)(index / 8) + 1;

	if (index >= INDEX_MAX)
		return;
	if (wanted > live->taken_size) {
		live->taken = array_reserve(live->taken, &live->taken_capacity,
					    wanted, 1);
		memset(live->taken + live->taken_size, 0,
		       wanted - live->taken_size);
		live->taken_size = wanted;
	}
	live->taken[index / 8] |= (uint8_t)(1 << index % 8);
}

/* When a server does not take it, the next are not hurried. */
static void send_batch(struct export_live *live)
{
	struct export *export = &live->export;
	struct error why = { "" };
	bool is_taken = true;

	if (live->batch_count == 0)
		return;
	for (size_t i = 0; i < export->sink_count; i++) {
		if (sink_flush(&export->sinks[i], &why) != 0)
			is_taken = false;
	}
	arena_release(&export->short_lived);
	if (is_taken) {
		live->told.taken += live->batch_count;
		for (size_t i = 0; i < live->batch_count; i++)
			remember(live, live->batch[i]);
	} else {
		if (live->told.lost == 0)
			live->told.why = why;
		live->told.lost += live->batch_count;
	}
	live->batch_count = 0;
}

static int64_t number_in(const json_t *json, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(json, name));
}

static const char *text_in(struct export_live *live, const json_t *json,
			   const char *name)
{
	return export_plain(&live->export, json_object_get(json, name));
}

/* `done` has what it does not tell itself from its invocation. */
static void add_operation(struct export_live *live, const json_t *begun,
			  const json_t *done)
{
	struct export *export = &live->export;
	uint64_t index = (uint64_t)number_in(begun, "index");
	const char *outcome = text_in(live, done, "type");
	const char *error = text_in(live, done, "error");
	const char *f = text_in(live, done, "f");
	struct span span = {
		.id = export_span_id(export, SPAN_OPERATION, index),
		.parent = export->root,
		.name = f ? f : "operation",
		.is_client = true,
		.start_ns = live->source.epoch_ns + number_in(begun, "time"),
		.end_ns = live->source.epoch_ns + number_in(done, "time"),
	};

	span_add_number(&span, "ordeal.index", (int64_t)index);
	span_add_number(&span, "ordeal.process", number_in(done, "process"));
	span_add_text(&span, "ordeal.outcome", outcome);
	export_describe(export, &span, done);
	span_add_number(&span, "ordeal.completion", number_in(done, "index"));
	if (outcome && strcmp(outcome, "info") == 0)
		span.error = error ? error : "nobody knows whether it happened";
	else if (outcome && strcmp(outcome, "fail") == 0)
		span.error = error;
	for (size_t i = 0; i < export->sink_count; i++)
		sink_add(&export->sinks[i], &span);
	if (live->batch_count == 0)
		live->batch_ns = clock_now_ns();
	live->batch[live->batch_count++] = index;
	if (live->batch_count == BATCH)
		send_batch(live);
}

static void begin(struct export_live *live, json_t *json)
{
	live->open = array_reserve(live->open, &live->open_capacity,
				   live->open_count + 1, sizeof(*live->open));
	live->open[live->open_count++] = (struct begun){
		.process = number_in(json, "process"),
		.json = json_incref(json),
	};
}

static void end(struct export_live *live, json_t *json)
{
	int64_t process = number_in(json, "process");
	struct begun begun;
	size_t i = 0;

	while (i < live->open_count && live->open[i].process != process)
		i++;
	if (i == live->open_count)
		return;
	begun = live->open[i];
	live->open[i] = live->open[--live->open_count];
	json_object_update_missing(json, begun.json);
	add_operation(live, begun.json, json);
	json_decref(begun.json);
}

static void take_line(struct export_live *live, const char *line, size_t length)
{
	json_t *json = json_loadb(line, length, 0, NULL);
	const char *type = json_string_value(json_object_get(json, "type"));

	if (type && json_is_integer(json_object_get(json, "process"))) {
		if (strcmp(type, "invoke") == 0)
			begin(live, json);
		else
			end(live, json);
	}
	json_decref(json);
}

/* All lines that are whole by now. */
static void read_lines(struct export_live *live, char **line, size_t *capacity)
{
	while (!atomic_load(&live->is_over)) {
		off_t start = ftello(live->file);
		ssize_t length = getline(line, capacity, live->file);

		if (length <= 0 || (*line)[length - 1] != '\n') {
			clearerr(live->file);
			fseeko(live->file, start, SEEK_SET);
			return;
		}
		take_line(live, *line, (size_t)length);
	}
}

static void *follow(void *argument)
{
	struct export_live *live = argument;
	size_t capacity = 0;
	char *line = NULL;

	while (!atomic_load(&live->is_over)) {
		read_lines(live, &line, &capacity);
		if (live->batch_count > 0 &&
		    clock_now_ns() - live->batch_ns >= BATCH_AGE_NS)
			send_batch(live);
		clock_sleep_until(clock_now_ns() + NAP_NS);
	}
	send_batch(live);
	free(line);
	return NULL;
}

/* Files are for after the run. */
static int add_url(struct export_live *live, const struct export_format *format,
		   const char *to, struct error *err)
{
	struct export *export = &live->export;
	struct sink *sink = &export->sinks[export->sink_count];

	if (!to || !sink_is_url(to))
		return 0;
	*sink = (struct sink){
		.format = format,
		.to = to,
		.trace = export->trace.id,
		.name = export->name,
		.arena = &export->arena,
	};
	export->sink_count++;
	if (sink_open(sink, err) != 0)
		return -1;
	poster_hurry(sink->poster, PATIENCE_S);
	return 0;
}

static int start(struct export_live *live)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&live->thread, NULL, follow, live);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct export_live *export_live_start(const char *folder,
				      const char *history_path,
				      int64_t epoch_ns,
				      const struct export_to *to,
				      struct error *err)
{
	struct export_live *live = heap_zeroed(1, sizeof(*live));
	struct export *export = &live->export;

	live->source = (struct export_source){ .folder = folder,
					       .epoch_ns = epoch_ns };
	export->source = &live->source;
	export_name(export);
	if (add_url(live, &export_otlp, to->otlp, err) != 0 ||
	    add_url(live, &export_zipkin, to->zipkin, err) != 0 ||
	    export->sink_count == 0) {
		export_live_free(live);
		return NULL;
	}
	live->file = fopen(history_path, "re");
	if (!live->file)
		error_errno(err, "%s", history_path);
	else if (start(live) != 0)
		error_set(err, "cannot start a thread to export");
	else
		return live;
	export_live_free(live);
	return NULL;
}

void export_live_stop(struct export_live *live, struct export_told *told)
{
	*told = (struct export_told){ 0 };
	if (!live)
		return;
	atomic_store(&live->is_over, true);
	pthread_join(live->thread, NULL);
	*told = live->told;
}

void export_live_free(struct export_live *live)
{
	if (!live)
		return;
	for (size_t i = 0; i < live->open_count; i++)
		json_decref(live->open[i].json);
	for (size_t i = 0; i < live->export.sink_count; i++)
		sink_release(&live->export.sinks[i]);
	if (live->file)
		fclose(live->file);
	arena_release(&live->export.short_lived);
	arena_release(&live->export.arena);
	free(live->open);
	free(live->taken);
	free(live);
}
