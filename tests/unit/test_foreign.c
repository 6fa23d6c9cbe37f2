/* SPDX-License-Identifier: MIT */
/* The formats of other tools. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/history_write.h"
#include "harness/core/reader.h"

/* Recorded histories of other projects, where they are at hand. */
#define CORPUS "../shared/corpus"

static void refused(const char *text, const char *why)
{
	struct error err = { "" };
	struct history *history =
		history_read_bytes("h", text, strlen(text), NULL, NULL, &err);

	if (history || strcmp(err.text, why) != 0)
		print_error("%s\nis refused with: %s\n", text, err.text);
	assert_null(history);
	assert_string_equal(err.text, why);
}

/* The operations, each with its process, outcome and value. */
static void means(const char *text, const char *format, bool has_real_time,
		  const char *wanted)
{
	struct error err = { "" };
	struct read_info info;
	struct history *h =
		history_read_bytes("h", text, strlen(text), NULL, &info, &err);
	char *line = NULL;
	size_t length = 0;
	size_t capacity = 0;
	char *all = NULL;
	size_t all_length = 0;
	FILE *out = open_memstream(&all, &all_length);

	assert_non_null(out);
	if (!h)
		print_error("%s\n", err.text);
	assert_non_null(h);
	assert_string_equal(info.format, format);
	assert_int_equal(info.has_real_time, has_real_time);
	for (uint32_t i = 0; i < h->entry_count; i++) {
		struct entry entry = history_entry(h, i);

		if (entry.type == OP_INVOKE)
			continue;
		length = 0;
		entry_write(h->values, history_f_name(h, entry.f), &entry,
			    &line, &length, &capacity);
		fprintf(out, "%.*s", (int)length, line);
	}
	fclose(out);
	assert_string_equal(all, wanted);
	free(line);
	free(all);
	history_free(h);
}

#define LINE(index, process, type, f, rest)                             \
	"{\"index\":" index ",\"process\":" process ",\"type\":\"" type \
	"\",\"f\":\"" f "\"," rest "}\n"

static void a_jepsen_log_is_read(void **state)
{
	(void)state;
	means("INFO  jepsen.core - hello\n"
	      "INFO  jepsen.util - 0\t:invoke\t:cas\t[1 4]\n"
	      "INFO  jepsen.util - 1   :invoke :read   nil\r\n"
	      "INFO  jepsen.util - :nemesis\t:info\t:start\t\"cut\"\n"
	      "\n"
	      "INFO  jepsen.util - 1\t:fail\t:read\t:timed-out\n"
	      "INFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n"
	      "INFO  jepsen.util - 1\t:invoke\t:read\tnil\n"
	      "INFO  jepsen.util - 1\t:ok\t:read\t3",
	      "jepsen-log", true,
	      LINE("2", "\"nemesis\"", "info", "start", "\"value\":\"cut\"")
		      LINE("3", "1", "fail", "read",
			   "\"value\":null,\"error\":\"timed-out\"")
			      LINE("4", "0", "info", "cas",
				   "\"value\":[1,4],\"error\":\"timed-out\"")
				      LINE("6", "1", "ok", "read",
					   "\"value\":3"));
	refused("INFO jepsen.util - 0\t:invoke\t:read\tnil\n"
		"INFO jepsen.util - 0\t:maybe\t:read\tnil\n",
		"h:2: :type is not one of :invoke :ok :fail :info");
	refused("INFO jepsen.util - 0\t:invoke\t:read\t[\n",
		"h:1: expected a form, found the end");
}

static void get_and_put_with_keys_are_read(void **state)
{
	(void)state;
	means("{:process 0, :type :invoke, :f :put, :key \"4\", :value \"x\"}\n"
	      "{:process 0, :type :ok, :f :put, :key \"4\", :value \"x\"}\n"
	      "{:process 0, :type :invoke, :f :get, :key \"4\", :value nil}\n"
	      "{:process 0, :type :ok, :f :get, :key \"4\", :value \"x\"}\n",
	      "edn", true,
	      LINE("1", "0", "ok", "put", "\"key\":\"4\",\"value\":\"x\"") LINE(
		      "3", "0", "ok", "get", "\"key\":\"4\",\"value\":\"x\""));
}

