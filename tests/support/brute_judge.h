/* SPDX-License-Identifier: MIT */
/* The checker under test, asked about a history of a random object. */
#ifndef ORDEAL_TESTS_SUPPORT_BRUTE_JUDGE_H
#define ORDEAL_TESTS_SUPPORT_BRUTE_JUDGE_H

#include "harness/core/verdict.h"
#include "tests/support/random_history.h"

/*
 * The verdict by that algorithm ("auto", "search", "monitor"). An invalid one
 * without a story, or a check that fails, ends the program.
 */
enum verdict_kind judge_random(const struct random_object *object,
			       const struct history *history,
			       const char *algorithm);

/* All of the verdict as text, to be compared; in the arena. */
const char *judge_text(const struct random_object *object,
		       const struct history *history, unsigned threads,
		       struct arena *arena);

/* Prints the history, for a failing test. */
void print_random(const struct random_object *object,
		  const struct history *history);

/* ORDEAL_ROUNDS of the environment, or that number. */
uint64_t rounds_wanted(uint64_t usual);

#endif
