/* SPDX-License-Identifier: MIT */
#include "harness/report/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/core/reader.h"
#include "tests/support/markup.h"

/* A judged history and its page. */
struct fixture {
	struct arena arena;
	struct history *history;
	struct judgement judgement;
	char *page;
	size_t length;
};

static void make_page(struct fixture *fixture, const char *checker,
		      const char *lines, const char *name, const char *config)
{
	struct panel panel = { 0 };
	struct judge_limits limits = { .threads = 1 };
	struct error err;

	*fixture = (struct fixture){ .page = NULL };
	fixture->history = history_read_bytes("test", lines, strlen(lines),
					      NULL, NULL, &err);
	if (!fixture->history)
		fail_msg("%s", err.text);
	assert_non_null(panel_add(&panel, &fixture->arena, checker, &err));
	panel_add_standing(&panel, &fixture->arena);
	judge_history(fixture->history, &panel, &limits, &fixture->arena,
		      &fixture->judgement);
	fixture->page = report_html_text(&fixture->judgement, fixture->history,
					 name, config, &fixture->length);
	assert_int_equal(strlen(fixture->page), fixture->length);
	markup_assert(fixture->page);
}

static void release(struct fixture *fixture)
{
	free(fixture->page);
	history_free(fixture->history);
	arena_release(&fixture->arena);
}

static void assert_has(const struct fixture *fixture, const char *text)
{
	if (!strstr(fixture->page, text))
		fail_msg("'%s' is not in the page", text);
}

static void assert_lacks(const struct fixture *fixture, const char *text)
{
	if (strstr(fixture->page, text))
		fail_msg("'%s' is in the page", text);
}

/* One client writes 1 and then reads nil. */
static const char stale[] =
	"{\"index\":0,\"time\":0,\"process\":\"nemesis\",\"type\":\"info\","
	"\"f\":\"phase\",\"value\":\"main\"}\n"
	"{\"index\":1,\"time\":1000,\"process\":0,\"type\":\"invoke\","
	"\"f\":\"write\",\"key\":3,\"value\":1,\"node\":\"n1\"}\n"
	"{\"index\":2,\"time\":2000,\"process\":0,\"type\":\"ok\","
	"\"f\":\"write\",\"key\":3,\"value\":1,\"node\":\"n1\"}\n"
	"{\"index\":3,\"time\":2000000,\"process\":1,\"type\":\"invoke\","
	"\"f\":\"read\",\"key\":3,\"value\":null,\"node\":\"n2\"}\n"
	"{\"index\":4,\"time\":3000000,\"process\":1,\"type\":\"ok\","
	"\"f\":\"read\",\"key\":3,\"value\":null,\"node\":\"n2\"}\n";

static void the_verdict_stands_before_all_else(void **state)
{
	struct fixture fixture;
	const char *verdict, *anomaly, *plot;

	(void)state;
	make_page(&fixture, "linearizable", stale, "a/b", NULL);
	verdict = strstr(fixture.page, "<h1>invalid</h1>");
	anomaly = strstr(fixture.page, "<details class=\"anomaly\"");
	plot = strstr(fixture.page, "<figure class=\"plot\"");
	assert_non_null(verdict);
	assert_non_null(anomaly);
	assert_non_null(plot);
	assert_true(verdict < anomaly && anomaly < plot);
	release(&fixture);
}

static void the_operation_that_cannot_be_placed_is_marked(void **state)
{
	struct fixture fixture;

	(void)state;
	make_page(&fixture, "linearizable", stale, "a/b", NULL);
	assert_has(&fixture, "class=\"bar ok stuck\"");
	assert_has(&fixture, "class=\"stuck-span\"");
	assert_has(&fixture, "process 1<br/>n2");
	release(&fixture);
}

