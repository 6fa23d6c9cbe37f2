/* SPDX-License-Identifier: MIT */
/* results.json, the summary, and text made safe to show. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/report/explain.h"
#include "harness/report/json.h"
#include "harness/report/results.h"
#include "harness/report/summary.h"
#include "harness/report/text.h"
#include "tests/support/story.h"

#define EVIL "\x1b[31mred\x07 \xe2\x80\xae \xff\n"

static int check_evil(const struct check *check, struct verdict *verdict,
		      struct error *err)
{
	struct anomaly *anomaly = verdict_add_anomaly(
		verdict, check->arena, "stale-read", "evil %s", EVIL);

	(void)err;
	anomaly->story = "first line\nsecond " EVIL "third";
	anomaly_add_evidence(anomaly, check->arena, 0, "wrote %s", EVIL);
	figure_add_text(&anomaly->figures, check->arena, "key", EVIL);
	figure_add_text(&anomaly->figures, check->arena, "name", "not mine");
	figure_add_real(&verdict->figures, check->arena, "endless", HUGE_VAL);
	figure_add_real(&verdict->figures, check->arena, "third", 1.0 / 3);
	return 0;
}

static const struct checker evil = { .name = "evil", .summary = "-",
				     .check = check_evil };

struct fixture {
	struct arena arena;
	struct history *history;
	struct judgement judgement;
};

static int set_up(void **state)
{
	static struct fixture fixture;
	struct judge judge = { .checker = &evil };
	struct panel panel = { .judges = &judge, .count = 1 };
	struct judge_limits limits = { 0 };

	fixture = (struct fixture){ .history = NULL };
	judge.options = options_new(&fixture.arena, NULL);
	fixture.history = story("ok 0@n1 write \"\\u001b[2J\"; info 1 cas "
				"[1,2] !timeout; 2 invoke read");
	judge_history(fixture.history, &panel, &limits, &fixture.arena,
		      &fixture.judgement);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	history_free(fixture->history);
	arena_release(&fixture->arena);
	return 0;
}

static char *results_text(const struct fixture *fixture)
{
	json_t *json = results_json(&fixture->judgement, fixture->history);
	char *text = json_pretty(json);

	json_decref(json);
	return text;
}

static void results_are_the_same_bytes_each_time(void **state)
{
	char *first = results_text(*state);
	char *second = results_text(*state);

	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void results_are_json_whatever_the_text(void **state)
{
	struct fixture *fixture = *state;
	char *text = results_text(fixture);
	json_t *json = json_loads(text, 0, NULL);
	json_t *anomaly;
	json_t *checker;

	assert_non_null(json);
	assert_true(json_is_false(json_object_get(json, "valid")));
	checker = json_object_get(json_object_get(json, "checkers"), "evil");
	anomaly = json_array_get(json_object_get(checker, "anomalies"), 0);
	assert_string_equal(json_string_value(json_object_get(anomaly, "name")),
			    "stale-read");
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(anomaly, "evidence"), 0),
			"role")),
		"wrote \x1b[31mred\x07 \xe2\x80\xae \xef\xbf\xbd\n");
	assert_true(json_is_null(json_object_get(checker, "endless")));
	assert_float_equal(json_real_value(json_object_get(checker, "third")),
			   0.333333333, 1e-12);
	json_decref(json);
	free(text);
}

static void an_operation_tells_both_its_ends(void **state)
{
	struct fixture *fixture = *state;
	json_t *json = json_op(fixture->history, 1);

	assert_int_equal(json_integer_value(json_object_get(json, "index")), 2);
	assert_int_equal(
		json_integer_value(json_object_get(json, "completion")), 3);
	assert_string_equal(json_string_value(json_object_get(json, "type")),
			    "info");
	assert_string_equal(json_string_value(json_object_get(json, "error")),
			    "timeout");
	json_decref(json);
	json = json_op(fixture->history, 2);
	assert_string_equal(json_string_value(json_object_get(json, "type")),
			    "invoke");
	assert_null(json_object_get(json, "completion"));
	json_decref(json);
}

static void an_operation_reads_well(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(op_text(fixture->history, 1, &fixture->arena),
			    "process 1: cas [1,2], indeterminate: timeout");
	assert_string_equal(op_text(fixture->history, 2, &fixture->arena),
			    "process 2: read, never answered");
}

static void the_summary_holds_no_escape_of_others(void **state)
{
	struct fixture *fixture = *state;
	struct summary_style style = { .results = "runs/" EVIL };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	summary_print(out, &fixture->judgement, fixture->history, &style);
	fclose(out);
	for (size_t i = 0; i < length; i++)
		assert_true(text[i] == '\n' || (unsigned char)text[i] >= 0x20);
	assert_non_null(strstr(text, "\\x1b[31mred\\x07 \\u202e \\xff"));
	assert_non_null(strstr(text, "    first line\n    second "));
	free(text);
}

static void without_a_story_the_operations_are_shown(void **state)
{
	struct fixture *fixture = *state;
	struct summary_style style = { .colour = true };
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	fixture->judgement.judged[0].verdict.anomalies->story = NULL;
	summary_print(out, &fixture->judgement, fixture->history, &style);
	fclose(out);
	assert_non_null(strstr(text, "[0] process 0 (n1): write"));
	assert_non_null(strstr(text, "\x1b[1;31minvalid"));
	free(text);
}

static void text_is_escaped_for_each_reader(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;

	assert_string_equal(text_shown(arena, "a\tb\nc\r", false),
			    "a\\tb\\nc\\r");
	assert_string_equal(text_shown(arena, "a\tb\nc\r", true), "a\tb\nc\\r");
	assert_string_equal(text_shown(arena,
				       "\xc2\x9b"
				       "31m",
				       false),
			    "\\u009b31m");
	assert_string_equal(text_shown(arena, "gr\xc3\xbc\xc3\x9f", false),
			    "gr\xc3\xbc\xc3\x9f");
	assert_string_equal(text_shown(arena, "\xc0\x80\xed\xa0\x80", false),
			    "\\xc0\\x80\\xed\\xa0\\x80");
	assert_string_equal(text_xml(arena, "<a b='\"'>&\x01\xef\xbf\xbf"),
			    "&lt;a b=&apos;&quot;&apos;&gt;&amp;\\x01"
			    "\xef\xbf\xbd");
	assert_string_equal(text_markdown(arena, "|<b>*x*\n"),
			    "\\|&lt;b&gt;\\*x\\*\\\\n");
	assert_string_equal(text_cut(arena, "\xc3\xbc\xc3\xbcx", 2),
			    "\xc3\xbc\xc3\xbc\xe2\x80\xa6");
	assert_string_equal(text_cut(arena, "abc", 3), "abc");
}

static void figures_keep_their_depth_and_order(void **state)
{
	struct fixture *fixture = *state;
	struct figure root = figure_group_root();
	struct figure *list = figure_add_list(&root, &fixture->arena, "list");
	struct figure *group = figure_add_group(list, &fixture->arena, NULL);
	json_t *json;
	char *text;

	figure_add_int(group, &fixture->arena, "z", 1);
	figure_add_text(group, &fixture->arena, "a", NULL);
	figure_add_bool(list, &fixture->arena, NULL, true);
	figure_add_int(&root, &fixture->arena, "after", 2);
	json = json_figure(&root);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(
		text, "{\"list\":[{\"z\":1,\"a\":null},true],\"after\":2}");
	free(text);
	json_decref(json);
}

/* Every word has what a reader needs, once, in lines that fit. */
static void every_explanation_is_whole(void **state)
{
	const struct explanation *row;

	(void)state;
	for (size_t i = 0; (row = explanation_at(i)); i++) {
		const char *line = row->meaning;

		assert_true(row->kind != EXPLAIN_NONE);
		assert_non_null(line);
		assert_string_equal(explanation_find(row->name)->name,
				    row->name);
		while (*line) {
			size_t length = strcspn(line, "\n");

			if (length > 76)
				fail_msg("%s: %s", row->name, line);
			line += length + (line[length] == '\n');
		}
	}
	assert_non_null(explanation_find("LINEARIZABILITY"));
	assert_null(explanation_find("no such word"));
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(results_are_the_same_bytes_each_time),
		TEST(results_are_json_whatever_the_text),
		TEST(an_operation_tells_both_its_ends),
		TEST(an_operation_reads_well),
		TEST(the_summary_holds_no_escape_of_others),
		TEST(without_a_story_the_operations_are_shown),
		TEST(text_is_escaped_for_each_reader),
		TEST(figures_keep_their_depth_and_order),
		cmocka_unit_test(every_explanation_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
