/* SPDX-License-Identifier: MIT */
/* The search for one order of all operations, with nothing inferred before,
 * finds one exactly where there is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "checkers/causal/interleave.h"
#include "tests/support/brute_judge.h"
#include "tests/support/causal_tiny.h"

#define SEED 20261123
#define ROUNDS 40000

static enum interleave_end search(const struct trace *trace)
{
	const struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				       .bytes_max = BUDGET_BYTES_DEFAULT };
	struct interleaving result;
	struct relation relation;

	relation_init(&relation, trace, READS_OF_ALL);
	interleave(&relation, &budget, &result);
	assert_int_equal(result.end == INTERLEAVE_FOUND,
			 result.placed == trace->count);
	free(result.fronts);
	relation_release(&relation);
	return result.end;
}

static void an_order_is_found_where_there_is_one(void **state)
{
	uint64_t rounds = rounds_wanted(ROUNDS);
	uint64_t found = 0;
	uint64_t none = 0;

	(void)state;
	for (uint64_t round = 0; round < rounds; round++) {
		struct arena arena = { 0 };
		struct history *history;
		enum interleave_end end;
		struct trace trace;
		struct tiny tiny;
		struct rng rng;

		rng_init(&rng, SEED, "tiny search", round);
		tiny_make(&tiny, &rng);
		history = tiny_history(&tiny);
		if (!trace_init(&trace, history, &arena) &&
		    trace.strangers == 0) {
			end = search(&trace);
			assert_int_not_equal(end, INTERLEAVE_UNDECIDED);
			found += end == INTERLEAVE_FOUND;
			none += end == INTERLEAVE_NONE;
			if ((end == INTERLEAVE_FOUND) !=
			    tiny_holds(&tiny, TINY_SEQUENTIAL)) {
				tiny_print(&tiny);
				fail_msg("round %llu: the search differs",
					 (unsigned long long)round);
			}
		}
		history_free(history);
		arena_release(&arena);
	}
	assert_true(found > rounds / 20);
	assert_true(none > rounds / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_is_found_where_there_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