static void text_of_a_history_never_acts(void **state)
{
	static const char hostile[] =
		"{\"index\":0,\"time\":1,\"process\":0,\"type\":\"invoke\","
		"\"f\":\"write\",\"key\":\"<script>x</script>\","
		"\"value\":\"\\\"><img src=x onerror=y>\","
		"\"node\":\"<b>\\u001b[31m\\u202e\"}\n"
		"{\"index\":1,\"time\":2,\"process\":0,\"type\":\"info\","
		"\"f\":\"write\",\"error\":\"</title></style>&amp;\\u0007\"}\n"
		"{\"index\":2,\"time\":3,\"process\":1,\"type\":\"invoke\","
		"\"f\":\"read\",\"key\":\"<script>x</script>\"}\n"
		"{\"index\":3,\"time\":4,\"process\":1,\"type\":\"ok\","
		"\"f\":\"read\",\"value\":\"<never>\",\"node\":\"<i>\"}\n"
		"{\"index\":4,\"time\":5,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"<u>cut</u>\",\"value\":{\"do\":"
		"\"inject\",\"stage\":\"end\",\"effect\":\"proven\","
		"\"target\":\"<s>\",\"nodes\":[\"<q>\"]}}\n"
		"{\"index\":5,\"time\":6,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"log-finding\",\"value\":{\"file\":"
		"\"<tt>\",\"line\":7,\"text\":\"panic <blink>\\u0001\"}}\n";
	static const char *const live[] = {
		"<script>x", "<img", "<b>\\", "<never>", "</title></style>",
		"<u>cut",    "<s>",  "<q>",   "<tt>",	 "<blink>",
		"<i>",	     "\x1b", "\x07",  "\u202e",	 "<em>",
		"<strong>",
	};
	struct fixture fixture;

	(void)state;
	make_page(&fixture, "linearizable", hostile, "<em>/<x>",
		  "{\"seed\":\"<strong>\",\"target\":{\"name\":\"<em>\"}}");
	for (size_t i = 0; i < sizeof(live) / sizeof(*live); i++)
		assert_lacks(&fixture, live[i]);
	assert_has(&fixture, "&lt;blink&gt;\\x01");
	assert_has(&fixture, "&lt;u&gt;cut&lt;/u&gt;");
	release(&fixture);
}

static void nothing_is_loaded_from_anywhere(void **state)
{
	static const char *const ways[] = {
		"http:",   "https:",   "src=",	"href=\"/",
		"@import", "url(http", "<link", "<iframe",
	};
	struct fixture fixture;

	(void)state;
	make_page(&fixture, "linearizable", stale, "a/b", "{\"seed\":\"1\"}");
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		assert_lacks(&fixture, ways[i]);
	release(&fixture);
}

static void an_injection_is_a_band_with_its_proof(void **state)
{
	static const char *const rest =
		"{\"index\":5,\"time\":4000000,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"kill\",\"value\":{\"do\":\"inject\","
		"\"stage\":\"begin\",\"target\":\"one\"}}\n"
		"{\"index\":6,\"time\":5000000,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"kill\",\"value\":{\"do\":\"inject\","
		"\"stage\":\"end\",\"effect\":\"proven\",\"nodes\":[\"n9\"]}}\n"
		"{\"index\":7,\"time\":6000000,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"kill\",\"value\":{\"do\":\"heal\","
		"\"stage\":\"begin\"}}\n"
		"{\"index\":8,\"time\":8000000,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"kill\",\"value\":{\"do\":\"heal\","
		"\"stage\":\"end\",\"effect\":\"unknown\"}}\n";
	struct fixture fixture;
	char *lines;

	(void)state;
	assert_true(asprintf(&lines, "%s%s", stale, rest) > 0);
	make_page(&fixture, "linearizable", lines, "a/b", NULL);
	/* From 4 to 8 ms of 8, and from 5 to 6 for sure. */
	assert_has(&fixture, "<rect class=\"band f0\" x=\"500.0\" y=\"0\" "
			     "width=\"500.0\"");
	assert_has(&fixture, "<rect class=\"band f0\" x=\"625.0\" y=\"0\" "
			     "width=\"125.0\"");
	assert_has(&fixture, "<span class=\"chip valid\">proven</span>");
	assert_has(&fixture, "<span class=\"chip unknown\">unknown</span>");
	assert_has(&fixture, "[&quot;n9&quot;]");
	free(lines);
	release(&fixture);
}

