/* SPDX-License-Identifier: MIT */
/* The client against a server that misbehaves on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/target.h"

#include "targets/etcd/client.h"
#include "tests/support/http_script.h"

#define HEADER "{\"header\":{\"revision\":\"7\"}"
#define DONE HEADER "}"
#define FIVE                                                                   \
	HEADER ",\"kvs\":[{\"key\":\"cmVnaXN0ZXIvMQ==\","                      \
	       "\"create_revision\":\"2\",\"mod_revision\":\"3\",\"version\":" \
	       "\"1\","                                                        \
	       "\"value\":\"NQ==\"}],\"count\":\"1\"}"

/* One client, one server, one key. */
struct scene {
	struct http_script *script;
	struct client *client;
	struct arena arena;
	struct values *values;
	struct action action;
	struct request request;
	const char *trace; /* of the requests to come */
	struct error err;
};

static void begin(struct scene *scene, const struct http_step *steps,
		  size_t count)
{
	*scene = (struct scene){ 0 };
	scene->script = http_script_start(steps, count);
	assert_non_null(scene->script);
	scene->client =
		client_open("127.0.0.1", http_script_port(scene->script), "v3",
			    false, &scene->err);
	assert_non_null(scene->client);
	scene->values = values_new();
}

static void end(struct scene *scene)
{
	client_close(scene->client);
	http_script_free(scene->script);
	values_free(scene->values);
	arena_release(&scene->arena);
}

static enum outcome act(struct scene *scene, enum verb verb, int64_t expected,
			int64_t arg, int timeout_ms)
{
	struct values *values = scene->values;

	scene->action = (struct action){
		.verb = (uint16_t)verb,
		.object = OBJECT_REGISTER,
		.key = value_int(values, 1),
		.arg = value_int(values, arg),
		.expected = expected < 0 ? value_nil()
					 : value_int(values, expected),
	};
	scene->request = (struct request){
		.actions = &scene->action,
		.action_count = 1,
		.values = values,
		.arena = &scene->arena,
		.deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS,
		.trace = scene->trace,
	};
	return client_apply(scene->client, &scene->request, &scene->err);
}

static enum outcome act_write(struct scene *scene)
{
	return act(scene, VERB_WRITE, -1, 5, 20000);
}

static enum outcome act_read(struct scene *scene)
{
	return act(scene, VERB_READ, -1, 0, 20000);
}

static void a_value_is_read_as_it_was_written(void **state)
{
	static const struct http_step steps[] = { { .body = DONE },
						  { .body = FIVE },
						  { .body = DONE } };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 3);
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	assert_int_equal(act_read(&scene), OUTCOME_OK);
	assert_int_equal(value_as_int(scene.values, scene.action.result), 5);
	assert_int_equal(act_read(&scene), OUTCOME_OK);
	assert_true(value_is_nil(scene.action.result));
	http_script_stop(scene.script);
	assert_int_equal(http_script_count(scene.script), 3);
	assert_string_equal(http_script_request(scene.script, 0),
			    "/v3/kv/put {\"key\":\"cmVnaXN0ZXIvMQ==\","
			    "\"value\":\"NQ==\"}");
	assert_string_equal(http_script_request(scene.script, 1),
			    "/v3/kv/range {\"key\":\"cmVnaXN0ZXIvMQ==\"}");
	end(&scene);
}

#define TRACE "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

static void the_trace_of_an_operation_goes_along_with_it_alone(void **state)
{
	const struct http_step step = { .body = DONE };
	const struct http_step steps[] = { step, step, step };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 3);
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	scene.trace = TRACE;
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	scene.trace = NULL;
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	http_script_stop(scene.script);
	assert_string_equal(http_script_trace(scene.script, 0), "");
	assert_string_equal(http_script_trace(scene.script, 1), TRACE);
	assert_string_equal(http_script_trace(scene.script, 2), "");
	end(&scene);
}

