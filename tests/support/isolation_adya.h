/* SPDX-License-Identifier: MIT */
/* Adya's definitions, taken word by word, on small histories of lists. */
#ifndef ORDEAL_TESTS_ISOLATION_ADYA_H
#define ORDEAL_TESTS_ISOLATION_ADYA_H

#include "harness/core/history.h"

#include <stdbool.h>

/* Levels that the direct serialization graph decides. */
enum adya_level {
	ADYA_READ_UNCOMMITTED,
	ADYA_READ_COMMITTED,
	ADYA_CURSOR_STABILITY,
	ADYA_MONOTONIC_VIEW,
	ADYA_CONSISTENT_VIEW,
	ADYA_REPEATABLE_READ,
	ADYA_SESSION_READ_UNCOMMITTED,
	ADYA_SESSION_READ_COMMITTED,
	ADYA_STRONG_READ_UNCOMMITTED,
	ADYA_STRONG_READ_COMMITTED,
	ADYA_CAUSAL,
	ADYA_LEVELS,
};

/*
 * False if the order of versions is not known: a key has two committed
 * transactions none of whose appends was read, or reads that contradict each
 * other. Else *holds tells of each level.
 */
bool adya_judge(const struct history *history, bool holds[ADYA_LEVELS]);

#endif
