/* SPDX-License-Identifier: MIT */
#include "harness/report/picture.h"

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
#include "harness/report/json.h"
#include "harness/report/plot.h"
#include "tests/support/markup.h"

/* A clock that is stepped by 34 ms, and one that nobody touched. */
#define STEP                                                              \
	"{\"index\":4,\"time\":2000000000,\"process\":\"nemesis\","       \
	"\"type\":\"info\",\"f\":\"clock\",\"value\":{\"do\":\"inject\"," \
	"\"stage\":\"end\",\"effect\":\"proven\",\"kind\":\"step\","      \
	"\"nodes\":[\"n1\"],\"skew\":{\"n1\":{\"offset-ns\":34000000,"    \
	"\"rate-ppb\":0,\"period-ns\":0}},\"clocks\":{\"n1\":"            \
	"{\"requested-ns\":34000000,\"observed-ns\":34000000},\"n2\":"    \
	"{\"requested-ns\":0,\"observed-ns\":0}}}}\n"
#define HEAL                                                            \
	"{\"index\":5,\"time\":3000000000,\"process\":\"nemesis\","     \
	"\"type\":\"info\",\"f\":\"clock\",\"value\":{\"do\":\"heal\"," \
	"\"stage\":\"end\",\"clocks\":{\"n1\":{\"observed-ns\":0},"     \
	"\"n2\":{\"observed-ns\":0}}}}\n"
#define OPERATION(f)                                                         \
	"{\"index\":0,\"time\":0,\"process\":0,\"type\":\"invoke\",\"f\":" f \
	",\"node\":\"n1\"}\n{\"index\":1,\"time\":4000000000,"               \
	"\"process\":0,\"type\":\"ok\",\"f\":" f ",\"node\":\"n1\"}\n"

static struct history *read_text(const char *folder, const char *text)
{
	struct arena arena = { 0 };
	const char *path = arena_printf(&arena, "%s/history.jsonl", folder);
	struct history *history;
	struct error err;

	if (file_write_whole(path, text, strlen(text), &err) != 0)
		fail_msg("%s", err.text);
	history = history_read(path, NULL, NULL, &err);
	if (!history)
		fail_msg("%s", err.text);
	arena_release(&arena);
	return history;
}

/* The plots of clocks; to be freed. */
static char *draw_clocks(const struct history *history)
{
	struct chronicle chronicle;
	struct arena arena = { 0 };
	char *text = NULL;
	size_t length;
	struct plot_paper paper = { .out = open_memstream(&text, &length) };

	assert_non_null(paper.out);
	chronicle_read(&chronicle, history, &arena);
	plot_clocks(&paper, history, &chronicle);
	fclose(paper.out);
	arena_release(&arena);
	return text;
}

static int make_folder(void **state)
{
	char name[] = "/tmp/ordeal-picture-XXXXXX";

	*state = strdup(mkdtemp(name));
	return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {
		"history.jsonl",       "throughput-by-outcome.svg",
		"answers-by-node.svg", "clock-offsets.svg",
		"latency-of-read.svg", "latency-of-script-x.svg",
	};
	struct arena arena = { 0 };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		unlink(arena_printf(&arena, "%s/%s", (char *)*state, names[i]));
	rmdir(*state);
	arena_release(&arena);
	free(*state);
	return 0;
}

static void a_stepped_clock_is_drawn_until_it_is_healed(void **state)
{
	struct history *history =
		read_text(*state, OPERATION("\"read\"") STEP HEAL);
	char *text = draw_clocks(history);

	markup_assert(text);
	assert_non_null(strstr(text, "Clock offsets"));
	/* 34 of at most 40 ms: at 15 % from above; then back. */
	assert_non_null(strstr(text, "<path class=\"line o0\" d=\"M0.0 200.0"
				     "L500.0 200.0L500.0 30.0L750.0 30.0"
				     "L750.0 200.0L1000.0 200.0\"/>"));
	free(text);
	history_free(history);
}

static void clocks_that_were_right_are_not_drawn(void **state)
{
	struct history *history = read_text(*state, OPERATION("\"read\"") HEAL);
	char *text = draw_clocks(history);

	assert_string_equal(text, "");
	free(text);
	history_free(history);
}

/* Writes pictures, and returns the one of that name; to be freed. */
static char *write_pictures(const char *folder, const struct history *history,
			    const char *name, size_t expected)
{
	const struct judgement judgement = { .kind = VERDICT_VALID };
	struct arena arena = { 0 };
	char *text = calloc(1, 100000);
	struct error err;
	size_t count;
	FILE *in;

	if (pictures_write(&judgement, history, "<run>", folder, false, &count,
			   &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(count, expected);
	in = fopen(arena_printf(&arena, "%s/%s", folder, name), "r");
	assert_non_null(in);
	assert_non_null(text);
	assert_true(fread(text, 1, 99999, in) > 0);
	fclose(in);
	arena_release(&arena);
	return text;
}

static void each_plot_is_a_picture_that_stands_alone(void **state)
{
	struct history *history =
		read_text(*state, OPERATION("\"read\"") STEP HEAL);
	char *text = write_pictures(*state, history, "clock-offsets.svg", 4);

	markup_assert(text);
	assert_int_equal(strncmp(text, "<svg xmlns=", 11), 0);
	assert_string_equal(text + strlen(text) - 7, "</svg>\n");
	assert_null(strstr(text, "var("));
	assert_null(strstr(text, "$"));
	assert_non_null(strstr(text, "&lt;run&gt;: valid"));
	free(text);
	history_free(history);
}

static void a_hostile_name_is_neither_path_nor_markup(void **state)
{
	struct history *history =
		read_text(*state, OPERATION("\"../<script>x\""));
	char *text =
		write_pictures(*state, history, "latency-of-script-x.svg", 3);

	markup_assert(text);
	assert_null(strstr(text, "<script"));
	free(text);
	history_free(history);
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
	const struct judgement judgement = { .kind = VERDICT_VALID };
	struct error err;
	size_t count;

	(void)state;
	assert_int_equal(pictures_write(&judgement, NULL, "run",
					"/proc/none/pictures", false, &count,
					&err),
			 -1);
	assert_non_null(strstr(err.text, "/proc/none/pictures"));
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stepped_clock_is_drawn_until_it_is_healed),
		TEST(clocks_that_were_right_are_not_drawn),
		TEST(each_plot_is_a_picture_that_stands_alone),
		TEST(a_hostile_name_is_neither_path_nor_markup),
		TEST(a_folder_that_cannot_be_made_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
