/* SPDX-License-Identifier: MIT */
/* The pages of `ordeal serve`, without a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "harness/serve/site.h"
#include "tests/support/run_store.h"

#define TIME "20260101T000000.000Z"
#define OTHER "20260102T000000.000Z"
#define RUN "etcd-register/" TIME
#define HOSTILE "<img src=x onerror=1>\\u001b[31m\\\"'&"

struct asking {
	struct run_store *store;
	struct site *site;
	struct reply reply;
};

static void begin(struct asking *asking, void **state)
{
	struct error err;

	*asking = (struct asking){ .store = *state };
	run_store_add(asking->store, RUN, "etcd", "register", "kill", "false",
		      "stale-read");
	run_store_add(asking->store, "etcd-register/" OTHER, "etcd", "register",
		      NULL, "true", NULL);
	asking->site =
		site_open(asking->store->root,
			  run_store_path(asking->store, "campaigns"), &err);
	assert_non_null(asking->site);
}

/* "/path?name=value&name=value", nothing escaped. The text of the answer. */
static const char *ask(struct asking *asking, const char *url)
{
	struct arena *arena = &asking->store->arena;
	char *path = arena_strdup(arena, url);
	struct request request = { .path = path, .arena = arena };
	struct query **end = &request.first;
	char *rest = strchr(path, '?');
	char *pair;

	if (rest)
		*rest++ = '\0';
	while ((pair = strsep(&rest, "&"))) {
		*end = arena_alloc(arena, sizeof(**end));
		(*end)->name = strsep(&pair, "=");
		(*end)->value = pair ? pair : "";
		end = &(*end)->next;
	}
	reply_release(&asking->reply);
	site_answer(asking->site, &request, &asking->reply);
	return asking->reply.text ? asking->reply.text : "";
}

static unsigned status(struct asking *asking, const char *url)
{
	ask(asking, url);
	return asking->reply.status;
}

static void end(struct asking *asking)
{
	reply_release(&asking->reply);
	site_close(asking->site);
}

static void the_list_tells_each_run(void **state)
{
	struct asking asking;
	const char *text;

	begin(&asking, state);
	text = ask(&asking, "/");
	assert_int_equal(asking.reply.status, 200);
	assert_int_equal(asking.reply.policy, POLICY_PAGE);
	assert_non_null(strstr(text, "data-run=\"" RUN "\""));
	assert_non_null(strstr(text, "<b id=\"matching\">2</b>"));
	assert_non_null(strstr(text, "stale-read"));
	assert_non_null(strstr(text, "2026-01-01 00:00:00"));
	text = ask(&asking, "/?verdict=valid");
	assert_non_null(strstr(text, "<b id=\"matching\">1</b>"));
	assert_null(strstr(text, "data-run=\"" RUN "\""));
	text = ask(&asking, "/?limit=1&page=2");
	assert_non_null(strstr(text, "data-run=\"" RUN "\""));
	assert_null(strstr(text, "data-run=\"etcd-register/" OTHER "\""));
	assert_non_null(strstr(text, "id=\"newer\""));
	assert_non_null(strstr(ask(&asking, "/?q=nothing"), "id=\"none\""));
	assert_int_equal(status(&asking, "/?limit=-1&page=zzz"), 200);
	assert_int_equal(status(&asking, "/?page=99999999999999999999"), 200);
	text = ask(&asking, "/runs.json?verdict=invalid");
	assert_non_null(strstr(text, "\"matching\": 1"));
	end(&asking);
}

static void a_run_tells_verdict_anomalies_and_files(void **state)
{
	struct asking asking;
	const char *text;

	begin(&asking, state);
	text = ask(&asking, "/runs/" RUN "/");
	assert_int_equal(asking.reply.status, 200);
	assert_non_null(strstr(text, "data-verdict=\"invalid\""));
	assert_non_null(strstr(text, "<b>stale-read</b>"));
	assert_non_null(strstr(text, "history.jsonl"));
	assert_null(strstr(text, "report.html"));
	run_store_put(asking.store, RUN "/report.html", "<p>");
	assert_non_null(strstr(ask(&asking, "/runs/" RUN "/"), "report.html"));
	assert_int_equal(status(&asking, "/runs/" RUN), 303);
	assert_int_equal(status(&asking, "/runs/etcd-register/"), 200);
	end(&asking);
}

