/* SPDX-License-Identifier: MIT */
/* On small histories of registers the weak levels are judged as by their
 * axioms. The argument is how many histories (default 100,000). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/isolation_history.h"
#include "tests/support/isolation_weak_judge.h"

static const struct {
	const char *name;
	enum weak_level level;
	bool sessions;
} levels[] = {
	{ "monotonic-atomic-view", WEAK_READ_COMMITTED, false },
	{ "strong-session-monotonic-atomic-view", WEAK_READ_COMMITTED, true },
	{ "read-atomic", WEAK_READ_ATOMIC, false },
	{ "strong-session-read-atomic", WEAK_READ_ATOMIC, true },
	{ "causal", WEAK_CAUSAL, true },
};

#define LEVELS (sizeof(levels) / sizeof(*levels))

static void compare(const struct history *history, unsigned long *held)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	struct judge judge;

	judge_init(&judge, history, true);
	isolation_run(history, "causal", &arena, &verdict);
	for (size_t i = 0; i < LEVELS; i++) {
		bool is_held = judge_weak(&judge, levels[i].level,
					  levels[i].sessions);
		bool is_out = isolation_lists(&verdict, "not",
					      levels[i].name) ||
			      isolation_lists(&verdict, "also_not",
					      levels[i].name);

		held[i] += is_held;
		if (is_held == is_out)
			fail_msg("%s %s, but the checker found: %s\n%s",
				 levels[i].name, is_held ? "holds" : "is out",
				 isolation_names(&verdict, &arena),
				 isolation_print(history, &arena));
	}
	arena_release(&arena);
}

/* Cursor stability may be left open, but not wrong. */
static void compare_cursor(const struct history *history,
			   unsigned long decided[2])
{
	struct arena arena = { 0 };
	struct verdict verdict;
	struct judge judge;
	bool is_held;

	judge_init(&judge, history, true);
	is_held = judge_weak(&judge, WEAK_CURSOR, false);
	isolation_run(history, "cursor-stability", &arena, &verdict);
	if (verdict.kind != VERDICT_UNKNOWN) {
		decided[is_held]++;
		if (is_held != (verdict.kind == VERDICT_VALID))
			fail_msg("cursor stability %s; the checker found: %s\n"
				 "%s",
				 is_held ? "holds" : "is out",
				 isolation_names(&verdict, &arena),
				 isolation_print(history, &arena));
	}
	arena_release(&arena);
}

static unsigned long count = 100000;
static unsigned long first; /* of the histories: to go on where a run ended */

static void weak_levels_are_judged_as_by_their_axioms(void **state)
{
	unsigned long held[LEVELS] = { 0 }, decided[2] = { 0 };
	struct rng rng;

	(void)state;
	for (unsigned long i = 0; i < count; i++) {
		struct isolation_shape shape = {
			.registers = true,
			.txns_max = 3 + (unsigned)(i % 3),
			.accesses_max = 2 + (unsigned)(i / 3 % 3),
			.keys = 1 + (unsigned)(i / 9 % 3),
			.processes = 1 + (unsigned)(i / 27 % 3),
			.stray = 0.1 * (double)(i / 81 % 10),
		};
		struct history *history;

		rng_init(&rng, first + i, "weak", 0);
		history = isolation_random(&shape, &rng);
		compare(history, held);
		compare_cursor(history, decided);
		history_free(history);
	}
	print_message("cursor-stability: %lu of %lu decided\n", decided[1],
		      decided[0] + decided[1]);
	assert_true(decided[0] > count / 20);
	assert_true(decided[1] > count / 20);
	for (size_t i = 0; i < LEVELS; i++) {
		print_message("%s: %lu of %lu\n", levels[i].name, held[i],
			      count);
		assert_true(held[i] > count / 20);
		assert_true(held[i] < count * 19 / 20);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weak_levels_are_judged_as_by_their_axioms),
	};

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