static void a_cycle_is_a_graph_with_labelled_edges(void **state)
{
	static const char skew[] =
		"{\"index\":0,\"process\":0,\"type\":\"invoke\",\"f\":\"txn\","
		"\"value\":[[\"r\",1,null],[\"append\",2,1]]}\n"
		"{\"index\":1,\"process\":1,\"type\":\"invoke\",\"f\":\"txn\","
		"\"value\":[[\"r\",2,null],[\"append\",1,1]]}\n"
		"{\"index\":2,\"process\":0,\"type\":\"ok\",\"f\":\"txn\","
		"\"value\":[[\"r\",1,[]],[\"append\",2,1]]}\n"
		"{\"index\":3,\"process\":1,\"type\":\"ok\",\"f\":\"txn\","
		"\"value\":[[\"r\",2,[]],[\"append\",1,1]]}\n"
		"{\"index\":4,\"process\":2,\"type\":\"invoke\",\"f\":\"txn\","
		"\"value\":[[\"r\",1,null],[\"r\",2,null]]}\n"
		"{\"index\":5,\"process\":2,\"type\":\"ok\",\"f\":\"txn\","
		"\"value\":[[\"r\",1,[1]],[\"r\",2,[1]]]}\n";
	struct fixture fixture;

	(void)state;
	make_page(&fixture, "isolation", skew, "a/b", NULL);
	assert_has(&fixture, "<figure class=\"cycle\">");
	assert_has(&fixture, ">rw <tspan class=\"key\">1</tspan>");
	assert_has(&fixture, ">rw <tspan class=\"key\">2</tspan>");
	assert_has(&fixture, "<tspan class=\"name\">T2</tspan> ");
	assert_has(&fixture, "strongest that stand");
	assert_has(&fixture, "<span class=\"chip invalid\">serializable");
	/* Without times there is nothing to plot, and it says so. */
	assert_has(&fixture, "tells no times");
	assert_lacks(&fixture, "<figure class=\"plot\"");
	release(&fixture);
}

static void a_run_that_recorded_nothing_has_a_page(void **state)
{
	static const char idle[] =
		"{\"index\":0,\"time\":5,\"process\":\"nemesis\","
		"\"type\":\"info\",\"f\":\"phase\",\"value\":\"main\"}\n";
	struct fixture fixture;

	(void)state;
	make_page(&fixture, "linearizable", idle, "a/b", "no JSON {");
	assert_has(&fixture, "<h1>unknown</h1>");
	assert_has(&fixture, "Nothing was recorded");
	release(&fixture);
}

static void no_history_at_all_has_a_page(void **state)
{
	struct arena arena = { 0 };
	struct judgement judgement;
	size_t length;
	char *page;

	(void)state;
	judgement_none(&judgement, &arena, "it could not be <read>");
	page = report_html_text(&judgement, NULL, "a/b", NULL, &length);
	markup_assert(page);
	assert_non_null(strstr(page, "it could not be &lt;read&gt;"));
	free(page);
	arena_release(&arena);
}

static void the_same_run_gives_the_same_bytes(void **state)
{
	struct fixture a, b;

	(void)state;
	make_page(&a, "linearizable", stale, "a/b", "{\"seed\":\"1\"}");
	make_page(&b, "linearizable", stale, "a/b", "{\"seed\":\"1\"}");
	assert_string_equal(a.page, b.page);
	release(&a);
	release(&b);
}

static void a_folder_that_cannot_be_written_is_an_error(void **state)
{
	struct fixture fixture;
	struct error err;

	(void)state;
	make_page(&fixture, "linearizable", stale, "a/b", NULL);
	assert_int_equal(report_html_write(&fixture.judgement, fixture.history,
					   "/nowhere/at/all", NULL, &err),
			 -1);
	assert_non_null(strstr(err.text, "/nowhere/at/all/report.html"));
	release(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdict_stands_before_all_else),
		cmocka_unit_test(the_operation_that_cannot_be_placed_is_marked),
		cmocka_unit_test(text_of_a_history_never_acts),
		cmocka_unit_test(nothing_is_loaded_from_anywhere),
		cmocka_unit_test(an_injection_is_a_band_with_its_proof),
		cmocka_unit_test(a_cycle_is_a_graph_with_labelled_edges),
		cmocka_unit_test(a_run_that_recorded_nothing_has_a_page),
		cmocka_unit_test(no_history_at_all_has_a_page),
		cmocka_unit_test(the_same_run_gives_the_same_bytes),
		cmocka_unit_test(a_folder_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
