/* SPDX-License-Identifier: MIT */
/* A run in progress as a stream of events, and its place in a page. */
#include "harness/serve/site_private.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/clock.h"
#include "harness/core/option.h"
#include "harness/report/beneath.h"
#include "harness/report/json.h"

#define STREAMS_MAX 24
#define INTERVAL_NS (NS_PER_S / 2)
#define NAP_NS (50 * NS_PER_MS)
#define STREAM_NS (3600 * NS_PER_S) /* then the browser asks again */
#define CONFIG_BYTES_MAX ((size_t)1 << 20)

struct events {
	struct site *site;
	char *path;
	int64_t end_ns;
	int64_t next_ns;  /* when to look again */
	int64_t limit_ns; /* length of the main phase, or -1 */
	size_t second;	  /* the first that may have changed */
	bool is_last;
	bool is_over;
	char *text; /* to be sent */
	size_t length;
	size_t sent;
};

static json_t *outcomes_json(const uint64_t *by_outcome)
{
	return json_pack("[I, I, I]", (json_int_t)by_outcome[LIVE_IS_OK],
			 (json_int_t)by_outcome[LIVE_IS_FAIL],
			 (json_int_t)by_outcome[LIVE_IS_INFO]);
}

static json_t *operations_json(const struct live_view *view)
{
	json_t *all = json_object();

	for (size_t i = 0; i < view->operation_count; i++)
		json_object_set_new(
			all, view->operations[i].name,
			outcomes_json(view->operations[i].by_outcome));
	return all;
}

static json_t *nodes_json(const struct live_view *view)
{
	json_t *all = json_object();

	for (size_t i = 0; i < view->node_count; i++)
		json_object_set_new(all, view->nodes[i].name,
				    outcomes_json(view->nodes[i].by_outcome));
	return all;
}

static json_t *faults_json(const struct live_view *view)
{
	json_t *all = json_array();

	for (size_t i = 0; i < view->fault_count; i++) {
		const struct live_fault *fault = &view->faults[i];
		json_t *one = json_object();

		json_object_set_new(one, "name", json_text(fault->name));
		json_object_set_new(one, "target", json_text(fault->target));
		json_object_set_new(one, "effect", json_text(fault->effect));
		json_object_set_new(one, "in_force",
				    json_boolean(fault->is_in_force));
		json_object_set_new(
			one, "since",
			json_number((double)fault->since_ns / NS_PER_S));
		json_object_set_new(one, "injected",
				    json_integer((json_int_t)fault->injected));
		json_object_set_new(one, "proven",
				    json_integer((json_int_t)fault->proven));
		json_array_append_new(all, one);
	}
	return all;
}

static json_t *findings_json(const struct live_view *view)
{
	json_t *all = json_array();
	uint64_t first = view->finding_count > LIVE_FINDINGS_MAX
				 ? view->finding_count - LIVE_FINDINGS_MAX
				 : 0;

	for (uint64_t i = first; i < view->finding_count; i++)
		json_array_append_new(
			all,
			json_text(view->findings[i % LIVE_FINDINGS_MAX].text));
	return all;
}

/* [second, ok, fail, info, p50, p99] */
static json_t *seconds_json(const struct live_view *view, size_t from)
{
	json_t *all = json_array();

	for (size_t i = 0; i < view->second_count; i++) {
		const struct live_second *second = &view->seconds[i];

		json_array_append_new(
			all, json_pack("[I, I, I, I, o, o]",
				       (json_int_t)from + (json_int_t)i,
				       (json_int_t)second->by_outcome[0],
				       (json_int_t)second->by_outcome[1],
				       (json_int_t)second->by_outcome[2],
				       json_number((double)second->p50_ms),
				       json_number((double)second->p99_ms)));
	}
	return all;
}

/* What is left of the main phase, in seconds; null where nobody knows. */
static json_t *left_json(const struct events *events,
			 const struct live_view *view)
{
	int64_t left_ns;

	if (events->limit_ns < 0 || view->main_ns < 0 ||
	    strcmp(view->phase, "main") != 0)
		return json_null();
	left_ns = events->limit_ns - (view->time_ns - view->main_ns);
	return json_number(left_ns > 0 ? (double)left_ns / NS_PER_S : 0);
}

static void set_text(struct events *events, const char *kind, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	free(events->text);
	events->text = NULL;
	events->sent = events->length = 0;
	if (text &&
	    asprintf(&events->text, "event: %s\ndata: %s\n\n", kind, text) >= 0)
		events->length = strlen(events->text);
	free(text);
	json_decref(json);
}

static void tell_progress(struct events *events, struct arena *arena)
{
	struct live_view *view = arena_alloc(arena, sizeof(*view));
	json_t *json = json_object();
	size_t from = events->second;

	if (live_look(events->site->live, events->path, from, view, arena)) {
		json_object_set_new(json, "phase", json_text(view->phase));
		json_object_set_new(
			json, "time",
			json_number((double)view->time_ns / NS_PER_S));
		json_object_set_new(json, "left", left_json(events, view));
		json_object_set_new(json, "open",
				    json_integer((json_int_t)view->open));
		json_object_set_new(json, "operations", operations_json(view));
		json_object_set_new(json, "nodes", nodes_json(view));
		json_object_set_new(json, "faults", faults_json(view));
		json_object_set_new(json, "findings", findings_json(view));
		json_object_set_new(json, "seconds", seconds_json(view, from));
		json_object_set_new(json, "log", json_text(view->log));
		if (view->second_count > 0)
			events->second = from + view->second_count - 1;
	}
	set_text(events, "progress", json);
}