/* What a file may do depends on where it is, not on what it says it is. */
static void only_the_report_may_run_scripts(void **state)
{
	struct asking asking;

	begin(&asking, state);
	run_store_put(asking.store, RUN "/report.html", "<script>");
	run_store_put(asking.store, RUN "/nodes/n1/report.html", "<script>");
	run_store_put(asking.store, RUN "/x.svg", "<svg/>");
	assert_int_equal(status(&asking, "/runs/" RUN "/report.html"), 200);
	assert_int_equal(asking.reply.policy, POLICY_REPORT);
	assert_non_null(strstr(asking.reply.type, "text/html"));
	ask(&asking, "/runs/" RUN "/nodes/n1/report.html");
	assert_int_equal(asking.reply.policy, POLICY_FILE);
	assert_non_null(strstr(asking.reply.type, "text/plain"));
	ask(&asking, "/runs/" RUN "/x.svg");
	assert_int_equal(asking.reply.policy, POLICY_FILE);
	ask(&asking, "/runs/" RUN "/history.jsonl?download=1");
	assert_string_equal(asking.reply.download, "history.jsonl");
	assert_non_null(strstr(reply_policy_text(POLICY_FILE), "sandbox"));
	assert_null(strstr(reply_policy_text(POLICY_FILE), "script"));
	end(&asking);
}

static void paths_do_not_leave_the_store(void **state)
{
	static const char *const paths[] = {
		"/runs/../secret",
		"/runs/" RUN "/../../../secret",
		"/runs/" RUN "/link",
		"/runs//etc/passwd",
		"/runs/" RUN "/up/secret",
		"/runs/" RUN "//config.json",
		"/runs/./" RUN "/",
		"/runs/latest/",
		"/archive/../x.tar.gz",
		"/archive/" RUN,
		"/archive/.tar.gz",
		"/archive/latest.tar.gz",
		"/events/../secret",
		"/campaigns/../x/",
		"/campaigns/../../etc/",
		"/nothing",
		"//",
	};
	struct asking asking;

	begin(&asking, state);
	assert_int_equal(symlink("/etc/passwd",
				 run_store_path(asking.store, RUN "/link")),
			 0);
	assert_int_equal(symlink("/", run_store_path(asking.store, RUN "/up")),
			 0);
	assert_int_equal(symlink(RUN, run_store_path(asking.store, "latest")),
			 0);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		assert_int_equal(status(&asking, paths[i]), 404);
	assert_null(strstr(ask(&asking, "/runs/" RUN "/"), ">link<"));
	end(&asking);
}

static void hostile_texts_show_as_text(void **state)
{
	static const char *const urls[] = {
		"/",
		"/?q=<img src=x>&target=\"><img",
		"/runs/bad/" TIME "/",
		"/runs/bad/",
		"/compare?a=bad/" TIME "&b=bad/" OTHER "&all=1",
		"/compare?a=<img src=x>",
		"/metrics",
		"/campaigns",
		"/campaigns/bad/" TIME "/",
		"/campaigns/bad/" TIME "/?columns=<img",
		"/<img src=x>",
	};
	struct asking asking;

	begin(&asking, state);
	run_store_add(asking.store, "bad/" TIME, HOSTILE, HOSTILE, HOSTILE,
		      "\"" HOSTILE "\"", HOSTILE);
	run_store_add(asking.store, "bad/" OTHER, "b" HOSTILE, HOSTILE, HOSTILE,
		      "false", "b" HOSTILE);
	run_store_put(asking.store, "bad/" TIME "/<img src=x>", "");
	run_store_put(
		asking.store, "campaigns/bad/" TIME "/campaign.json",
		"{\"campaign\":\"" HOSTILE "\",\"state\":\"" HOSTILE
		"\",\"reason\":\"" HOSTILE "\",\"axes\":[{\"name\":\"" HOSTILE
		"\",\"values\":[\"" HOSTILE "\"]},{\"name\":\"b\",\"values\":"
		"[1]},7],\"cells\":[{\"at\":{\"" HOSTILE "\":\"" HOSTILE
		"\"},\"state\":\"" HOSTILE "\",\"verdict\":\"" HOSTILE
		"\",\"run\":\"" HOSTILE "\",\"reason\":\"" HOSTILE
		"\",\"anomalies\":{\"" HOSTILE "\":1}},7,{\"included\":true,"
		"\"at\":{\"" HOSTILE "\":\"" HOSTILE "\"}}]}");
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		const char *text = ask(&asking, urls[i]);

		assert_true(asking.reply.length > 0);
		assert_null(strchr(text, '\x1b'));
		if (strncmp(asking.reply.type, "text/html", 9) == 0)
			assert_null(strstr(text, "<img"));
	}
	end(&asking);
}

