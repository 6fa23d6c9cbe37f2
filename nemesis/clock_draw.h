/* SPDX-License-Identifier: MIT */
/* How wrong a clock is to be. */
#ifndef ORDEAL_NEMESIS_CLOCK_DRAW_H
#define ORDEAL_NEMESIS_CLOCK_DRAW_H

#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#include <stdint.h>

/* As the agent takes it: see nemesis/agent/clock.h. */
struct clock_draw {
	int64_t offset_ns;
	int64_t rate_ppb;
	int64_t period_ns;
};

/* Values of the options "kinds", "distribution" and "direction". */
extern const char *const clock_kinds[];
extern const char *const clock_distributions[];
extern const char *const clock_directions[];

/* -1 with a sentence when options do not go together. */
int clock_draw_check(const struct options *options, struct error *err);

/* One node's clock; `kind` is one of clock_kinds. */
struct clock_draw clock_draw(const struct options *options, const char *kind,
			     struct rng *rng);

#endif
