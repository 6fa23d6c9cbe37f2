/* SPDX-License-Identifier: MIT */
#include "harness/core/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char *const reads[] = { "linearizable", "serializable", NULL };
static const char *const faults[] = { "kill", "pause", "partition", NULL };
static const char *const whom[] = { "one", "all", OPTION_NODES, NULL };

static const struct option table[] = {
	{ "ops-per-key", OPTION_INT, "100", "operations on one key", NULL },
	{ "share", OPTION_REAL, "10%", "share of reads", NULL },
	{ "interval", OPTION_DURATION, "10s", "between faults", NULL },
	{ "memory", OPTION_SIZE, NULL, "at most", NULL },
	{ "read", OPTION_CHOICE, "linearizable", "consistency", reads },
	{ "faults", OPTION_LIST, NULL, "what to inject", faults },
	{ "nodes", OPTION_LIST, "a, b", "where", NULL },
	{ "ways", OPTION_SETS, "kill", "in which", faults },
	{ "whom", OPTION_SETS, NULL, "to hit", whom },
	{ "quorum", OPTION_BOOL, NULL, "ask a majority", NULL },
	{ "version", OPTION_TEXT, NULL, "of the store", NULL },
	{ .name = NULL },
};

struct fixture {
	struct arena arena;
	struct options *options;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *f = heap_zeroed(1, sizeof(*f));

	f->options = options_new(&f->arena, table);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_release(&f->arena);
	free(f);
	return 0;
}

static int64_t duration(const char *text)
{
	struct error err;
	int64_t ns = -1;

	assert_int_equal(parse_duration_ns(text, &ns, &err), 0);
	return ns;
}

static uint64_t size(const char *text)
{
	struct error err;
	uint64_t bytes = 0;

	assert_int_equal(parse_size(text, &bytes, &err), 0);
	return bytes;
}

static int64_t number(const char *text)
{
	struct error err;
	int64_t parsed = 0;

	assert_int_equal(parse_int(text, &parsed, &err), 0);
	return parsed;
}

static void durations_take_units(void **state)
{
	(void)state;
	assert_int_equal(duration("10s"), INT64_C(10000000000));
	assert_int_equal(duration("250ms"), 250000000);
	assert_int_equal(duration("1m"), INT64_C(60000000000));
	assert_int_equal(duration("2h"), INT64_C(7200000000000));
	assert_int_equal(duration("1.5s"), 1500000000);
	assert_int_equal(duration("1m30s"), INT64_C(90000000000));
	assert_int_equal(duration("3us"), 3000);
	assert_int_equal(duration("7ns"), 7);
	assert_int_equal(duration("0"), 0);
}

static void a_duration_without_unit_is_refused(void **state)
{
	static const char *const bad[] = { "10", "",	"s",   "-1s", "1 s",
					   "1x", "1s ", "1.s", "1s2", "0.5ns" };
	struct error err;
	int64_t ns = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(parse_duration_ns(bad[i], &ns, &err), -1);
	assert_int_equal(ns, 42);
	assert_int_equal(parse_duration_ns("10", &ns, &err), -1);
	assert_string_equal(err.text,
			    "\"10\" is not a duration: write a number with "
			    "its unit (ns, us, ms, s, m, h or d), such as 10s "
			    "or 250ms");
	assert_int_equal(parse_duration_ns("999999d", &ns, &err), -1);
	assert_non_null(strstr(err.text, "too long"));
}

static void sizes_take_units(void **state)
{
	struct error err;
	uint64_t bytes;

	(void)state;
	assert_int_equal(size("4GiB"), UINT64_C(4) << 30);
	assert_int_equal(size("100k"), 100000);
	assert_int_equal(size("64MB"), 64000000);
	assert_int_equal(size("1.5KiB"), 1536);
	assert_int_equal(size("512"), 512);
	assert_int_equal(size("18446744073709551615"), UINT64_MAX);
	assert_int_equal(parse_size("4gb", &bytes, &err), -1);
	assert_int_equal(parse_size("-1", &bytes, &err), -1);
	assert_int_equal(parse_size("99999999T", &bytes, &err), -1);
	assert_non_null(strstr(err.text, "too large"));
}

static void whole_numbers_take_k_and_m(void **state)
{
	struct error err;
	int64_t parsed;

	(void)state;
	assert_int_equal(number("10"), 10);
	assert_int_equal(number("-3"), -3);
	assert_int_equal(number("10k"), 10000);
	assert_int_equal(number("1M"), 1000000);
	assert_int_equal(number("2.5k"), 2500);
	assert_int_equal(number("9223372036854775807"), INT64_MAX);
	assert_int_equal(parse_int("1.5", &parsed, &err), -1);
	assert_int_equal(parse_int("ten", &parsed, &err), -1);
	assert_int_equal(parse_int("10 ", &parsed, &err), -1);
	assert_int_equal(parse_int("", &parsed, &err), -1);
	assert_int_equal(parse_int("9223372036854775808", &parsed, &err), -1);
	assert_non_null(strstr(err.text, "too large"));
}

static void shares_may_be_percentages(void **state)
{
	struct error err;
	double share;

	(void)state;
	assert_int_equal(parse_real("50%", &share, &err), 0);
	assert_true(share == 0.5);
	assert_int_equal(parse_real("0.25", &share, &err), 0);
	assert_true(share == 0.25);
	assert_int_equal(parse_real("-1e3", &share, &err), 0);
	assert_true(share == -1000.0);
	assert_int_equal(parse_real("nan", &share, &err), -1);
	assert_int_equal(parse_real("0x10", &share, &err), -1);
	assert_int_equal(parse_real("1e999", &share, &err), -1);
	assert_int_equal(parse_real("half", &share, &err), -1);
}