static void awdit_text_is_read(void **state)
{
	(void)state;
	means("w 1 2\nr 3 0\n-----\nr 4 0\n=====\n-----\nw 4 0\n\n", "awdit",
	      false,
	      LINE("1", "0", "ok", "txn",
		   "\"value\":[[\"w\",1,2],[\"r\",3,null]]")
		      LINE("3", "0", "ok", "txn", "\"value\":[[\"r\",4,0]]")
			      LINE("5", "1", "ok", "txn",
				   "\"value\":[[\"w\",4,0]]"));
	refused("w 1 2\nx 1 2\n", "h:2: expected 'r' or 'w', found 'x'");
	refused("w 1\n", "h:1: the line ends too early");
	refused("w 1 2 3\n", "h:1: expected the end of the line, found '3'");
	refused("w 1 ?\n", "h:1: expected a number or a name, found '?'");
}

static void plume_text_is_read(void **state)
{
	(void)state;
	means("w(3,41,1,0)\nr(3,41,0,7)\nr(9,0,0,7)\nw(3,5,0,-1)\n"
	      "w(3,6,1,0)\n",
	      "plume", false,
	      LINE("1", "0", "ok", "txn",
		   "\"value\":[[\"r\",3,41],[\"r\",9,null]]")
		      LINE("3", "0", "fail", "txn", "\"value\":[[\"w\",3,5]]")
			      LINE("5", "1", "ok", "txn",
				   "\"value\":[[\"w\",3,41],[\"w\",3,6]]"));
	refused("w(3,41,0)\n", "h:1: expected ',', found ')'");
	refused("w(3,4,x,1)\n", "h:1: expected an integer");
}

static void dbcop_is_read_as_text_and_as_json(void **state)
{
	static const char wanted[] = LINE("1", "0", "ok", "txn",
					  "\"value\":[[\"w\",1,1],[\"w\",2,2]]")
		LINE("3", "0", "fail", "txn",
		     "\"value\":[[\"r\",2,null],[\"r\",3,null]]")
			LINE("5", "1", "ok", "txn", "\"value\":[[\"r\",1,1]]");

	(void)state;
	means("[1:=1 2:=2] [2==2 3==?]!\n---\n[1==1]\n", "dbcop", false,
	      wanted);
	means("{\"params\":{},\"data\":[[{\"events\":["
	      "{\"Write\":{\"variable\":1,\"version\":1}},"
	      "{\"Write\":{\"variable\":2,\"version\":2}}],"
	      "\"committed\":true},"
	      "{\"events\":[{\"Read\":{\"variable\":2,\"version\":2}},"
	      "{\"Read\":{\"variable\":3,\"version\":null}}],"
	      "\"committed\":false}],"
	      "[{\"events\":[{\"Read\":{\"variable\":1,\"version\":1}}],"
	      "\"committed\":true}]]}",
	      "dbcop", false, wanted);
	refused("[x:=1 y=2]\n", "h:1: expected '=', found '2'");
	refused("[x:=1\n", "h:1: the line ends too early");
	refused("{\"data\":[[{\"events\":[{\"Scan\":1}]}]]}",
		"h: an event that is neither a \"Write\" nor a \"Read\"");
	refused("{\"params\":1}", "h: has no \"data\" of sessions");
}

static void corpus(const char *pattern, const char *format, size_t least)
{
	glob_t files;
	struct error err;
	struct read_info info;

	if (glob(pattern, 0, NULL, &files) != 0) {
		globfree(&files);
		print_message("skipped: no " CORPUS "\n");
		skip();
	}
	assert_true(files.gl_pathc >= least);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct history *h =
			history_read(files.gl_pathv[i], NULL, &info, &err);

		if (!h && strstr(err.text, "is empty"))
			continue;
		if (!h)
			print_error("%s\n", err.text);
		assert_non_null(h);
		assert_string_equal(info.format, format);
		assert_false(info.is_independent || info.is_torn);
		assert_true(h->op_count > 0);
		history_free(h);
	}
	globfree(&files);
}

static void all_recorded_histories_at_hand_load(void **state)
{
	(void)state;
	corpus(CORPUS "/knossos/*/*/*.edn", "edn", 120);
	corpus(CORPUS "/porcupine/kv/*.txt", "edn", 6);
	corpus(CORPUS "/porcupine/jepsen/*.log", "jepsen-log", 102);
	corpus(CORPUS "/awdit/*/*.txt", "awdit", 9);
	corpus(CORPUS "/awdit/*/generated/*.txt", "awdit", 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_jepsen_log_is_read),
		cmocka_unit_test(get_and_put_with_keys_are_read),
		cmocka_unit_test(awdit_text_is_read),
		cmocka_unit_test(plume_text_is_read),
		cmocka_unit_test(dbcop_is_read_as_text_and_as_json),
		cmocka_unit_test(all_recorded_histories_at_hand_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