static void a_campaign_is_a_matrix(void **state)
{
	struct asking asking;
	const char *text;

	begin(&asking, state);
	assert_non_null(strstr(ask(&asking, "/campaigns"), "id=\"none\""));
	run_store_put(
		asking.store, "campaigns/nightly/" TIME "/campaign.json",
		"{\"campaign\":\"nightly\",\"state\":\"running\",\"axes\":"
		"[{\"name\":\"bug\",\"values\":[\"none\",\"stale\"]},{\"name\":"
		"\"seed\",\"values\":[\"1\",\"2\"]}],\"totals\":{\"cells\":3,"
		"\"valid\":1,\"unexpected\":1},\"cells\":[{\"number\":0,\"at\":"
		"{\"bug\":\"none\",\"seed\":\"1\"},\"state\":\"done\","
		"\"verdict\":\"invalid\",\"expected\":false,\"run\":\"" RUN
		"\"},{\"number\":1,\"at\":{\"bug\":\"stale\",\"seed\":\"2\"},"
		"\"state\":\"running\",\"run\":null},{\"number\":2,\"at\":{},"
		"\"included\":true,\"state\":\"planned\"}]}");
	assert_non_null(strstr(ask(&asking, "/campaigns"), "nightly"));
	text = ask(&asking, "/campaigns/nightly/" TIME "/");
	assert_non_null(strstr(text, "<th scope=\"col\">2</th>"));
	assert_non_null(strstr(text, "<th scope=\"row\">bug stale</th>"));
	assert_non_null(strstr(text, "class=\"cell done invalid unexpected\" "
				     "data-number=\"0\""));
	assert_non_null(strstr(text, "href=\"/runs/" RUN "/\""));
	assert_non_null(strstr(text, "data-number=\"2\""));
	text = ask(&asking, "/campaigns/nightly/" TIME "/?columns=bug");
	assert_non_null(strstr(text, "<th scope=\"col\">stale</th>"));
	end(&asking);
}

static void two_runs_stand_beside_each_other(void **state)
{
	struct asking asking;
	const char *text;

	begin(&asking, state);
	text = ask(&asking, "/compare?run=" RUN "&run=etcd-register/" OTHER);
	assert_non_null(strstr(text, "id=\"diff-verdict\""));
	assert_non_null(strstr(text, "stale-read (judge)"));
	assert_int_equal(asking.reply.policy, POLICY_PLOTS);
	assert_non_null(strstr(ask(&asking, "/compare?run=" RUN),
			       "Two runs are needed"));
	assert_non_null(strstr(ask(&asking, "/compare?a=x&b=y"),
			       "Two runs are needed"));
	end(&asking);
}

static void an_archive_is_a_stream(void **state)
{
	struct asking asking;
	char bytes[4096];
	ssize_t got, total = 0;

	begin(&asking, state);
	assert_int_equal(status(&asking, "/archive/" RUN ".tar.gz"), 200);
	assert_string_equal(asking.reply.download,
			    "etcd-register-" TIME ".tar.gz");
	while ((got = asking.reply.stream.read(asking.reply.stream.state, bytes,
					       7)) >= 0) {
		if (total == 0)
			assert_memory_equal(bytes, "\x1f\x8b", 2);
		total += got;
	}
	assert_int_equal(got, -1);
	assert_true(total > 100);
	end(&asking);
}

static void events_end_with_the_verdict(void **state)
{
	struct asking asking;
	char *all = NULL;
	size_t length = 0;
	ssize_t got;

	begin(&asking, state);
	assert_int_equal(status(&asking, "/events/" RUN), 200);
	assert_string_equal(asking.reply.type, "text/event-stream");
	do {
		all = realloc(all, length + 4097);
		assert_non_null(all);
		got = asking.reply.stream.read(asking.reply.stream.state,
					       all + length, 4096);
		length += got > 0 ? (size_t)got : 0;
		all[length] = '\0';
	} while (got >= 0);
	assert_non_null(strstr(all, "event: progress\ndata: {"));
	assert_non_null(strstr(all, "event: end\ndata: {\"verdict\":"
				    "\"invalid\"}\n\n"));
	free(all);
	end(&asking);
}

int main(void)
{
#define CASE(name)                                              \
	cmocka_unit_test_setup_teardown(name, run_store_set_up, \
					run_store_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_list_tells_each_run),
		CASE(a_run_tells_verdict_anomalies_and_files),
		CASE(only_the_report_may_run_scripts),
		CASE(paths_do_not_leave_the_store),
		CASE(hostile_texts_show_as_text),
		CASE(a_campaign_is_a_matrix),
		CASE(two_runs_stand_beside_each_other),
		CASE(an_archive_is_a_stream),
		CASE(events_end_with_the_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
