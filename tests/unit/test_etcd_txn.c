/* SPDX-License-Identifier: MIT */
/* Transactions in two requests: what each of them may mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
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
/* list/1 is "10 11" at revision 3; the second key is not there. */
#define LIST                                                   \
	"{\"response_range\":{\"kvs\":[{\"key\":\"bGlzdC8x\"," \
	"\"mod_revision\":\"3\",\"value\":\"MTAgMTE=\"}],\"count\":\"1\"}}"
#define NONE "{\"response_range\":{\"header\":{}}}"
#define PUT "{\"response_put\":{}}"
#define FOUND(list) HEADER ",\"succeeded\":true,\"responses\":[" list "]}"
#define CONFLICT HEADER "}"

#define ACTIONS_MAX 8

struct scene {
	struct http_script *script;
	struct client *client;
	struct arena arena;
	struct values *values;
	struct action actions[ACTIONS_MAX];
	size_t count;
	struct error err;
};

static void begin(struct scene *scene, const struct http_step *steps,
		  size_t count, bool is_serializable)
{
	*scene = (struct scene){ 0 };
	scene->script = http_script_start(steps, count);
	assert_non_null(scene->script);
	scene->client =
		client_open("127.0.0.1", http_script_port(scene->script), "v3",
			    is_serializable, &scene->err);
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

static void add(struct scene *scene, enum object object, enum verb verb,
		int key, int64_t arg)
{
	scene->actions[scene->count++] = (struct action){
		.object = (uint16_t)object,
		.verb = (uint16_t)verb,
		.key = value_int(scene->values, key),
		.arg = value_int(scene->values, arg),
	};
}

/* Carries them out, and ends the server. */
static enum outcome transact(struct scene *scene)
{
	struct request request = {
		.actions = scene->actions,
		.action_count = scene->count,
		.is_transaction = true,
		.values = scene->values,
		.arena = &scene->arena,
		.deadline_ns = clock_now_ns() + 1500 * NS_PER_MS,
	};
	enum outcome outcome;

	outcome = client_apply(scene->client, &request, &scene->err);
	http_script_stop(scene->script);
	return outcome;
}

static void expect_request(const struct scene *scene, size_t index,
			   const char *part)
{
	const char *request = http_script_request(scene->script, index);

	if (!strstr(request, part))
		fail_msg("request %zu lacks %s: %s", index, part, request);
}

static void a_list_is_read_then_written_if_unchanged(void **state)
{
	static const struct http_step steps[] = {
		{ .body = FOUND(LIST "," NONE) },
		{ .body = FOUND(PUT) },
	};
	struct scene scene;
	struct value list;

	(void)state;
	begin(&scene, steps, 2, false);
	add(&scene, OBJECT_LIST, VERB_APPEND, 1, 12);
	add(&scene, OBJECT_LIST, VERB_READ, 2, 0);
	add(&scene, OBJECT_LIST, VERB_READ, 1, 0);
	assert_int_equal(transact(&scene), OUTCOME_OK);
	assert_true(value_is_nil(scene.actions[1].result));
	list = scene.actions[2].result;
	assert_int_equal(value_list_length(scene.values, list), 3);
	assert_int_equal(http_script_count(scene.script), 2);
	expect_request(&scene, 1,
		       "{\"compare\":[{\"key\":\"bGlzdC8x\","
		       "\"target\":\"MOD\",\"result\":\"EQUAL\","
		       "\"mod_revision\":\"3\"},{\"key\":\"bGlzdC8y\","
		       "\"target\":\"MOD\",\"result\":\"EQUAL\","
		       "\"mod_revision\":\"0\"}]");
	/* "10 11 12", once. */
	expect_request(&scene, 1,
		       "\"success\":[{\"request_put\":{\"key\":"
		       "\"bGlzdC8x\",\"value\":\"MTAgMTEgMTI=\"}}]}");
	end(&scene);
}

static void a_transaction_that_reads_is_one_request(void **state)
{
	static const struct http_step steps[] = { { .body = FOUND(LIST) } };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1, true);
	add(&scene, OBJECT_LIST, VERB_READ, 1, 0);
	add(&scene, OBJECT_LIST, VERB_READ, 1, 0);
	assert_int_equal(transact(&scene), OUTCOME_OK);
	assert_true(
		value_equal(scene.actions[0].result, scene.actions[1].result));
	assert_int_equal(http_script_count(scene.script), 1);
	expect_request(&scene, 0,
		       "{\"success\":[{\"request_range\":{\"key\":"
		       "\"bGlzdC8x\",\"serializable\":true}}]}");
	end(&scene);
}