static void a_cas_compares_values_or_absence(void **state)
{
	static const struct http_step steps[] = {
		{ .body = HEADER ",\"succeeded\":true,\"responses\":"
				 "[{\"response_put\":{}}]}" },
		{ .body = DONE },
	};
	struct scene scene;

	(void)state;
	begin(&scene, steps, 2);
	assert_int_equal(act(&scene, VERB_CAS, 4, 5, 20000), OUTCOME_OK);
	assert_int_equal(act(&scene, VERB_CAS, -1, 5, 20000), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "precondition failed");
	http_script_stop(scene.script);
	assert_non_null(strstr(http_script_request(scene.script, 0),
			       "\"VALUE\",\"result\":\"EQUAL\","
			       "\"value\":\"NA==\""));
	assert_non_null(strstr(http_script_request(scene.script, 1),
			       "\"create_revision\":\"0\""));
	end(&scene);
}

/* The requests that would change something are indeterminate, reads fail, and
 * the server has seen each once. */
static void expect_no_retry(const struct http_step *step, int timeout_ms,
			    const char *text)
{
	/* The first request makes a connection worth keeping: only on such
	 * ones does libcurl send again. */
	struct http_step steps[] = {
		{ .body = DONE }, *step, { .body = DONE }, *step
	};
	struct scene scene;

	begin(&scene, steps, 4);
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	assert_int_equal(act(&scene, VERB_WRITE, -1, 5, timeout_ms),
			 OUTCOME_INDETERMINATE);
	assert_string_equal(scene.err.text, text);
	assert_int_equal(act_write(&scene), OUTCOME_OK);
	assert_int_equal(act(&scene, VERB_READ, -1, 0, timeout_ms),
			 OUTCOME_FAIL);
	assert_string_equal(scene.err.text, text);
	http_script_stop(scene.script);
	assert_int_equal(http_script_count(scene.script), 4);
	end(&scene);
}

static void a_late_reply_is_a_timeout_without_retry(void **state)
{
	static const struct http_step late = { .body = DONE, .delay_ms = 300 };

	(void)state;
	expect_no_retry(&late, 100, "timeout");
}

static void a_reset_after_the_request_is_not_retried(void **state)
{
	static const struct http_step reset = { .ending = HTTP_RESET };

	(void)state;
	expect_no_retry(&reset, 2000, "connection lost");
}

static void a_silent_close_after_the_request_is_not_retried(void **state)
{
	static const struct http_step silent = { .ending = HTTP_SILENT };

	(void)state;
	expect_no_retry(&silent, 2000, "connection lost");
}

static void a_torn_reply_is_not_retried(void **state)
{
	static const struct http_step torn = {
		.body = "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"he",
		.ending = HTTP_RAW,
	};

	(void)state;
	expect_no_retry(&torn, 2000, "connection lost");
}

static void garbage_instead_of_http_is_indeterminate(void **state)
{
	static const struct http_step raw = {
		.body = "\x16\x03\x01 what is this\r\n\r\n",
		.ending = HTTP_RAW,
	};

	(void)state;
	expect_no_retry(&raw, 2000, "bad reply");
}

static void garbage_as_json_is_indeterminate(void **state)
{
	static const struct http_step garbage = { .body = "{\"header\":[}" };

	(void)state;
	expect_no_retry(&garbage, 2000, "bad reply: bad JSON");
}

static void an_empty_reply_is_indeterminate(void **state)
{
	static const struct http_step empty = { .body = "" };

	(void)state;
	expect_no_retry(&empty, 2000, "bad reply: bad JSON");
}

static void a_reply_without_revision_is_indeterminate(void **state)
{
	static const struct http_step bare = { .body = "{}" };

	(void)state;
	expect_no_retry(&bare, 2000, "bad reply: no revision");
}

static void a_redirect_is_not_followed(void **state)
{
	static const struct http_step moved = { .status = 307, .body = "" };

	(void)state;
	expect_no_retry(&moved, 2000, "HTTP status 307");
}

