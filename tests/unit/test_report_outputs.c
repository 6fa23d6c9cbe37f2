/* SPDX-License-Identifier: MIT */
/* JUnit XML, SARIF, TAP, Markdown: whole, escaped, and never a vacuous pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/report/json.h"
#include "harness/report/outputs.h"
#include "tests/support/story.h"

#define EVIL "<a href='x'>\"&]]>\x1b[31m|`# \xff\n"

static int check_evil(const struct check *check, struct verdict *verdict,
		      struct error *err)
{
	struct anomaly *anomaly = verdict_add_anomaly(
		verdict, check->arena, "stale-read", "evil %s", EVIL);

	(void)err;
	anomaly_add_evidence(anomaly, check->arena, 1, "shows %s", EVIL);
	return 0;
}

static int check_unknown(const struct check *check, struct verdict *verdict,
			 struct error *err)
{
	(void)err;
	verdict_set(verdict, check->arena, VERDICT_UNKNOWN, "dark %s", EVIL);
	return 0;
}

static int check_valid(const struct check *check, struct verdict *verdict,
		       struct error *err)
{
	(void)err;
	verdict_set(verdict, check->arena, VERDICT_VALID, "fine");
	return 0;
}

static const struct checker evil = { .name = "evil", .summary = "-",
				      .check = check_evil };
static const struct checker unknown = { .name = "unknown", .summary = "-",
				      .check = check_unknown };
static const struct checker valid = { .name = "valid", .summary = "-",
				      .check = check_valid };
static const struct checker stats = { .name = "stats", .summary = "-",
				      .check = check_valid };

struct fixture {
	struct arena arena;
	struct history *history;
	char folder[64];
	char path[4][128];
	struct outputs *outputs;
};

static int set_up(void **state)
{
	static const char *const names[] = { "junit", "sarif", "tap", "md" };
	static struct fixture fixture;
	struct output_paths paths;

	fixture = (struct fixture){ .folder = "/tmp/ordeal-out-XXXXXX" };
	if (!mkdtemp(fixture.folder))
		return -1;
	for (size_t i = 0; i < 4; i++)
		snprintf(fixture.path[i], sizeof(fixture.path[i]), "%s/%s",
			 fixture.folder, names[i]);
	fixture.history = story("ok 0 write 1; ok 1 read 2");
	paths = (struct output_paths){ fixture.path[0], fixture.path[1],
				       fixture.path[2], fixture.path[3] };
	fixture.outputs = outputs_new(&paths);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < 4; i++)
		unlink(fixture->path[i]);
	rmdir(fixture->folder);
	history_free(fixture->history);
	arena_release(&fixture->arena);
	return 0;
}

/* Adds a case judged by two checkers (`b` may be NULL). */
static void add(struct fixture *fixture, const char *name,
		const struct checker *a, const struct checker *b)
{
	struct judge judges[2] = { { .checker = a }, { .checker = b } };
	struct panel panel = { .judges = judges, .count = b ? 2 : 1 };
	struct judge_limits limits = { 0 };
	struct judgement judgement;
	struct output_case judged = { .name = name,
				      .path = "runs/a b%/h.jsonl",
				      .judgement = &judgement,
				      .history = fixture->history };

	judges[0].options = options_new(&fixture->arena, NULL);
	judges[1].options = options_new(&fixture->arena, NULL);
	judge_history(fixture->history, &panel, &limits, &fixture->arena,
		      &judgement);
	outputs_add(fixture->outputs, &judged);
}

static void add_trouble(struct fixture *fixture)
{
	struct output_case judged = { .name = "torn",
				      .path = "torn.jsonl",
				      .error = "torn.jsonl:3: " EVIL };

	outputs_add(fixture->outputs, &judged);
}

