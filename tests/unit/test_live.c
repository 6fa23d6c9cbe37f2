/* SPDX-License-Identifier: MIT */
/* A run in progress, read from its growing history. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/serve/live.h"
#include "harness/serve/live_line.h"
#include "tests/support/run_store.h"

#define RUN "memory-register/20260101T000000.000Z"

static bool reads(const char *text, struct live_line *line)
{
	return live_line_read(text, strlen(text), line);
}

static bool is(const struct span *span, const char *text)
{
	return span->text && span->length == strlen(text) &&
	       memcmp(span->text, text, span->length) == 0;
}

static void members_are_found_in_any_order(void **state)
{
	struct live_line line;

	(void)state;
	assert_true(
		reads("{\"node\":\"n1\", \"value\" : [1,{\"a\":\"}]\\\"\"}],"
		      "\"f\":\"txn\",\"type\":\"ok\",\"process\":12,"
		      "\"time\":34,\"more\":null}",
		      &line));
	assert_int_equal(line.time_ns, 34);
	assert_int_equal(line.process, 12);
	assert_false(line.is_nemesis);
	assert_int_equal(line.type, LIVE_OK);
	assert_true(is(&line.f, "\"txn\""));
	assert_true(is(&line.node, "\"n1\""));
	assert_true(is(&line.value, "[1,{\"a\":\"}]\\\"\"}]"));
	assert_null(line.error.text);
	assert_true(
		reads("{\"process\":\"nemesis\",\"type\":\"info\"}", &line));
	assert_true(line.is_nemesis);
}

static void what_is_no_line_is_told(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"{}",
		"[]",
		"{\"type\":\"ok\"",
		"{\"type\":\"ok\",}",
		"{\"type\":\"ok\",\"value\":[}",
		"{\"type\":\"ok\",\"value\":]}",
		"{\"type\":\"ok\",\"value\":\"abc}",
		"{\"type\":\"ok\",\"value\":\"abc\\",
		"{\"type\":\"ok\",\"time\":\"x\"}",
		"{\"type\":\"ok\",\"time\":1e9}",
		"{\"type\":\"ok\",\"process\":99999999999999999999}",
		"{type:\"ok\"}",
		"{\"type\":\"okay\"}",
	};
	struct live_line line;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_false(reads(texts[i], &line));
}

/* Every beginning of a line, in memory that ends there. */
static void a_torn_line_is_read_with_care(void **state)
{
	static const char text[] =
		"{\"index\":1,\"time\":5,\"process\":0,"
		"\"type\":\"ok\",\"f\":\"cas\",\"value\":"
		"[\"a\\\"\",{\"b\":[]}],\"node\":\"n\\u0031\"}";
	struct live_line line;

	(void)state;
	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		char *copy = malloc(length ? length : 1);

		assert_non_null(copy);
		memcpy(copy, text, length);
		assert_false(live_line_read(copy, length, &line));
		free(copy);
	}
	assert_true(reads(text, &line));
}

