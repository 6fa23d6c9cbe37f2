/* SPDX-License-Identifier: MIT */
/* Reading whole files and pieces of them: formats, torn ends, bad files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/core/arena.h"
#include "harness/core/history_write.h"
#include "harness/core/reader.h"

#define INVOKE "{\"process\":0,\"type\":\"invoke\",\"f\":\"read\"}"
#define OK "{\"process\":0,\"type\":\"ok\",\"f\":\"read\",\"value\":7}"

static struct history *read_text(const char *text, struct read_info *info,
				 struct error *err)
{
	return history_read_bytes("h", text, strlen(text), NULL, info, err);
}

static void refused(const char *text, const char *why)
{
	struct error err = { "" };
	struct history *history = read_text(text, NULL, &err);

	if (history || strcmp(err.text, why) != 0)
		print_error("%s\nis refused with: %s\n", text, err.text);
	assert_null(history);
	assert_string_equal(err.text, why);
}

static void torn(const char *text, size_t entries)
{
	struct error err = { "" };
	struct read_info info;
	struct history *history = read_text(text, &info, &err);

	if (!history)
		print_error("%s\n%s\n", text, err.text);
	assert_non_null(history);
	assert_true(info.is_torn);
	assert_int_equal(history->entry_count, entries);
	history_free(history);
}

static void a_torn_last_line_is_left_out_and_told(void **state)
{
	static const char last[] =
		"{\"index\":1,\"time\":-12,\"process\":0,\"type\":\"ok\","
		"\"f\":\"read\",\"key\":\"\xc3\xa4\\u00e4\","
		"\"value\":[1,{\"a\":null}],\"node\":\"n1\"";
	char text[512];

	(void)state;
	for (size_t cut = 1; cut < sizeof(last); cut++) {
		snprintf(text, sizeof(text), INVOKE "\n%.*s", (int)cut, last);
		torn(text, 1);
	}
	torn("{", 0);
}

static void a_whole_last_line_needs_no_newline(void **state)
{
	struct error err;
	struct read_info info;
	struct history *history = read_text(INVOKE "\n" OK, &info, &err);

	(void)state;
	assert_non_null(history);
	assert_false(info.is_torn);
	assert_int_equal(history->entry_count, 2);
	assert_int_equal(info.lines, 2);
	assert_string_equal(info.format, "jsonl");
	assert_true(info.has_real_time);
	history_free(history);
}

static void other_bad_lines_are_errors(void **state)
{
	(void)state;
	/* Cut off, but with its newline: not the trace of a crash. */
	refused(INVOKE "\n{\"process\":\n" OK,
		"h:2: column 12: expected a digit, found the end of the line");
	refused(INVOKE "\nhello", "h:2: column 1: expected '{', found 'h'");
	refused(INVOKE "\n{\"process\":0}",
		"h:2: column 13: the object has no \"type\"");
	refused(INVOKE "\n" INVOKE "\n",
		"h:2: process 0 invokes 'read' while its operation of index "
		"0 is open");
	refused(OK "\n",
		"h:1: process 0 completes 'read' (ok) without an invocation");
}

static void files_that_are_no_history_get_a_clear_sentence(void **state)
{
	struct error err;

	(void)state;
	refused("", "h: is empty: there is no history in it");
	refused(" \n\n", "h: is empty: there is no history in it");
	refused("\x7f"
		"ELF\x02\x01",
		"h: is binary data, no history");
	refused("hello world\n", "h: begins with 'hello', which is no format "
				 "of histories that is known");
	assert_null(history_read("/nonexistent/h", NULL, NULL, &err));
	assert_string_equal(err.text, "/nonexistent/h: cannot be opened: No "
				      "such file or directory");
	assert_null(history_read("/", NULL, NULL, &err));
	assert_string_equal(err.text, "/: cannot be read: Is a directory");
}

static void an_array_of_objects_is_read(void **state)
{
	struct error err = { "" };
	struct read_info info;
	struct history *history =
		read_text("\n[" INVOKE ",\n" OK "\n,{\"process\":1,\n"
			  "\"type\":\"invoke\",\n\"f\":\"read\"}\n]\n",
			  &info, &err);

	(void)state;
	assert_non_null(history);
	assert_string_equal(info.format, "json");
	assert_int_equal(history->entry_count, 3);
	history_free(history);
	refused("[" INVOKE ",\n" OK "\n", "h:3: the array has no end");
	refused("[" INVOKE ",\n\n{\"process\":1e}]",
		"h:3: column 14: expected a digit, found '}'");
	refused("[" INVOKE ",\n]", "h:2: a ',' and no object after it");
	refused("[" INVOKE "\n{}]",
		"h:2: expected ',' or ']' after an object, found '{'");
	refused("[{}] 1", "h:1: column 2: the object has no \"process\"");
	history = read_text("[]", &info, &err);
	assert_non_null(history);
	history_free(history);
}

