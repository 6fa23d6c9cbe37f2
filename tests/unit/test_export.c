/* SPDX-License-Identifier: MIT */
/* A history as spans: each operation once, escaped, in whole batches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "harness/report/export.h"
#include "harness/report/json.h"
#include "tests/support/http_script.h"
#include "tests/support/story.h"

#define EPOCH_NS INT64_C(1700000000000000000)

struct fixture {
	struct arena arena;
	struct history *history;
	char folder[64];
	const char *otlp;
	const char *zipkin;
	struct export_source source;
	json_t *results;
	struct error err;
	uint64_t spans;
};

static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	snprintf(f->folder, sizeof(f->folder), "/tmp/ordeal-export-XXXXXX");
	if (!mkdtemp(f->folder))
		return -1;
	f->otlp = arena_printf(&f->arena, "%s/otlp", f->folder);
	f->zipkin = arena_printf(&f->arena, "%s/zipkin", f->folder);
	f->source.folder = "runs/etcd-register/20260731T101502.123Z";
	f->source.epoch_ns = EPOCH_NS;
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	unlink(f->otlp);
	unlink(f->zipkin);
	rmdir(f->folder);
	history_free(f->history);
	json_decref(f->results);
	arena_release(&f->arena);
	free(f);
	return 0;
}

static void export(struct fixture *f, const char *told, size_t batch)
{
	struct export_to to = { f->otlp, f->zipkin, batch };

	history_free(f->history);
	f->history = story(told);
	f->source.history = f->history;
	if (export_spans(&f->source, &to, &f->spans, &f->err))
		fail_msg("%s", f->err.text);
}

/* What a client sends along names it. */
static void assert_trace(const json_t *span, uint64_t index)
{
	char text[TRACEPARENT_SIZE];
	struct export_trace trace;

	export_trace_of(&trace, "runs/etcd-register/20260731T101502.123Z/");
	export_traceparent(&trace, index, text);
	assert_memory_equal(json_string_value(json_object_get(span, "id")),
			    text + 36, 16);
}

static json_t *read_zipkin(struct fixture *f)
{
	json_t *spans = json_read_file(f->zipkin, &f->err);

	if (!spans)
		fail_msg("%s", f->err.text);
	assert_int_equal(json_array_size(spans), f->spans);
	return spans;
}

/* All spans of all requests, a request a line. */
static json_t *read_otlp(struct fixture *f, size_t *requests)
{
	FILE *file = fopen(f->otlp, "re");
	json_t *all = json_array();
	char *line = NULL;
	size_t size = 0;

	assert_non_null(file);
	for (*requests = 0; getline(&line, &size, file) > 0; ++*requests) {
		json_t *json = json_loads(line, 0, NULL);
		json_t *resource = json_array_get(
			json_object_get(json, "resourceSpans"), 0);
		json_t *scope = json_array_get(
			json_object_get(resource, "scopeSpans"), 0);

		assert_non_null(scope);
		json_array_extend(all, json_object_get(scope, "spans"));
		json_decref(json);
	}
	free(line);
	fclose(file);
	assert_int_equal(json_array_size(all), f->spans);
	return all;
}

/* The span whose tag has that text, or NULL. */
static json_t *find(json_t *spans, const char *tag, const char *text)
{
	json_t *span;
	size_t i;

	json_array_foreach(spans, i, span)
	{
		const char *has = json_string_value(
			json_object_get(json_object_get(span, "tags"), tag));

		if (has && strcmp(has, text) == 0)
			return span;
	}
	return NULL;
}

static void expect_tag(json_t *span, const char *tag, const char *text)
{
	const char *has = json_string_value(
		json_object_get(json_object_get(span, "tags"), tag));

	assert_non_null(span);
	if (!text)
		assert_null(has);
	else if (!has || strcmp(has, text) != 0)
		fail_msg("%s is %s, not %s", tag, has ? has : "none", text);
}