static const char *finish(struct fixture *fixture, size_t which)
{
	struct error err;
	char *text = arena_alloc(&fixture->arena, 65536);
	FILE *in;

	if (fixture->outputs && outputs_finish(fixture->outputs, &err) != 0)
		fail_msg("%s", err.text);
	fixture->outputs = NULL;
	in = fopen(fixture->path[which], "re");
	assert_non_null(in);
	text[fread(text, 1, 65535, in)] = '\0';
	fclose(in);
	return text;
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

/* Nothing in it acts on who reads it. */
static void assert_harmless(const char *text)
{
	for (const char *c = text; *c; c++)
		assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
	assert_null(strstr(text, "\xff"));
}

static void junit_tells_failures_from_errors(void **state)
{
	const char *text;

	add(*state, "bad " EVIL, &evil, &valid);
	add(*state, "dark", &unknown, &valid);
	add(*state, "good", &valid, NULL);
	add_trouble(*state);
	text = finish(*state, 0);
	assert_harmless(text);
	assert_has(text, "<testsuites name=\"ordeal\" tests=\"9\" "
			 "failures=\"1\" errors=\"2\">");
	assert_has(text, "<failure type=\"stale-read\"");
	assert_has(text, "<error type=\"trouble\"");
	assert_has(text, "&lt;a href=&apos;x&apos;&gt;&quot;&amp;]]&gt;"
			 "\\x1b[31m");
	assert_null(strstr(text, "<a "));
	assert_null(strstr(text, "]]>"));
}

static void nobody_judging_is_an_error_in_junit(void **state)
{
	add(*state, "idle", &stats, NULL);
	assert_has(finish(*state, 0), "failures=\"0\" errors=\"1\"");
}

static void sarif_points_to_the_line(void **state)
{
	json_t *json;
	json_t *result;
	json_t *place;
	const char *uri;
	int line;

	add(*state, "bad", &evil, NULL);
	json = json_loads(finish(*state, 1), 0, NULL);
	assert_non_null(json);
	assert_int_equal(
		json_unpack(json, "{s:[{s:[o]}]}", "runs", "results", &result),
		0);
	assert_string_equal(
		json_string_value(json_object_get(result, "ruleId")),
		"stale-read");
	place = json_object_get(
		json_array_get(json_object_get(result, "locations"), 0),
		"physicalLocation");
	assert_int_equal(json_unpack(place, "{s:{s:s},s:{s:i}}",
				     "artifactLocation", "uri", &uri, "region",
				     "startLine", &line),
			 0);
	assert_string_equal(uri, "runs/a%20b%25/h.jsonl");
	assert_int_equal(line, 3);
	json_decref(json);
}

static void sarif_has_a_result_for_each_that_is_not_valid(void **state)
{
	json_t *json;
	json_t *results = NULL;

	add(*state, "dark", &unknown, &valid);
	add(*state, "idle", &stats, NULL);
	add(*state, "good", &valid, NULL);
	add_trouble(*state);
	json = json_loads(finish(*state, 1), 0, NULL);
	assert_int_equal(
		json_unpack(json, "{s:[{s:o}]}", "runs", "results", &results),
		0);
	assert_int_equal(json_array_size(results), 3);
	json_decref(json);
}

static void tap_counts_only_valid_as_ok(void **state)
{
	const char *text;

	add(*state, "good", &valid, NULL);
	add(*state, "bad # SKIP", &evil, NULL);
	add(*state, "dark", &unknown, NULL);
	add_trouble(*state);
	text = finish(*state, 2);
	assert_harmless(text);
	assert_has(text, "ok 1 - good\n");
	assert_has(text, "not ok 2 - bad _ SKIP\n");
	assert_has(text, "not ok 3 - dark\n");
	assert_has(text, "not ok 4 - torn\n");
	assert_has(text, "1..4\n");
}

static void markdown_shows_text_as_text(void **state)
{
	const char *text;

	add(*state, "bad " EVIL, &evil, &valid);
	add_trouble(*state);
	text = finish(*state, 3);
	assert_harmless(text);
	assert_has(text, "## ordeal: 0 valid, 1 invalid, 0 unknown, 1 not");
	assert_has(text, "### bad &lt;a href='x'&gt;");
	assert_has(text, "| evil | invalid | evil &lt;a");
	assert_has(text, "\\|\\`\\#");
}

static void a_file_that_cannot_be_written_is_named(void **state)
{
	struct output_paths paths = { .tap = "/nonexistent/tap" };
	struct output_case judged = { .name = "x", .path = "x", .error = "y" };
	struct error err;

	(void)state;
	assert_int_equal(report_outputs(&paths, &judged, &err), -1);
	assert_has(err.text, "/nonexistent/tap: No such file");
}

static void nothing_wanted_writes_nothing(void **state)
{
	struct output_paths paths = { .tap = NULL };
	struct output_case judged = { .name = "x", .path = "x", .error = "y" };
	struct error err;

	(void)state;
	assert_int_equal(report_outputs(&paths, &judged, &err), 0);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(junit_tells_failures_from_errors),
		TEST(nobody_judging_is_an_error_in_junit),
		TEST(sarif_points_to_the_line),
		TEST(sarif_has_a_result_for_each_that_is_not_valid),
		TEST(tap_counts_only_valid_as_ok),
		TEST(markdown_shows_text_as_text),
		cmocka_unit_test(a_file_that_cannot_be_written_is_named),
		cmocka_unit_test(nothing_wanted_writes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