static void an_independent_value_is_split_when_told_so(void **state)
{
	struct read_options options = { .independent = READ_INDEPENDENT_YES };
	static const char text[] =
		"{\"process\":0,\"type\":\"invoke\",\"f\":\"cas\","
		"\"value\":[7,[1,2]]}\n"
		"{\"process\":0,\"type\":\"info\",\"f\":\"cas\","
		"\"value\":null}\n"
		"{\"process\":1,\"type\":\"invoke\",\"f\":\"txn\","
		"\"value\":[7,[[\"r\",1,null]]]}\n"
		"{\"process\":\"nemesis\",\"type\":\"info\",\"f\":\"kill\","
		"\"value\":[7,8]}\n";
	struct error err = { "" };
	struct read_info info;
	struct history *history = history_read_bytes("h", text, strlen(text),
						     &options, &info, &err);
	const struct action *cas;

	(void)state;
	assert_non_null(history);
	assert_true(info.is_independent);
	cas = op_actions(history, history->ops);
	assert_int_equal(value_as_int(history->values, cas->key), 7);
	assert_int_equal(value_as_int(history->values, cas->arg), 2);
	assert_int_equal(
		value_list_length(history->values,
				  op_actions(history, &history->ops[1])->key),
		2);
	assert_true(value_is_nil(op_actions(history, &history->ops[2])->key));
	history_free(history);
}

static char *written(const struct history *history)
{
	struct error err;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(history_write_jsonl(history, out, &err), 0);
	fclose(out);
	return text;
}

/* Whatever the pieces that a text comes in, it means the same. */
static void pieces_of_any_size_make_the_same_history(void **state)
{
	static const char *const texts[] = {
		"\n" INVOKE "\n\n" OK "\n" INVOKE "\n" OK,
		"[" INVOKE ",\n" OK "]",
		"{:process 0, :type :invoke, :f :read, :value [\"a\" #{}]}",
		"w 1 2\n-----\nr 1 2\n=====\nr 1 0",
		"INFO  jepsen.util - 0\t:invoke\t:read\tnil\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t length = strlen(texts[i]);
		struct error err = { "" };
		struct history *whole = read_text(texts[i], NULL, &err);
		char *wanted;

		assert_non_null(whole);
		wanted = written(whole);
		for (size_t piece = 1; piece <= length; piece++) {
			struct history *history = history_new();
			struct history_stream *stream =
				history_stream_new(history, NULL);
			char *text;

			for (size_t at = 0; at < length; at += piece)
				assert_int_equal(history_stream_feed(
							 stream, texts[i] + at,
							 length - at < piece
								 ? length - at
								 : piece,
							 &err),
						 0);
			assert_int_equal(history_stream_finish(stream, &err),
					 0);
			text = written(history);
			assert_string_equal(text, wanted);
			free(text);
			history_stream_free(stream);
			history_free(history);
		}
		free(wanted);
		history_free(whole);
	}
}

static void entries_arrive_with_their_newline(void **state)
{
	struct history *history = history_new();
	struct history_stream *stream = history_stream_new(history, NULL);
	struct error err = { "" };

	(void)state;
	assert_int_equal(
		history_stream_feed(stream, INVOKE, strlen(INVOKE), &err), 0);
	assert_int_equal(history->entry_count, 0);
	assert_int_equal(
		history_stream_feed(stream, "\n" OK, 1 + strlen(OK), &err), 0);
	assert_int_equal(history->entry_count, 1);
	assert_int_equal(history_stream_feed(stream, "\n!\n", 3, &err), -1);
	assert_string_equal(err.text, "3: column 1: expected '{', found '!'");
	assert_int_equal(history->entry_count, 2);
	assert_int_equal(history_stream_feed(stream, OK, 1, &err), -1);
	assert_int_equal(history_stream_info(stream)->lines, 3);
	history_stream_free(stream);
	history_free(history);
}

static void a_file_larger_than_a_piece_is_read(void **state)
{
	char path[] = "/tmp/ordeal-test-XXXXXX";
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");
	struct error err = { "" };
	struct read_info info;
	struct history *history;

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 20000; i++)
		fprintf(file, INVOKE "\n" OK "\n");
	fclose(file);
	history = history_read(path, NULL, &info, &err);
	unlink(path);
	assert_non_null(history);
	assert_int_equal(history->op_count, 20000);
	assert_int_equal(info.lines, 40000);
	history_free(history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_torn_last_line_is_left_out_and_told),
		cmocka_unit_test(a_whole_last_line_needs_no_newline),
		cmocka_unit_test(other_bad_lines_are_errors),
		cmocka_unit_test(
			files_that_are_no_history_get_a_clear_sentence),
		cmocka_unit_test(an_array_of_objects_is_read),
		cmocka_unit_test(an_independent_value_is_split_when_told_so),
		cmocka_unit_test(pieces_of_any_size_make_the_same_history),
		cmocka_unit_test(entries_arrive_with_their_newline),
		cmocka_unit_test(a_file_larger_than_a_piece_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