/* The state of the run; RUN_UNJUDGED where it is gone. */
static enum run_state state_of(const struct events *events)
{
	const struct runs *runs = runs_take(events->site->index);
	const struct run_summary *run = runs_find(runs, events->path);
	enum run_state state = run ? run->state : RUN_UNJUDGED;

	runs_give_back(events->site->index, runs);
	return state;
}

/* When the run is over, what it did last is told once more, then its end. */
static void make_event(struct events *events)
{
	struct arena arena = { 0 };
	enum run_state state = state_of(events);

	if (events->is_last) {
		set_text(events, "end",
			 json_pack("{s:s}", "verdict", run_state_name(state)));
		events->is_over = true;
	} else {
		events->is_last = state != RUN_GOING;
		tell_progress(events, &arena);
	}
	events->next_ns = clock_now_ns() + INTERVAL_NS;
	arena_release(&arena);
}

static ssize_t read_events(void *state, char *bytes, size_t size)
{
	struct events *events = state;
	int64_t patience_ns = clock_now_ns() + NS_PER_S;
	size_t length;

	while (events->sent == events->length) {
		int64_t now_ns = clock_now_ns();

		if (events->is_over || now_ns > events->end_ns ||
		    atomic_load(&events->site->is_stopping))
			return -1;
		if (now_ns > patience_ns)
			return 0;
		if (now_ns >= events->next_ns)
			make_event(events);
		else
			clock_sleep_until(now_ns + NAP_NS);
	}
	length = events->length - events->sent;
	length = length < size ? length : size;
	memcpy(bytes, events->text + events->sent, length);
	events->sent += length;
	return (ssize_t)length;
}

static void free_events(void *state)
{
	struct events *events = state;

	atomic_fetch_sub(&events->site->streams, 1);
	free(events->text);
	free(events->path);
	free(events);
}

static int64_t limit_of(const struct site *site, const char *path)
{
	struct arena arena = { 0 };
	json_t *config = beneath_json(
		site->root_fd, arena_printf(&arena, "%s/config.json", path),
		CONFIG_BYTES_MAX);
	const char *text =
		json_string_value(json_object_get(config, "time-limit"));
	int64_t limit_ns;
	struct error err;

	if (!text || parse_duration_ns(text, &limit_ns, &err) != 0)
		limit_ns = -1;
	json_decref(config);
	arena_release(&arena);
	return limit_ns;
}

static bool is_known(struct site *site, const char *path)
{
	const struct runs *runs = runs_take(site->index);
	bool is_known = runs_find(runs, path) != NULL;

	runs_give_back(site->index, runs);
	return is_known;
}

void answer_events(struct site *site, const char *path, struct reply *reply)
{
	struct events *events;

	if (!is_known(site, path)) {
		answer_text(reply, 404, "text/plain", "no such run\n");
		return;
	}
	if (atomic_fetch_add(&site->streams, 1) >= STREAMS_MAX) {
		atomic_fetch_sub(&site->streams, 1);
		answer_text(reply, 503, "text/plain",
			    "too many look at runs already\n");
		return;
	}
	events = heap_zeroed(1, sizeof(*events));
	events->site = site;
	events->path = strdup(path);
	if (!events->path)
		abort();
	events->end_ns = clock_now_ns() + STREAM_NS;
	events->limit_ns = limit_of(site, path);
	reply->status = 200;
	reply->type = "text/event-stream";
	reply->stream = (struct reply_stream){
		.read = read_events,
		.free = free_events,
		.state = events,
	};
}

void sheet_live(struct sheet *sheet, const char *path)
{
	static const char after[] =
		"\" data-state=\"connecting\">\n"
		"<h2>In progress <small class=\"dim\" id=\"live-phase\">"
		"</small></h2>\n"
		"<noscript><p>The live view needs JavaScript.</p></noscript>\n"
		"<ul class=\"facts\" id=\"live-facts\"></ul>\n"
		"<p id=\"live-faults\"></p>\n"
		"<figure><figcaption><b>completions a second</b> "
		"<span class=\"legend\"><span class=\"ok\"><i></i>ok</span> "
		"<span class=\"fail\"><i></i>fail</span> "
		"<span class=\"info\"><i></i>indeterminate</span></span>"
		"</figcaption><canvas id=\"live-rate\" role=\"img\" "
		"aria-label=\"completions a second\"></canvas></figure>\n"
		"<figure><figcaption><b>latency of ok</b> "
		"<span class=\"dim\">half and 99 % of each second</span>"
		"</figcaption><canvas id=\"live-latency\" role=\"img\" "
		"aria-label=\"latency\"></canvas></figure>\n"
		"<div class=\"wide\"><table id=\"live-operations\"></table>"
		"</div>\n<ul id=\"live-findings\"></ul>\n"
		"<pre id=\"live-log\"></pre>\n</section>\n";

	fprintf(sheet->out, "<section id=\"live\" data-events=\"/events/%s",
		url_path(sheet->arena, path));
	fputs(after, sheet->out);
}
