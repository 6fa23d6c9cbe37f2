/* SPDX-License-Identifier: MIT */
/* Checkers of invariants, asked directly. */
#ifndef ORDEAL_TESTS_SUPPORT_INVARIANT_JUDGE_H
#define ORDEAL_TESTS_SUPPORT_INVARIANT_JUDGE_H

#include "harness/checker.h"

/*
 * The verdict, with one option set unless `option` is NULL; in the arena. Ends
 * the program when the check fails, and when an anomaly lacks its story, its
 * evidence or an explanation of its name.
 */
struct verdict *invariant_judge(const struct checker *checker,
				const struct history *history,
				const char *option, const char *text,
				struct arena *arena);

/* The same, and only the kind of it. */
enum verdict_kind invariant_verdict(const struct checker *checker,
				    const struct history *history,
				    const char *option, const char *text);

#endif
