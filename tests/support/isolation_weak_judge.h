/* SPDX-License-Identifier: MIT */
/* The axioms of weak levels (Biswas and Enea, OOPSLA 2019), tried out on
 * every order in which transactions over registers may have committed. */
#ifndef ORDEAL_TESTS_ISOLATION_WEAK_JUDGE_H
#define ORDEAL_TESTS_ISOLATION_WEAK_JUDGE_H

#include "tests/support/isolation_judge.h"

enum weak_level {
	WEAK_READ_COMMITTED, /* theirs: monotonic atomic view in the lattice */
	WEAK_READ_ATOMIC,
	WEAK_CAUSAL, /* always with sessions */
	WEAK_CURSOR, /* Adya's: an update is next to what it read */
};

bool judge_weak(const struct judge *judge, enum weak_level level,
		bool sessions);

#endif