static void blind_writes_are_one_request_and_the_last_one_wins(void **state)
{
	static const struct http_step steps[] = { { .body = FOUND(PUT) } };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1, false);
	add(&scene, OBJECT_REGISTER, VERB_WRITE, 1, 1);
	add(&scene, OBJECT_REGISTER, VERB_WRITE, 1, 5);
	add(&scene, OBJECT_REGISTER, VERB_READ, 1, 0);
	assert_int_equal(transact(&scene), OUTCOME_OK);
	assert_int_equal(value_as_int(scene.values, scene.actions[2].result),
			 5);
	assert_int_equal(http_script_count(scene.script), 1);
	expect_request(&scene, 0,
		       "{\"compare\":[],\"success\":[{"
		       "\"request_put\":{\"key\":\"cmVnaXN0ZXIvMQ==\","
		       "\"value\":\"NQ==\"}}]}");
	end(&scene);
}

/* set/1/ has the row 4; nothing else was inserted there since revision 7. */
#define ROWS                                                       \
	"{\"response_range\":{\"kvs\":[{\"key\":\"c2V0LzEvNA==\"," \
	"\"mod_revision\":\"3\"}],\"count\":\"1\"}}"

static void rows_are_inserted_if_the_range_is_unchanged(void **state)
{
	static const struct http_step steps[] = {
		{ .body = FOUND(ROWS) },
		{ .body = FOUND(PUT) },
	};
	struct scene scene;

	(void)state;
	begin(&scene, steps, 2, false);
	add(&scene, OBJECT_SET, VERB_READ, 1, 0);
	add(&scene, OBJECT_SET, VERB_ADD, 2, 5);
	assert_int_equal(transact(&scene), OUTCOME_OK);
	assert_string_equal(value_text(scene.values, scene.actions[0].result,
				       &scene.arena),
			    "[4]");
	expect_request(&scene, 0,
		       "{\"success\":[{\"request_range\":{\"key\":"
		       "\"c2V0LzEv\",\"range_end\":\"c2V0LzEw\","
		       "\"keys_only\":true}}]}");
	expect_request(&scene, 1,
		       "{\"compare\":[{\"key\":\"c2V0LzEv\","
		       "\"range_end\":\"c2V0LzEw\",\"target\":\"MOD\","
		       "\"result\":\"LESS\",\"mod_revision\":\"8\"}],"
		       "\"success\":[{\"request_put\":{\"key\":"
		       "\"c2V0LzIvNQ==\",\"value\":\"\"}}]}");
	end(&scene);
}

static void a_transaction_sees_the_rows_it_inserted(void **state)
{
	static const struct http_step steps[] = {
		{ .body = FOUND(ROWS) },
		{ .body = FOUND(PUT) },
	};
	struct scene scene;

	(void)state;
	begin(&scene, steps, 2, false);
	add(&scene, OBJECT_SET, VERB_ADD, 1, 5);
	add(&scene, OBJECT_SET, VERB_READ, 1, 0);
	assert_int_equal(transact(&scene), OUTCOME_OK);
	assert_string_equal(value_text(scene.values, scene.actions[1].result,
				       &scene.arena),
			    "[4,5]");
	end(&scene);
}