static void a_huge_reply_is_cut_off(void **state)
{
	static const struct http_step huge = { .body = DONE,
					       .filler = 40u << 20 };

	(void)state;
	expect_no_retry(&huge, 10000, "reply too large");
}

static void a_plain_503_is_indeterminate(void **state)
{
	static const struct http_step busy = { .status = 503,
					       .body = "Service Unavailable" };

	(void)state;
	expect_no_retry(&busy, 2000, "HTTP status 503");
}

static void an_etcd_timeout_is_indeterminate(void **state)
{
	static const struct http_step timed_out = {
		.status = 503,
		.body = "{\"error\":\"etcdserver: request timed out\","
			"\"message\":\"etcdserver: request timed out\","
			"\"code\":14}",
	};

	(void)state;
	expect_no_retry(&timed_out, 2000, "request timed out");
}

static void a_refusal_before_the_proposal_is_definite(void **state)
{
	static const struct http_step steps[] = { {
		.status = 429,
		.body = "{\"error\":\"etcdserver: too many requests\","
			"\"message\":\"etcdserver: too many requests\","
			"\"code\":8}",
	} };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1);
	assert_int_equal(act_write(&scene), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "too many requests");
	http_script_stop(scene.script);
	end(&scene);
}

static void a_refused_connection_is_definite(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, NULL, 0);
	http_script_stop(scene.script);
	assert_int_equal(act_write(&scene), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "connection refused");
	assert_true(scene.request.is_unsent);
	end(&scene);
}

static void a_deadline_in_the_past_sends_nothing(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, NULL, 0);
	assert_int_equal(act(&scene, VERB_WRITE, -1, 5, -1), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "timeout");
	http_script_stop(scene.script);
	assert_int_equal(http_script_count(scene.script), 0);
	end(&scene);
}

static void what_is_no_integer_is_refused_before_it_is_sent(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, NULL, 0);
	act(&scene, VERB_READ, -1, 0, -1);
	scene.action.verb = VERB_WRITE;
	scene.action.arg = value_string(scene.values, "five");
	scene.request.deadline_ns = clock_now_ns() + NS_PER_S;
	assert_int_equal(client_apply(scene.client, &scene.request, &scene.err),
			 OUTCOME_FAIL);
	scene.action.verb = VERB_ENQUEUE;
	assert_int_equal(client_apply(scene.client, &scene.request, &scene.err),
			 OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "not supported");
	http_script_stop(scene.script);
	assert_int_equal(http_script_count(scene.script), 0);
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_is_read_as_it_was_written),
		cmocka_unit_test(
			the_trace_of_an_operation_goes_along_with_it_alone),
		cmocka_unit_test(a_cas_compares_values_or_absence),
		cmocka_unit_test(a_late_reply_is_a_timeout_without_retry),
		cmocka_unit_test(a_reset_after_the_request_is_not_retried),
		cmocka_unit_test(
			a_silent_close_after_the_request_is_not_retried),
		cmocka_unit_test(a_torn_reply_is_not_retried),
		cmocka_unit_test(garbage_instead_of_http_is_indeterminate),
		cmocka_unit_test(garbage_as_json_is_indeterminate),
		cmocka_unit_test(an_empty_reply_is_indeterminate),
		cmocka_unit_test(a_reply_without_revision_is_indeterminate),
		cmocka_unit_test(a_redirect_is_not_followed),
		cmocka_unit_test(a_huge_reply_is_cut_off),
		cmocka_unit_test(a_plain_503_is_indeterminate),
		cmocka_unit_test(an_etcd_timeout_is_indeterminate),
		cmocka_unit_test(a_refusal_before_the_proposal_is_definite),
		cmocka_unit_test(a_refused_connection_is_definite),
		cmocka_unit_test(a_deadline_in_the_past_sends_nothing),
		cmocka_unit_test(
			what_is_no_integer_is_refused_before_it_is_sent),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_DEFAULT);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed != 0;
}
