/* SPDX-License-Identifier: MIT */
/* Random lines of a history, good and bad. */
#ifndef ORDEAL_TESTS_RANDOM_LINE_H
#define ORDEAL_TESTS_RANDOM_LINE_H

#include "harness/core/rng.h"

#include <stddef.h>

#define RANDOM_LINE_MAX 4096

struct random_line {
	char bytes[RANDOM_LINE_MAX]; /* no NUL behind them, no newline */
	size_t length;
};

/* A well-formed line, but that one too long is cut. */
void random_line_make(struct rng *rng, struct random_line *text);

/* Changes, removes or doubles a few bytes, or cuts the end off. The text is
 * not empty, before and after. */
void random_line_damage(struct rng *rng, struct random_line *text);

#endif
