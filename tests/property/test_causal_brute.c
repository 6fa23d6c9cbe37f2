/* SPDX-License-Identifier: MIT */
/* Causal consistency, PRAM, sessions: the checkers agree with the definitions
 * on tiny histories, and each model implies what is below it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <string.h>

#include "harness/checker.h"
#include "harness/registry.h"
#include "tests/support/brute_judge.h"
#include "tests/support/causal_tiny.h"

#define SEED 20261122
#define ROUNDS 110000

/* How many histories each model accepts, and tells apart from each other. */
struct tally {
	uint64_t holds[TINY_MODELS];
	uint64_t holds_but[TINY_MODELS][TINY_MODELS];
};

static enum verdict_kind judge(const struct history *history,
			       enum tiny_model model)
{
	const struct checker *checker =
		registry_checker(tiny_model_name(model));
	struct arena arena = { 0 };
	struct budget budget = { .states_max = BUDGET_STATES_DEFAULT,
				 .bytes_max = BUDGET_BYTES_DEFAULT };
	struct check check = { history, options_new(&arena, checker->options),
			       &budget, &arena };
	struct verdict verdict;
	struct error err;
	enum verdict_kind kind;

	verdict_init(&verdict);
	if (checker->check(&check, &verdict, &err) != 0)
		fail_msg("%s", err.text);
	kind = verdict.kind;
	if (kind == VERDICT_INVALID &&
	    (!verdict.anomalies || verdict.anomalies->evidence_count == 0 ||
	     !verdict.anomalies->story))
		fail_msg("%s: invalid without evidence", checker->name);
	/* Where nothing was read, nothing can be told. */
	if (kind == VERDICT_UNKNOWN)
		kind = VERDICT_VALID;
	arena_release(&arena);
	return kind;
}

static void compare(uint64_t round, struct tally *tally)
{
	bool holds[TINY_MODELS];
	struct history *history;
	struct tiny tiny;
	struct rng rng;

	rng_init(&rng, SEED, "tiny", round);
	tiny_make(&tiny, &rng);
	if (tiny.count == 0)
		return;
	history = tiny_history(&tiny);
	for (int m = 0; m < TINY_MODELS; m++) {
		holds[m] = tiny_holds(&tiny, (enum tiny_model)m);
		if ((judge(history, (enum tiny_model)m) == VERDICT_VALID) ==
		    holds[m])
			continue;
		tiny_print(&tiny);
		fail_msg("round %llu: by definition %s %s",
			 (unsigned long long)round,
			 tiny_model_name((enum tiny_model)m),
			 holds[m] ? "holds" : "is broken");
	}
	for (int a = 0; a < TINY_MODELS; a++) {
		tally->holds[a] += holds[a];
		for (int b = 0; b < TINY_MODELS; b++)
			tally->holds_but[a][b] += holds[a] && !holds[b];
	}
	history_free(history);
}

static void nothing_tells(const struct tally *tally, enum tiny_model a,
			  enum tiny_model b)
{
	if (tally->holds_but[a][b] != 0)
		fail_msg("%s holds where %s does not", tiny_model_name(a),
			 tiny_model_name(b));
}

static void the_checkers_agree_with_the_definitions(void **state)
{
	static const enum tiny_model laws[][2] = {
		{ TINY_LINEARIZABLE, TINY_SEQUENTIAL },
		{ TINY_SEQUENTIAL, TINY_CAUSAL_MEMORY },
		{ TINY_SEQUENTIAL, TINY_CAUSAL_CONVERGENCE },
		{ TINY_CAUSAL_MEMORY, TINY_CAUSAL },
		{ TINY_CAUSAL_MEMORY, TINY_PRAM },
		{ TINY_CAUSAL_CONVERGENCE, TINY_CAUSAL },
		{ TINY_SEQUENTIAL, TINY_PROCESSOR },
		{ TINY_PROCESSOR, TINY_PRAM },
		{ TINY_PRAM, TINY_READ_YOUR_WRITES },
		{ TINY_PRAM, TINY_MONOTONIC_READS },
		{ TINY_PRAM, TINY_MONOTONIC_WRITES },
		{ TINY_CAUSAL, TINY_READ_YOUR_WRITES },
		{ TINY_CAUSAL, TINY_MONOTONIC_WRITES },
		{ TINY_CAUSAL, TINY_WRITES_FOLLOW_READS },
		{ TINY_LINEARIZABLE, TINY_REAL_TIME_CAUSAL },
		{ TINY_REAL_TIME_CAUSAL, TINY_CAUSAL_CONVERGENCE },
		{ TINY_LINEARIZABLE, TINY_REGULAR },
		{ TINY_REGULAR, TINY_SAFE },
	};
	uint64_t rounds = rounds_wanted(ROUNDS);
	struct tally tally = { 0 };

	(void)state;
	for (uint64_t round = 0; round < rounds; round++)
		compare(round, &tally);
	for (size_t i = 0; i < sizeof(laws) / sizeof(*laws); i++) {
		nothing_tells(&tally, laws[i][0], laws[i][1]);
		/* And the law says something: the two are not the same. */
		assert_true(tally.holds_but[laws[i][1]][laws[i][0]] > 0);
	}
	for (int m = 0; m < TINY_MODELS; m++) {
		assert_true(tally.holds[m] > rounds / 20);
		assert_true(tally.holds[m] < rounds - rounds / 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checkers_agree_with_the_definitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
