/* SPDX-License-Identifier: MIT */
/* On small histories of lists and of registers the checker says what trying
 * every order says. The argument is how many of each (default 100,000). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tests/support/isolation_history.h"
#include "tests/support/isolation_judge.h"

struct level {
	const char *name;
	bool is_snapshot;
	enum judge_order order;
};

static const struct level levels[] = {
	{ "serializable", false, JUDGE_FREE },
	{ "view-serializable", false, JUDGE_FREE },
	{ "strong-session-serializable", false, JUDGE_SESSION },
	{ "strict-serializable", false, JUDGE_REALTIME },
	{ "snapshot-isolation", true, JUDGE_FREE },
	{ "strong-session-snapshot-isolation", true, JUDGE_SESSION },
	{ "strong-snapshot-isolation", true, JUDGE_REALTIME },
};

#define LEVELS (sizeof(levels) / sizeof(*levels))

struct tally {
	unsigned long total;
	unsigned long held[LEVELS];
};

static void compare(const struct history *history, bool registers,
		    struct tally *tally)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	struct judge judge;

	judge_init(&judge, history, registers);
	isolation_run(history, NULL, &arena, &verdict);
	tally->total++;
	for (size_t i = 0; i < LEVELS; i++) {
		bool is_held =
			levels[i].is_snapshot ?
				judge_snapshot_isolated(&judge,
							levels[i].order) :
				judge_serializable(&judge, levels[i].order);
		bool is_out = isolation_lists(&verdict, "not",
					      levels[i].name) ||
			      isolation_lists(&verdict, "also_not",
					      levels[i].name);

		tally->held[i] += is_held;
		if (is_held == is_out)
			fail_msg("%s %s, but the checker found: %s\n%s",
				 levels[i].name, is_held ? "holds" : "is out",
				 isolation_names(&verdict, &arena),
				 isolation_print(history, &arena));
	}
	arena_release(&arena);
}

static unsigned long count = 100000;
static unsigned long first; /* of the histories: to go on where a run ended */

static void run_shapes(bool registers, const char *name)
{
	struct tally tally = { 0 };
	struct rng rng;

	for (unsigned long i = 0; i < count; i++) {
		struct isolation_shape shape = {
			.registers = registers,
			.txns_max = 3 + (unsigned)(i % 4),
			.accesses_max = 2 + (unsigned)(i / 4 % 3),
			.keys = 1 + (unsigned)(i / 12 % 3),
			.processes = 2 + (unsigned)(i / 36 % 3),
			.stray = 0.05 * (double)(i / 108 % 12),
		};
		struct history *history;

		rng_init(&rng, first + i, name, 0);
		history = isolation_random(&shape, &rng);
		compare(history, registers, &tally);
		history_free(history);
	}
	/* A test whose histories are all good, or all bad, tests nothing. */
	for (size_t i = 0; i < LEVELS; i++) {
		print_message("%s: %lu of %lu %s\n", levels[i].name,
			      tally.held[i], tally.total, name);
		assert_true(tally.held[i] > tally.total / 20);
		assert_true(tally.held[i] < tally.total * 19 / 20);
	}
}

static void registers_are_judged_as_by_trying_all_orders(void **state)
{
	(void)state;
	run_shapes(true, "registers");
}

static void lists_are_judged_as_by_trying_all_orders(void **state)
{
	(void)state;
	run_shapes(false, "lists");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_judged_as_by_trying_all_orders),
		cmocka_unit_test(registers_are_judged_as_by_trying_all_orders),
	};

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