static void an_operation_is_a_span_with_what_the_history_says(void **state)
{
	struct fixture *f = *state;
	json_t *spans;
	json_t *span;

	export(f,
	       "phase main; 0@n1 invoke write 7; 1@n2 invoke cas [7,8];"
	       "0@n1 ok write 7; 1@n2 info cas [7,8] !timeout;"
	       "2@n1 invoke read; phase final",
	       0);
	assert_int_equal(f->spans, 1 + 2 + 3);
	spans = read_zipkin(f);
	span = find(spans, "ordeal.index", "1");
	expect_tag(span, "ordeal.f", "write");
	expect_tag(span, "ordeal.value", "7");
	expect_tag(span, "ordeal.outcome", "ok");
	expect_tag(span, "ordeal.process", "0");
	expect_tag(span, "ordeal.node", "n1");
	expect_tag(span, "ordeal.completion", "3");
	expect_tag(span, "error", NULL);
	assert_trace(span, 1);
	assert_int_equal(json_integer_value(json_object_get(span, "timestamp")),
			 EPOCH_NS / 1000 + 1000);
	assert_int_equal(json_integer_value(json_object_get(span, "duration")),
			 2000);
	span = find(spans, "ordeal.index", "2");
	expect_tag(span, "ordeal.value", "[7,8]");
	expect_tag(span, "ordeal.outcome", "info");
	expect_tag(span, "error", "timeout");
	span = find(spans, "ordeal.index", "5");
	expect_tag(span, "ordeal.outcome", "invoke");
	expect_tag(span, "error", "nobody knows whether it happened");
	assert_non_null(find(spans, "ordeal.phase", "main"));
	json_decref(spans);
}

static void a_fault_is_a_span_from_injection_to_heal(void **state)
{
	struct fixture *f = *state;
	json_t *spans;
	json_t *span;

	export(f,
	       "phase main; inject kill proven one; ok 0 write 1;"
	       "heal kill proven one",
	       0);
	spans = read_zipkin(f);
	span = find(spans, "ordeal.fault", "kill");
	expect_tag(span, "ordeal.fault.target", "one");
	expect_tag(span, "ordeal.fault.effect", "proven");
	assert_true(json_integer_value(json_object_get(span, "duration")) >
		    2000);
	json_decref(spans);
}

static void all_spans_are_of_one_trace_below_its_run(void **state)
{
	struct fixture *f = *state;
	json_t *seen = json_object();
	const char *trace;
	const char *root;
	json_t *spans;
	json_t *span;
	size_t i;

	export(f, "ok 0 write 1; ok 1 read 1; ok 2 read 1; ok 0 write 2", 2);
	spans = read_zipkin(f);
	span = json_array_get(spans, 0);
	trace = json_string_value(json_object_get(span, "traceId"));
	root = json_string_value(json_object_get(span, "id"));
	assert_int_equal(strlen(trace), 32);
	json_array_foreach(spans, i, span)
	{
		const char *parent =
			json_string_value(json_object_get(span, "parentId"));

		assert_string_equal(
			json_string_value(json_object_get(span, "traceId")),
			trace);
		if (i)
			assert_string_equal(parent, root);
		else
			assert_null(parent);
		json_object_set(seen,
				json_string_value(json_object_get(span, "id")),
				span);
	}
	assert_int_equal(json_object_size(seen), f->spans);
	json_decref(seen);
	json_decref(spans);
}

static void exporting_again_gives_the_same_spans(void **state)
{
	struct fixture *f = *state;
	static const char told[] = "ok 0 write 1; ok 1 read 1; fail 2 read";
	size_t requests;
	json_t *first;
	json_t *again;

	export(f, told, 1);
	first = read_otlp(f, &requests);
	assert_int_equal(requests, f->spans);
	f->source.folder = "/elsewhere/etcd-register/20260731T101502.123Z/";
	export(f, told, 100);
	again = read_otlp(f, &requests);
	assert_int_equal(requests, 1);
	f->source.folder = "runs/etcd-register/20260731T101502.124Z";
	assert_true(
		json_equal(json_array_get(first, 2), json_array_get(again, 2)));
	export(f, told, 100);
	json_decref(again);
	again = read_otlp(f, &requests);
	assert_false(
		json_equal(json_array_get(first, 2), json_array_get(again, 2)));
	json_decref(first);
	json_decref(again);
}

static void what_proves_an_anomaly_says_so(void **state)
{
	struct fixture *f = *state;
	json_t *spans;

	f->results = json_pack(
		"{s:b, s:{s:{s:[{s:s, s:[{s:i, s:s}, {s:i, s:s}]},"
		"{s:s, s:[{s:i, s:s}]}]}}}",
		"valid", 0, "checkers", "x", "anomalies", "name", "stale-read",
		"evidence", "index", 2, "role", "read 0", "index", 0, "role",
		"wrote", "name", "G1c", "evidence", "index", 2, "role", "saw");
	assert_non_null(f->results);
	f->source.results = f->results;
	export(f, "ok 0 write 1; ok 1 read 0; ok 1 read 1", 0);
	spans = read_zipkin(f);
	expect_tag(find(spans, "ordeal.index", "2"), "ordeal.anomaly",
		   "stale-read, G1c");
	expect_tag(find(spans, "ordeal.index", "2"), "ordeal.role",
		   "read 0; saw");
	expect_tag(find(spans, "ordeal.index", "0"), "ordeal.anomaly",
		   "stale-read");
	expect_tag(find(spans, "ordeal.index", "4"), "ordeal.anomaly", NULL);
	expect_tag(json_array_get(spans, 0), "error", "invalid");
	json_decref(spans);
}

