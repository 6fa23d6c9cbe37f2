/* SPDX-License-Identifier: MIT */
/* A run as it is on disk: what stands beside its history, and when it was. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "harness/core/clock.h"
#include "harness/report/export.h"
#include "harness/report/json.h"

/* An hour of set-up is no longer believed: the folder was copied. */
#define SETUP_MAX_NS (3600 * NS_PER_S)

static int64_t written_ns(const char *path)
{
	struct stat status;

	if (stat(path, &status))
		return -1;
	return (int64_t)status.st_mtim.tv_sec * NS_PER_S +
	       status.st_mtim.tv_nsec;
}

/* "20260731T101502.123Z" in nanoseconds, or -1. */
static int64_t utc_ns(const char *text)
{
	struct tm tm = { 0 };
	int ms;

	if (sscanf(text, "%4d%2d%2dT%2d%2d%2d.%3dZ", &tm.tm_year, &tm.tm_mon,
		   &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	return (int64_t)timegm(&tm) * NS_PER_S + ms * NS_PER_MS;
}

static int64_t last_ns(const struct history *history)
{
	int64_t last = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];

		if (op->invoke_ns > last)
			last = op->invoke_ns;
		if (op->complete_ns > last)
			last = op->complete_ns;
	}
	return last;
}

int64_t export_epoch_ns(const char *folder, const struct history *history)
{
	struct arena arena = { 0 };
	const char *slash = strrchr(folder, '/');
	int64_t named_ns = utc_ns(slash ? slash + 1 : folder);
	int64_t planned_ns =
		written_ns(arena_printf(&arena, "%s/schedule.json", folder));
	int64_t end_ns = written_ns(folder);

	arena_release(&arena);
	if (named_ns >= 0 && planned_ns >= named_ns &&
	    planned_ns - named_ns < SETUP_MAX_NS)
		return planned_ns;
	if (named_ns >= 0)
		return named_ns;
	end_ns -= last_ns(history);
	return end_ns > 0 ? end_ns : 0;
}

int64_t export_epoch_of(int64_t start_ns)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec -
	       (clock_now_ns() - start_ns);
}

/* NULL where there is none: a trace does without. */
static json_t *read_beside(const char *folder, const char *name)
{
	struct arena arena = { 0 };
	struct error err;
	json_t *json = json_read_file(
		arena_printf(&arena, "%s/%s", folder, name), &err);

	arena_release(&arena);
	return json;
}

int export_run(const char *folder, const struct history *history,
	       int64_t epoch_ns, const struct export_live *live,
	       const struct export_to *to, uint64_t *spans, struct error *err)
{
	json_t *config = read_beside(folder, "config.json");
	json_t *results = read_beside(folder, "results.json");
	struct export_source source = {
		.history = history,
		.folder = folder,
		.config = config,
		.results = results,
		.epoch_ns = epoch_ns,
		.live = live,
	};
	int result = export_spans(&source, to, spans, err);

	json_decref(config);
	json_decref(results);
	return result;
}

struct export_to export_to_of(const struct options *options)
{
	return (struct export_to){
		.otlp = options_text(options, "otlp"),
		.zipkin = options_text(options, "zipkin"),
	};
}