static void a_conflict_is_definite(void **state)
{
	static const struct http_step steps[] = { { .body = FOUND(LIST) },
						  { .body = CONFLICT } };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 2, false);
	add(&scene, OBJECT_LIST, VERB_APPEND, 1, 12);
	assert_int_equal(transact(&scene), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "conflict");
	end(&scene);
}

static void what_goes_wrong_before_the_commit_is_definite(void **state)
{
	static const struct http_step firsts[] = {
		{ .ending = HTTP_RESET },
		{ .body = FOUND(LIST), .delay_ms = 9000 },
		{ .body = "garbage" },
		{ .body = FOUND(NONE "," NONE) },
		{ .status = 503,
		  .body = "{\"message\":\"etcdserver: request timed out\","
			  "\"code\":14}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		struct scene scene;

		begin(&scene, &firsts[i], 1, false);
		add(&scene, OBJECT_LIST, VERB_APPEND, 1, 12);
		assert_int_equal(transact(&scene), OUTCOME_FAIL);
		assert_int_equal(http_script_count(scene.script), 1);
		end(&scene);
	}
}

static void what_goes_wrong_in_the_commit_is_indeterminate(void **state)
{
	static const struct http_step seconds[] = {
		{ .ending = HTTP_RESET },
		{ .body = FOUND(PUT), .delay_ms = 9000 },
		{ .body = "garbage" },
		{ .body = FOUND(PUT "," PUT) },
		{ .status = 503,
		  .body = "{\"message\":\"etcdserver: leader changed\","
			  "\"code\":14}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++) {
		struct http_step steps[] = { { .body = FOUND(LIST) },
					     seconds[i] };
		struct scene scene;

		begin(&scene, steps, 2, false);
		add(&scene, OBJECT_LIST, VERB_APPEND, 1, 12);
		assert_int_equal(transact(&scene), OUTCOME_INDETERMINATE);
		assert_int_equal(http_script_count(scene.script), 2);
		end(&scene);
	}
}

static void a_failed_cas_keeps_the_whole_from_happening(void **state)
{
	static const struct http_step steps[] = { { .body = FOUND(NONE) } };
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1, false);
	add(&scene, OBJECT_REGISTER, VERB_CAS, 1, 5);
	scene.actions[0].expected = value_int(scene.values, 4);
	add(&scene, OBJECT_REGISTER, VERB_WRITE, 2, 5);
	assert_int_equal(transact(&scene), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "precondition failed");
	assert_int_equal(http_script_count(scene.script), 1);
	end(&scene);
}

static void a_list_that_is_none_is_not_written_over(void **state)
{
	/* list/1 holds "ten": somebody else's. */
	static const struct http_step steps[] = {
		{ .body = FOUND(
			  "{\"response_range\":{\"kvs\":[{\"key\":\"bGlzdC8x\","
			  "\"mod_revision\":\"3\",\"value\":\"dGVu\"}]}}") }
	};
	struct scene scene;

	(void)state;
	begin(&scene, steps, 1, false);
	add(&scene, OBJECT_LIST, VERB_READ, 1, 0);
	add(&scene, OBJECT_LIST, VERB_APPEND, 1, 12);
	assert_int_equal(transact(&scene), OUTCOME_FAIL);
	assert_string_equal(scene.err.text, "bad reply: not a list");
	end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_then_written_if_unchanged),
		cmocka_unit_test(a_transaction_that_reads_is_one_request),
		cmocka_unit_test(
			blind_writes_are_one_request_and_the_last_one_wins),
		cmocka_unit_test(rows_are_inserted_if_the_range_is_unchanged),
		cmocka_unit_test(a_transaction_sees_the_rows_it_inserted),
		cmocka_unit_test(a_conflict_is_definite),
		cmocka_unit_test(what_goes_wrong_before_the_commit_is_definite),
		cmocka_unit_test(
			what_goes_wrong_in_the_commit_is_indeterminate),
		cmocka_unit_test(a_failed_cas_keeps_the_whole_from_happening),
		cmocka_unit_test(a_list_that_is_none_is_not_written_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
