/* SPDX-License-Identifier: MIT */
/* On small histories of lists the levels that Adya defines are judged as by
 * his definitions. The argument is how many histories (default 100,000). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "tests/support/isolation_adya.h"
#include "tests/support/isolation_history.h"

static const char *const names[ADYA_LEVELS] = {
	[ADYA_READ_UNCOMMITTED] = "read-uncommitted",
	[ADYA_READ_COMMITTED] = "read-committed",
	[ADYA_CURSOR_STABILITY] = "cursor-stability",
	[ADYA_MONOTONIC_VIEW] = "monotonic-view",
	[ADYA_CONSISTENT_VIEW] = "consistent-view",
	[ADYA_REPEATABLE_READ] = "repeatable-read",
	[ADYA_SESSION_READ_UNCOMMITTED] = "strong-session-read-uncommitted",
	[ADYA_SESSION_READ_COMMITTED] = "strong-session-read-committed",
	[ADYA_STRONG_READ_UNCOMMITTED] = "strong-read-uncommitted",
	[ADYA_STRONG_READ_COMMITTED] = "strong-read-committed",
	[ADYA_CAUSAL] = "causal",
};

static bool compare(const struct history *history, unsigned long *held)
{
	struct arena arena = { 0 };
	struct verdict verdict;
	bool holds[ADYA_LEVELS];

	if (!adya_judge(history, holds))
		return false;
	isolation_run(history, NULL, &arena, &verdict);
	for (size_t i = 0; i < ADYA_LEVELS; i++) {
		bool is_out =
			isolation_lists(&verdict, "not", names[i]) ||
			isolation_lists(&verdict, "also_not", names[i]);

		held[i] += holds[i];
		if (holds[i] == is_out)
			fail_msg("%s %s, but the checker found: %s\n%s",
				 names[i], holds[i] ? "holds" : "is out",
				 isolation_names(&verdict, &arena),
				 isolation_print(history, &arena));
	}
	arena_release(&arena);
	return true;
}

static unsigned long count = 100000;
static unsigned long first; /* of the histories: to go on where a run ended */

static void levels_are_judged_as_adya_defines_them(void **state)
{
	unsigned long held[ADYA_LEVELS] = { 0 }, judged = 0;
	struct rng rng;

	(void)state;
	for (unsigned long i = 0; judged < count; i++) {
		struct isolation_shape shape = {
			.txns_max = 3 + (unsigned)(i % 3),
			.accesses_max = 2 + (unsigned)(i / 3 % 3),
			.keys = 1 + (unsigned)(i / 9 % 3),
			.processes = 1 + (unsigned)(i / 27 % 3),
			.stray = 0.06 * (double)(i / 81 % 10),
		};
		struct history *history;

		rng_init(&rng, first + i, "adya", 0);
		history = isolation_random(&shape, &rng);
		judged += compare(history, held);
		history_free(history);
	}
	/* Few histories break the weakest level, but some do. */
	for (size_t i = 0; i < ADYA_LEVELS; i++) {
		print_message("%s: %lu of %lu\n", names[i], held[i], judged);
		assert_true(held[i] > judged / 20);
		assert_true(held[i] < judged * 199 / 200);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_are_judged_as_adya_defines_them),
	};

	if (argc > 1)
		count = strtoul(argv[1], NULL, 10);
	if (argc > 2)
		first = strtoul(argv[2], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