static void fallbacks_are_in_force_until_something_is_given(void **state)
{
	struct fixture *f = *state;
	const char *const *nodes = options_list(f->options, "nodes");

	assert_int_equal(options_int(f->options, "ops-per-key"), 100);
	assert_true(options_real(f->options, "share") == 0.1);
	assert_int_equal(options_duration_ns(f->options, "interval"),
			 INT64_C(10000000000));
	assert_int_equal(options_size(f->options, "memory"), 0);
	assert_true(options_is(f->options, "read", "linearizable"));
	assert_string_equal(nodes[0], "a");
	assert_string_equal(nodes[1], "b");
	assert_null(nodes[2]);
	assert_null(options_list(f->options, "faults")[0]);
	assert_false(options_bool(f->options, "quorum"));
	assert_null(options_text(f->options, "version"));
	assert_false(options_is_given(f->options, "ops-per-key"));
}

static void what_is_given_wins(void **state)
{
	struct fixture *f = *state;
	char text[] = "20k";

	assert_int_equal(options_set(f->options, &f->arena, "ops-per-key", text,
				     &f->err),
			 0);
	text[0] = 'x'; /* the text is copied */
	assert_int_equal(options_int(f->options, "ops-per-key"), 20000);
	assert_string_equal(options_given(f->options, "ops-per-key"), "20k");
	assert_true(options_is_given(f->options, "ops-per-key"));
	assert_int_equal(
		options_set(f->options, &f->arena, "quorum", "yes", &f->err),
		0);
	assert_true(options_bool(f->options, "quorum"));
	assert_int_equal(options_set(f->options, &f->arena, "faults",
				     "kill,pause", &f->err),
			 0);
	assert_string_equal(options_list(f->options, "faults")[1], "pause");
}

static void refuses(struct fixture *f, const char *name, const char *text,
		    const char *sentence)
{
	assert_int_equal(
		options_set(f->options, &f->arena, name, text, &f->err), -1);
	assert_string_equal(f->err.text, sentence);
}

static void a_refusal_names_the_option_and_what_it_takes(void **state)
{
	struct fixture *f = *state;

	refuses(f, "ops-per-key", "many",
		"option ops-per-key: \"many\" is not a whole number, such as "
		"10, 10k or 1M");
	refuses(f, "quorum", "maybe",
		"option quorum: it takes true or false, not \"maybe\"");
	refuses(f, "read", "stale",
		"option read: there is no \"stale\"; it takes linearizable or "
		"serializable");
	refuses(f, "faults", "kill,,pause",
		"option faults: a member of the list is empty");
	refuses(f, "faults", "kill,",
		"option faults: a member of the list is empty");
	/* and leaves what was in force */
	assert_true(options_is(f->options, "read", "linearizable"));
	assert_int_equal(options_int(f->options, "ops-per-key"), 100);
}

static void members_of_a_set_are_joined_by_plus(void **state)
{
	struct fixture *f = *state;
	const char *const *list;
	const char *const *parts;

	assert_int_equal(options_set(f->options, &f->arena, "ways",
				     "pause, kill+pause", &f->err),
			 0);
	list = options_list(f->options, "ways");
	assert_string_equal(list[1], "kill+pause");
	parts = option_set(list[1], &f->arena);
	assert_string_equal(parts[0], "kill");
	assert_string_equal(parts[1], "pause");
	assert_null(parts[2]);
	assert_int_equal(options_set(f->options, &f->arena, "ways",
				     "kill+flood", &f->err),
			 -1);
	assert_non_null(strstr(f->err.text, "there is no \"flood\""));
	assert_int_equal(
		options_set(f->options, &f->arena, "ways", "kill+", &f->err),
		-1);
	/* Who they are is known to others. */
	assert_int_equal(options_set(f->options, &f->arena, "whom",
				     "n1+n3,one", &f->err),
			 0);
	assert_string_equal(options_list(f->options, "whom")[0], "n1+n3");
}

static void a_slip_of_the_pen_is_recognised(void **state)
{
	struct fixture *f = *state;

	refuses(f, "read", "linearisable",
		"option read: there is no \"linearisable\"; did you mean "
		"\"linearizable\"? (it takes linearizable or serializable)");
	refuses(f, "faults", "partiton",
		"option faults: there is no \"partiton\"; did you mean "
		"\"partition\"? (it takes kill, pause or partition)");
	refuses(f, "ops-per-kye", "1",
		"there is no option \"ops-per-kye\"; did you mean "
		"\"ops-per-key\"?");
	refuses(f, "colour", "1", "there is no option \"colour\"");
	assert_false(options_knows(f->options, "colour"));
	assert_true(options_knows(f->options, "read"));
}

static void a_part_without_options_knows_none(void **state)
{
	struct fixture *f = *state;
	struct options *none = options_new(&f->arena, NULL);

	assert_false(options_knows(none, "read"));
	assert_int_equal(options_set(none, &f->arena, "read", "x", &f->err),
			 -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_take_units),
		cmocka_unit_test(a_duration_without_unit_is_refused),
		cmocka_unit_test(sizes_take_units),
		cmocka_unit_test(whole_numbers_take_k_and_m),
		cmocka_unit_test(shares_may_be_percentages),
		cmocka_unit_test_setup_teardown(
			fallbacks_are_in_force_until_something_is_given, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(what_is_given_wins, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(
			a_refusal_names_the_option_and_what_it_takes, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			members_of_a_set_are_joined_by_plus, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_slip_of_the_pen_is_recognised,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_part_without_options_knows_none, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
