/* SPDX-License-Identifier: MIT */
/* Clock faults, without nodes: what is drawn, asked, and made of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"
#include "harness/fault.h"

#include "nemesis/clock_draw.h"
#include "nemesis/clock_line.h"
#include "nemesis/clock_look.h"
#include "nemesis/clock_scope.h"

#define MS INT64_C(1000000)

extern const struct fault fault_clock;

static struct options *options_with(struct arena *arena, const char *name,
				    const char *text)
{
	struct options *options = options_new(arena, fault_clock.options);
	struct error err;

	if (name)
		assert_int_equal(options_set(options, arena, name, text, &err),
				 0);
	return options;
}

static void draws_stay_within_what_was_asked(void **state)
{
	struct arena arena = { 0 };
	const struct options *options = options_with(&arena, NULL, NULL);
	struct rng rng;
	int forward = 0;
	int short_ones = 0;

	(void)state;
	rng_init(&rng, 1, "clock", 0);
	for (int i = 0; i < 2000; i++) {
		struct clock_draw step = clock_draw(options, "step", &rng);
		struct clock_draw drift = clock_draw(options, "drift", &rng);

		assert_in_range(llabs(step.offset_ns), 10 * MS, 240000 * MS);
		assert_int_equal(step.rate_ppb, 0);
		assert_in_range(llabs(drift.rate_ppb), 5000000, 50000000);
		forward += step.offset_ns > 0;
		/* Half of the powers of two are below 1.55 s. */
		short_ones += llabs(step.offset_ns) < 1550 * MS;
	}
	assert_in_range(forward, 850, 1150);
	assert_in_range(short_ones, 850, 1150);
	arena_release(&arena);
}

static void kinds_are_what_they_say(void **state)
{
	struct arena arena = { 0 };
	const struct options *options =
		options_with(&arena, "direction", "backward");
	struct rng rng;
	struct clock_draw draw;

	(void)state;
	rng_init(&rng, 1, "clock", 0);
	draw = clock_draw(options, "freeze", &rng);
	assert_int_equal(draw.rate_ppb, -1000000000);
	assert_int_equal(draw.offset_ns, 0);
	draw = clock_draw(options, "strobe", &rng);
	assert_int_equal(draw.period_ns, 100 * MS);
	assert_true(draw.offset_ns < 0);
	assert_true(clock_draw(options, "drift", &rng).rate_ppb < 0);
	arena_release(&arena);
}

static void options_that_make_no_sense_are_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "offset-min", "0" },	 { "offset-min", "5m" },
		{ "offset-max", "1ms" }, { "offset-max", "25h" },
		{ "rate", "0" },	 { "rate", "200%" },
		{ "period", "10us" },
	};
	struct arena arena = { 0 };
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(
			clock_draw_check(
				options_with(&arena, bad[i][0], bad[i][1]),
				&err),
			-1);
	assert_int_equal(
		clock_draw_check(options_with(&arena, NULL, NULL), &err), 0);
	arena_release(&arena);
}

static const char *doubt_of(const char *text, bool is_machine,
			    struct arena *arena)
{
	struct clock_look look = { 0 };

	clock_look_read(&look, text, arena);
	return clock_look_doubt(&look, is_machine, arena);
}

#define WRONG(shown, slack, asked, rest)                                  \
	"wrong offset-ns " shown " slack-ns " slack " intended-ns " asked \
	" " rest "\n"

static void a_clock_as_asked_has_no_doubt(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	assert_null(doubt_of("clock 7 etcd " WRONG("5000000", "90", "5000010",
						   "used 1 state S") "machine "
								     "true\n",
			     false, &arena));
	assert_null(doubt_of("clock 7 etcd " WRONG("-5000000", "90", "-4100000",
						   "used 1 state S"),
			     false, &arena));
	/* Nobody runs: nothing is known, and nothing is wrong. */
	assert_null(doubt_of("machine true\n", false, &arena));
	/* Over before it could be looked at. */
	assert_null(doubt_of("clock 7 etcd gone\n", false, &arena));
	/* A stopped process asks for nothing. */
	assert_null(
		doubt_of("clock 7 etcd " WRONG("0", "9", "0", "used 0 state T"),
			 false, &arena));
	assert_null(
		doubt_of("clock 7 etcd true\nmachine " WRONG("5", "0", "6", ""),
			 true, &arena));
	arena_release(&arena);
}

