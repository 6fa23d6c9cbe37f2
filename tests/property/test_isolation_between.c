/* SPDX-License-Identifier: MIT */
/* On small histories the levels that say what a transaction sees are judged as
 * by these words. The arguments are how many histories (default 15,000) of
 * lists, and as many of registers, and from which on. With arguments each level
 * is asked for by its name in each history, without in one of seven. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/isolation_history.h"
#include "tests/support/isolation_visible.h"

static const char *const names[VISIBLE_LEVELS] = {
	[VISIBLE_UPDATE_ATOMIC] = "update-atomic",
	[VISIBLE_CAUSAL] = "causal-cerone",
	[VISIBLE_PREFIX] = "prefix",
	[VISIBLE_PARALLEL] = "parallel-snapshot-isolation",
	[VISIBLE_SNAPSHOT] = "snapshot-isolation",
	[VISIBLE_SNAPSHOT_READS] = "monotonic-snapshot-read",
	[VISIBLE_UPDATE_SERIALIZABLE] = "update-serializable",
};

struct tally {
	unsigned long judged;
	unsigned long held[VISIBLE_LEVELS];
	unsigned long decided[VISIBLE_LEVELS];
};

static bool is_out(const struct verdict *verdict, const char *level)
{
	return isolation_lists(verdict, "not", level) ||
	       isolation_lists(verdict, "also_not", level);
}

/* Registers may be left open, but not be wrong. */
static void compare_one(const struct history *history, const char *level,
			bool holds, bool may_be_open, unsigned long *decided)
{
	struct arena arena = { 0 };
	struct verdict verdict;

	isolation_run(history, level, &arena, &verdict);
	if (verdict.kind == VERDICT_UNKNOWN &&
	    figure_find(&verdict.figures, "dependencies")->number == 0) {
		arena_release(&arena); /* nothing to judge */
		return;
	}
	*decided += verdict.kind != VERDICT_UNKNOWN;
	if (verdict.kind == VERDICT_UNKNOWN ?
		    !may_be_open :
		    holds != (verdict.kind == VERDICT_VALID))
		fail_msg("%s %s, but the checker says \"%s\": %s\n%s", level,
			 holds ? "holds" : "is out", verdict.reason,
			 isolation_names(&verdict, &arena),
			 isolation_print(history, &arena));
	arena_release(&arena);
}

static bool asks_all;

static void compare(const struct history *history, bool registers,
		    unsigned long i, struct tally *tally)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	bool holds[VISIBLE_LEVELS];

	if (!visible_judge(history, registers, holds))
		return;
	tally->judged++;
	isolation_run(history, NULL, &arena, &verdict);
	for (size_t l = 0; l < VISIBLE_LEVELS; l++) {
		tally->held[l] += holds[l];
		if (is_out(&verdict, names[l]) ?
			    holds[l] :
			    !registers && !holds[l])
			fail_msg("%s %s, but the checker found: %s\n%s",
				 names[l], holds[l] ? "holds" : "is out",
				 isolation_names(&verdict, &arena),
				 isolation_print(history, &arena));
	}
	arena_release(&arena);
	for (size_t l = 0; l < VISIBLE_LEVELS; l++) {
		if (asks_all || l == i % VISIBLE_LEVELS)
			compare_one(history, names[l], holds[l], registers,
				    &tally->decided[l]);
	}
}

static unsigned long count = 15000;
static unsigned long first; /* of the histories: to go on where a run ended */

static void run(bool registers)
{
	struct tally tally = { 0 };
	struct rng rng;

	for (unsigned long i = first; i < first + count; i++) {
		struct isolation_shape shape = {
			.registers = registers,
			.is_sound = true,
			.txns_max = 4 + (unsigned)(i % 2),
			.accesses_max = 2 + (unsigned)(i / 3 % 3),
			.keys = 2 + (unsigned)(i / 9 % 2),
			.processes = 1 + (unsigned)(i / 27 % 3),
			.stray = 0.1 * (double)(i / 81 % 10),
		};
		struct history *history;

		rng_init(&rng, i, "between", 0);
		history = isolation_random(&shape, &rng);
		compare(history, registers, i, &tally);
		history_free(history);
	}
	for (size_t l = 0; l < VISIBLE_LEVELS; l++) {
		print_message("%s: held %lu of %lu, asked for and decided"
			      " %lu\n",
			      names[l], tally.held[l], tally.judged,
			      tally.decided[l]);
		assert_true(tally.held[l] > tally.judged / 20);
		assert_true(tally.held[l] < tally.judged * 199 / 200);
	}
}

static void lists_are_judged_by_what_is_visible(void **state)
{
	(void)state;
	run(false);
}

static void registers_are_never_judged_otherwise(void **state)
{
	(void)state;
	run(true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_judged_by_what_is_visible),
		cmocka_unit_test(registers_are_never_judged_otherwise),
	};

	asks_all = argc > 1;
	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
