/* SPDX-License-Identifier: MIT */
#include "harness/report/plot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness/core/clock.h"
#include "tests/support/markup.h"

static void a_nice_number_is_1_2_or_5_of_a_decade(void **state)
{
	(void)state;
	assert_true(plot_nice(0.9) == 1);
	assert_true(plot_nice(1) == 1);
	assert_true(plot_nice(1.1) == 2);
	assert_true(plot_nice(21) == 50);
	assert_true(plot_nice(51) == 100);
	assert_true(plot_nice(0) == 1);
	assert_true(plot_nice(-3) == 1);
}

static void durations_have_the_unit_that_fits(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(plot_duration(&arena, 12), "12 ns");
	assert_string_equal(plot_duration(&arena, 1500), "1.5 \u00b5s");
	assert_string_equal(plot_duration(&arena, 20e6), "20 ms");
	assert_string_equal(plot_duration(&arena, 999.96e6), "1 s");
	assert_string_equal(plot_duration(&arena, 3600e9), "3600 s");
	arena_release(&arena);
}

static void windows_cover_all_times(void **state)
{
	const struct chronicle chronicle = {
		.start_ns = 7,
		.end_ns = 10 * NS_PER_S + 3,
		.has_times = true,
	};
	struct windows windows;

	(void)state;
	windows_init(&windows, &chronicle, 100);
	assert_int_equal(windows.length_ns, NS_PER_S / 10);
	assert_int_equal(windows_at(&windows, chronicle.start_ns), 0);
	assert_int_equal(windows_at(&windows, chronicle.end_ns),
			 windows.count - 1);
}

/* `count` reads, each a nanosecond after the other, all of one latency, but
 * for the last, which ends at `end_ns`. */
static struct history *make_reads(size_t count, int64_t end_ns)
{
	struct history *history = history_new();
	const struct action action = { .verb = VERB_READ };
	struct entry entry = { .f = VERB_READ,
			       .actions = &action,
			       .action_count = 1 };
	struct error err;

	for (size_t i = 0; i < 2 * count; i++) {
		entry.index = i;
		entry.time_ns =
			i + 1 < 2 * count ? (int64_t)(i / 2 + i % 2) : end_ns;
		entry.type = i % 2 ? OP_OK : OP_INVOKE;
		if (history_append(history, &entry, &err) != 0)
			fail_msg("%s", err.text);
	}
	return history;
}

static char *draw_all(const struct history *history)
{
	struct plot_paper paper = { 0 };
	struct chronicle chronicle;
	struct arena arena = { 0 };
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	paper.out = out;
	chronicle_read(&chronicle, history, &arena);
	plot_rates(&paper, history, &chronicle);
	plot_latencies(&paper, history, &chronicle);
	plot_nodes(&paper, history, &chronicle);
	plot_stale(&paper, history, &chronicle);
	fclose(out);
	arena_release(&arena);
	return text;
}

static void many_operations_in_one_place_are_one_point(void **state)
{
	struct history *history = make_reads(20000, NS_PER_S);
	char *text = draw_all(history);

	(void)state;
	markup_assert(text);
	assert_non_null(strstr(text, "<path class=\"dots ok\" d=\"M0 "));
	assert_true(strlen(text) < 20000);
	free(text);
	history_free(history);
}

static void times_all_alike_do_no_harm(void **state)
{
	struct history *history = make_reads(1, 0);
	char *text = draw_all(history);

	(void)state;
	markup_assert(text);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf\""));
	free(text);
	history_free(history);
}

/* Writes 1 and 2 at n1, then a read at n2 that sees `seen`, each a millisecond
 * long and a millisecond after the other. */
static struct history *make_stale(int64_t seen)
{
	static const char *const nodes[] = { "n1", "n1", "n2" };
	struct history *history = history_new();
	struct error err;

	for (size_t i = 0; i < 6; i++) {
		bool is_read = i > 3;
		const struct action action = {
			.verb = is_read ? VERB_READ : VERB_WRITE,
			.arg = is_read ? value_nil()
				       : value_int(history->values,
						   (int64_t)i / 2 + 1),
			.result = i == 5 ? value_int(history->values, seen)
					 : value_nil(),
		};
		const struct entry entry = {
			.index = i,
			.time_ns = (int64_t)i * NS_PER_MS,
			.type = i % 2 ? OP_OK : OP_INVOKE,
			.f = action.verb,
			.actions = &action,
			.action_count = 1,
			.node = value_string(history->values, nodes[i / 2]),
		};

		if (history_append(history, &entry, &err) != 0)
			fail_msg("%s", err.text);
	}
	return history;
}

/* It began at 4 ms; the write of 2 was acknowledged at 3 ms. */
static void a_stale_read_is_drawn_where_it_began(void **state)
{
	struct history *history = make_stale(1);
	char *text = draw_all(history);
	const char *figure = strstr(text, "Staleness of reads</b>");

	(void)state;
	markup_assert(text);
	assert_non_null(figure);
	assert_non_null(strstr(figure, "</i>n1</span>"));
	assert_non_null(strstr(figure, "1 ms</span>"));
	assert_non_null(strstr(figure, "<path class=\"dots o0\" d=\"\"/>"));
	assert_non_null(strstr(figure, "<path class=\"dots o1\" d=\"M800 0h0"));
	assert_non_null(strstr(text, "Staleness of reads in versions</b>"));
	free(text);
	history_free(history);
}

static void where_no_read_was_stale_there_is_no_such_figure(void **state)
{
	struct history *history = make_stale(2);
	char *text = draw_all(history);

	(void)state;
	assert_null(strstr(text, "Staleness"));
	free(text);
	history_free(history);
}

static void the_test_of_markup_finds_what_is_wrong(void **state)
{
	static const char *const bad[] = {
		"<p>",	    "<p></b>",	    "</p>",   "<p a=b></p>",
		"a < b",    "a & b",	    "\x1b[m", "<p a=\"<\"></p>",
		"<style>x", "<p a=\"></p>",
	};
	char wrong[256];

	(void)state;
	assert_int_equal(markup_check("<p a=\"b\">&lt;<br/></p>", wrong, 256),
			 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (markup_check(bad[i], wrong, sizeof(wrong)) == 0)
			fail_msg("%s is taken for good", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_nice_number_is_1_2_or_5_of_a_decade),
		cmocka_unit_test(durations_have_the_unit_that_fits),
		cmocka_unit_test(windows_cover_all_times),
		cmocka_unit_test(many_operations_in_one_place_are_one_point),
		cmocka_unit_test(times_all_alike_do_no_harm),
		cmocka_unit_test(a_stale_read_is_drawn_where_it_began),
		cmocka_unit_test(
			where_no_read_was_stale_there_is_no_such_figure),
		cmocka_unit_test(the_test_of_markup_finds_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