static void append(struct run_store *store, const char *text)
{
	int fd = open(run_store_path(store, RUN "/history.jsonl"),
		      O_WRONLY | O_APPEND);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

#define LINE(time, process, type, f, rest)                                 \
	"{\"index\":0,\"time\":" #time ",\"process\":" #process            \
	",\"type\":\"" #type "\",\"f\":\"" #f "\"" rest ",\"node\":\"n1\"" \
	"}\n"
#define NEMESIS(time, f, value)                                    \
	"{\"index\":0,\"time\":" #time ",\"process\":\"nemesis\"," \
	"\"type\":\"info\",\"f\":\"" f "\",\"value\":" value "}\n"

struct looking {
	struct run_store *store;
	int root;
	struct live_set *set;
	struct live_view *view;
};

static void begin(struct looking *looking, void **state, const char *history)
{
	looking->store = *state;
	run_store_put(looking->store, RUN "/history.jsonl", history);
	looking->root = open(looking->store->root, O_RDONLY | O_DIRECTORY);
	looking->set = live_open(looking->root);
	looking->view =
		arena_alloc(&looking->store->arena, sizeof(*looking->view));
}

static void look(struct looking *looking)
{
	assert_true(live_look(looking->set, RUN, 0, looking->view,
			      &looking->store->arena));
}

static void end(struct looking *looking)
{
	live_close(looking->set);
	close(looking->root);
}

static void operations_are_counted_as_they_complete(void **state)
{
	struct looking looking;
	const struct live_view *view;

	begin(&looking, state,
	      NEMESIS(0, "phase", "\"main\"") LINE(1000000, 0, invoke, read, "")
		      LINE(2000000, 1, invoke, write, ",\"value\":3"));
	look(&looking);
	view = looking.view;
	assert_string_equal(view->phase, "main");
	assert_int_equal(view->open, 2);
	assert_int_equal(view->operation_count, 0);
	/* In the middle of a line. */
	append(looking.store, LINE(4000000, 0, ok, read, "") "{\"index\":");
	look(&looking);
	assert_int_equal(view->open, 1);
	assert_string_equal(view->operations[0].name, "read");
	assert_int_equal(view->operations[0].by_outcome[LIVE_IS_OK], 1);
	assert_int_equal(view->operations[0].by_latency[3], 1); /* 3 ms */
	append(looking.store,
	       "9,\"time\":1500000000,\"process\":1,\"type\":\"info\",\"f\":"
	       "\"write\",\"error\":\"timeout\"}\n"
	       "{\"time\":1500000001,\"process\":2,\"type\":"
	       "\"fail\",\"f\":\"x\\\"y\"}\n");
	look(&looking);
	assert_int_equal(view->open, 0);
	assert_int_equal(view->operation_count, 3);
	assert_int_equal(view->operations[1].by_outcome[LIVE_IS_INFO], 1);
	assert_int_equal(view->second_count, 2);
	assert_int_equal(view->seconds[0].by_outcome[LIVE_IS_OK], 1);
	assert_int_equal(view->seconds[1].by_outcome[LIVE_IS_FAIL], 1);
	assert_true(view->seconds[0].p50_ms > 2.5f);
	assert_true(view->seconds[0].p50_ms < 3.5f);
	assert_int_equal(view->node_count, 1);
	end(&looking);
}

static void faults_are_in_force_until_healed(void **state)
{
	struct looking looking;
	const struct live_fault *fault;

	begin(&looking, state,
	      NEMESIS(10, "kill",
		      "{\"do\":\"inject\",\"stage\":\"begin\","
		      "\"target\":\"one\"}"));
	look(&looking);
	fault = looking.view->faults;
	assert_string_equal(fault->name, "kill");
	assert_string_equal(fault->target, "one");
	assert_true(fault->is_in_force);
	append(looking.store,
	       NEMESIS(20, "kill",
		       "{\"do\":\"inject\",\"stage\":\"end\","
		       "\"effect\":\"proven\"}")
		       NEMESIS(30, "kill",
			       "{\"do\":\"heal\",\"stage\":\"begin\"}"));
	look(&looking);
	assert_string_equal(fault->effect, "proven");
	assert_true(fault->is_in_force);
	append(looking.store,
	       NEMESIS(40, "kill", "{\"do\":\"heal\",\"stage\":\"end\"}")
		       NEMESIS(50, "log-finding",
			       "{\"node\":\"n1\",\"file\":\"a.log\","
			       "\"text\":\"panic\"}") NEMESIS(60, "kill", "7")
			       NEMESIS(70, "phase", "[]"));
	look(&looking);
	assert_false(fault->is_in_force);
	assert_int_equal(fault->injected, 1);
	assert_int_equal(fault->proven, 1);
	assert_int_equal(looking.view->finding_count, 1);
	assert_non_null(strstr(looking.view->findings[0].text, "panic"));
	append(looking.store,
	       NEMESIS(80, "kill", "{\"do\":\"inject\",\"stage\":\"begin\"}")
		       NEMESIS(90, "kill",
			       "{\"do\":\"inject\",\"stage\":\"end\","
			       "\"effect\":\"skipped\"}"));
	look(&looking);
	assert_string_equal(fault->effect, "skipped");
	assert_false(fault->is_in_force);
	end(&looking);
}

static void another_file_is_read_from_its_beginning(void **state)
{
	struct looking looking;

	begin(&looking, state,
	      LINE(1, 0, invoke, read, "") LINE(2, 0, ok, read, ""));
	look(&looking);
	assert_int_equal(looking.view->entries, 2);
	run_store_put(looking.store, RUN "/history.jsonl",
		      LINE(1, 0, invoke, write, ""));
	look(&looking);
	assert_int_equal(looking.view->entries, 1);
	assert_int_equal(looking.view->operation_count, 0);
	end(&looking);
}

static void names_beyond_what_is_kept_are_others(void **state)
{
	struct looking looking;

	begin(&looking, state, "");
	for (int i = 0; i < 40; i++) {
		char line[200];

		snprintf(line, sizeof(line),
			 "{\"time\":%d,\"process\":%d,\"type\":\"ok\",\"f\":"
			 "\"f%d\",\"node\":\"%0100d\"}\n",
			 i, 100000 * i, i, i);
		append(looking.store, line);
	}
	look(&looking);
	assert_int_equal(looking.view->operation_count, LIVE_NAMES_MAX);
	assert_string_equal(looking.view->operations[LIVE_NAMES_MAX - 1].name,
			    "others");
	assert_int_equal(looking.view->operations[LIVE_NAMES_MAX - 1]
				 .by_outcome[LIVE_IS_OK],
			 40 - LIVE_NAMES_MAX + 1);
	assert_false(live_look(looking.set, "no/run", 0, looking.view,
			       &looking.store->arena));
	end(&looking);
}

int main(void)
{
#define CASE(name)                                              \
	cmocka_unit_test_setup_teardown(name, run_store_set_up, \
					run_store_tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_in_any_order),
		cmocka_unit_test(what_is_no_line_is_told),
		cmocka_unit_test(a_torn_line_is_read_with_care),
		CASE(operations_are_counted_as_they_complete),
		CASE(faults_are_in_force_until_healed),
		CASE(another_file_is_read_from_its_beginning),
		CASE(names_beyond_what_is_kept_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
