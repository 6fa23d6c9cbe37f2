/* SPDX-License-Identifier: MIT */
/* Small histories in every format, damaged. */
#ifndef ORDEAL_TESTS_HISTORY_SEED_H
#define ORDEAL_TESTS_HISTORY_SEED_H

#include "harness/core/rng.h"

#include <stddef.h>

/* Writes one of them, mutated a little or not at all, to `text`, and returns
 * how many of the `room` bytes (4096 are plenty) it takes. */
size_t history_seed(struct rng *rng, char *text, size_t room);

#endif