static void hostile_text_stays_text(void **state)
{
	struct fixture *f = *state;
	size_t requests;
	json_t *otlp;
	json_t *spans;

	export(f,
	       "0@n1 invoke write \"</script>\\u001b[31m\\\"\\\\ \\u0001\";"
	       "0@n1 info write \"</script>\\u001b[31m\\\"\\\\ \\u0001\" "
	       "!a<i>",
	       0);
	spans = read_zipkin(f);
	expect_tag(find(spans, "ordeal.index", "0"), "ordeal.value",
		   "</script>\x1b[31m\"\\ \x01");
	expect_tag(find(spans, "ordeal.index", "0"), "error", "a<i>");
	otlp = read_otlp(f, &requests);
	json_decref(otlp);
	json_decref(spans);
}

static void a_server_gets_all_batches_at_its_usual_path(void **state)
{
	struct fixture *f = *state;
	static const struct http_step steps[] = {
		{ .status = 202 },
		{ .status = 503, .body = "busy" },
		{ .status = 202 },
		{ .status = 202 },
	};
	struct http_script *script = http_script_start(steps, 4);
	struct export_to to = { .batch = 2 };

	assert_non_null(script);
	to.zipkin = arena_printf(&f->arena, "http://127.0.0.1:%d",
				 http_script_port(script));
	f->history = story("ok 0 write 1; ok 1 read 1; ok 0 write 2; "
			   "ok 0 write 3");
	f->source.history = f->history;
	if (export_spans(&f->source, &to, &f->spans, &f->err))
		fail_msg("%s", f->err.text);
	http_script_stop(script);
	assert_int_equal(f->spans, 5);
	assert_int_equal(http_script_count(script), 4);
	assert_memory_equal(http_script_request(script, 0), "/api/v2/spans [{",
			    16);
	/* The one that was refused for now came again. */
	assert_string_equal(http_script_request(script, 1),
			    http_script_request(script, 2));
	http_script_free(script);
}

static void spans_that_a_server_refuses_are_told(void **state)
{
	struct fixture *f = *state;
	static const struct http_step steps[] = {
		{ .body = "{\"partialSuccess\":{\"rejectedSpans\":\"2\","
			  "\"errorMessage\":\"too old\"}}" },
		{ .status = 400, .body = "no \x1b[31m" },
	};
	struct http_script *script = http_script_start(steps, 2);
	struct export_to to = { 0 };

	assert_non_null(script);
	to.otlp = arena_printf(&f->arena, "http://127.0.0.1:%d/my/path",
			       http_script_port(script));
	f->history = story("ok 0 write 1");
	f->source.history = f->history;
	assert_int_equal(export_spans(&f->source, &to, &f->spans, &f->err), -1);
	assert_non_null(strstr(f->err.text, "2 spans were rejected: too old"));
	assert_int_equal(export_spans(&f->source, &to, &f->spans, &f->err), -1);
	assert_non_null(strstr(f->err.text, "answered 400: no \\x1b[31m"));
	http_script_stop(script);
	assert_memory_equal(http_script_request(script, 0), "/my/path {", 10);
	http_script_free(script);
}

static void a_file_that_cannot_be_written_is_told(void **state)
{
	struct fixture *f = *state;
	struct export_to to = { .otlp = "/no/such/folder/x" };

	f->history = story("ok 0 write 1");
	f->source.history = f->history;
	assert_int_equal(export_spans(&f->source, &to, &f->spans, &f->err), -1);
	assert_non_null(strstr(f->err.text, "/no/such/folder/x: "));
}

#define claim(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		claim(an_operation_is_a_span_with_what_the_history_says),
		claim(a_fault_is_a_span_from_injection_to_heal),
		claim(all_spans_are_of_one_trace_below_its_run),
		claim(exporting_again_gives_the_same_spans),
		claim(what_proves_an_anomaly_says_so),
		claim(hostile_text_stays_text),
		claim(a_server_gets_all_batches_at_its_usual_path),
		claim(spans_that_a_server_refuses_are_told),
		claim(a_file_that_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