static void what_did_not_take_is_doubted(void **state)
{
	static const struct {
		const char *text;
		bool is_machine;
		const char *why;
	} bad[] = {
		{ "clock 7 etcd true\n", false, "is true" },
		{ "clock 7 a " WRONG("9", "9", "9",
				     "used 1 state S") "clock 8 a true\n",
		  false, "is true" },
		{ "clock 7 a " WRONG("9000000", "9", "9", "used 1 state S"),
		  false, "9000000 ns instead of 9" },
		{ "clock 7 a " WRONG("9", "2000000", "9", "used 1 state S"),
		  false, "exactly" },
		{ "clock 7 a " WRONG("9", "9", "9", "used 0 state S"), false,
		  "system calls" },
		{ "clock 7 a foreign\n", false, "by others" },
		{ "clock 7 a unreadable\n", false, "64-bit" },
		{ "clock 7 a trouble process 7: gone\n", false, "gone" },
		{ "machine true\n", true, "is true" },
		{ "machine " WRONG("9", "0", "9000000", ""), true, "instead" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why =
			doubt_of(bad[i].text, bad[i].is_machine, &arena);

		if (!why || !strstr(why, bad[i].why))
			fail_msg("%s: %s", bad[i].text, why ? why : "no doubt");
	}
	arena_release(&arena);
}

static void a_use_is_remembered(void **state)
{
	struct arena arena = { 0 };
	struct clock_look look = { 0 };

	(void)state;
	clock_look_read(&look,
			"clock 7 a " WRONG("9", "9", "9", "used 1 state S"),
			&arena);
	clock_look_read(&look,
			"clock 7 a " WRONG("9", "9", "9", "used 0 state S"),
			&arena);
	assert_int_equal(look.wrong, 1);
	assert_null(clock_look_doubt(&look, false, &arena));
	arena_release(&arena);
}

static void a_shared_kernel_is_nobodys(void **state)
{
	struct arena arena = { 0 };
	const char *ids[] = { "a", "b", "b", "c", "", "c" };
	struct clock_scope scope = { .boot_ids = ids, .count = 5 };
	const char *const *foreign;

	(void)state;
	assert_true(clock_scope_is_own(&scope, 0));
	assert_false(clock_scope_is_own(&scope, 1)); /* another node's */
	assert_false(clock_scope_is_own(&scope, 3)); /* the controller's */
	assert_false(clock_scope_is_own(&scope, 4)); /* not known */
	foreign = clock_scope_foreign(&scope, 0, &arena);
	for (size_t i = 0; i < 4; i++)
		assert_string_not_equal(foreign[i], "a");
	assert_null(foreign[4]);
	arena_release(&arena);
}

static void lines_are_quoted(void **state)
{
	static const char *const daemons[] = { "etcd", "it's", NULL };
	static const char *const foreign[] = { "some-id", NULL };
	struct clock_draw draw = { .offset_ns = -5, .rate_ppb = 7 };
	struct arena arena = { 0 };
	const char *line = clock_line_keep(&arena, &draw, true, daemons, NULL);

	(void)state;
	assert_non_null(strstr(line, "clock keep --offset-ns -5 --rate-ppb 7 "
				     "--period-ns 0 --monotonic 1"));
	assert_non_null(strstr(line, "'it'\\''s'"));
	line = clock_line_keep(&arena, &draw, false, daemons, foreign);
	assert_non_null(strstr(line, "clock machine --offset-ns"));
	assert_non_null(strstr(line, "--foreign-boot-id"));
	assert_null(strstr(line, "--daemon"));
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(draws_stay_within_what_was_asked),
		cmocka_unit_test(kinds_are_what_they_say),
		cmocka_unit_test(options_that_make_no_sense_are_refused),
		cmocka_unit_test(a_clock_as_asked_has_no_doubt),
		cmocka_unit_test(what_did_not_take_is_doubted),
		cmocka_unit_test(a_use_is_remembered),
		cmocka_unit_test(a_shared_kernel_is_nobodys),
		cmocka_unit_test(lines_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
