/* SPDX-License-Identifier: MIT */
#include "nemesis/clock_draw.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define PPB 1e9

/* A day, so that no arithmetic of a store is tried by the harness alone. */
#define OFFSET_MAX_NS (INT64_C(24) * 3600 * 1000000000)

const char *const clock_kinds[] = { "step", "strobe", "drift", "freeze", NULL };
const char *const clock_distributions[] = { "exponential", "uniform", NULL };
const char *const clock_directions[] = { "both", "forward", "backward", NULL };

int clock_draw_check(const struct options *options, struct error *err)
{
	int64_t min_ns = options_duration_ns(options, "offset-min");
	int64_t max_ns = options_duration_ns(options, "offset-max");
	double rate = options_real(options, "rate");

	if (min_ns <= 0 || max_ns < min_ns || max_ns > OFFSET_MAX_NS)
		return error_set(err, "clock: offset-min is more than 0, "
				      "offset-max not less, and a day at most");
	if (!(rate > 0 && rate <= 1))
		return error_set(err, "clock.rate is more than 0 and 100%% at "
				      "most");
	if (options_duration_ns(options, "period") < 1000000)
		return error_set(err, "clock.period is 1ms at least");
	return 0;
}

/* In min .. max; exponential: each power of two is as likely. */
static double draw_between(const struct options *options, double min,
			   double max, struct rng *rng)
{
	double unit = rng_unit(rng);

	if (options_is(options, "distribution", "uniform"))
		return min + unit * (max - min);
	return min * pow(max / min, unit);
}

static int64_t draw_sign(const struct options *options, struct rng *rng)
{
	bool is_forward = rng_chance(rng, 0.5);

	if (options_is(options, "direction", "both"))
		return is_forward ? 1 : -1;
	return options_is(options, "direction", "forward") ? 1 : -1;
}

struct clock_draw clock_draw(const struct options *options, const char *kind,
			     struct rng *rng)
{
	struct clock_draw draw = { 0 };
	double rate = options_real(options, "rate");
	double size = draw_between(
		options, (double)options_duration_ns(options, "offset-min"),
		(double)options_duration_ns(options, "offset-max"), rng);
	int64_t sign = draw_sign(options, rng);

	if (strcmp(kind, "freeze") == 0) {
		draw.rate_ppb = -(int64_t)PPB;
	} else if (strcmp(kind, "drift") == 0) {
		/* A tenth of it at least, or nobody could tell. */
		rate = rate / 10 + rng_unit(rng) * (rate - rate / 10);
		draw.rate_ppb = sign * (int64_t)(rate * PPB);
	} else {
		draw.offset_ns = sign * (int64_t)size;
		if (strcmp(kind, "strobe") == 0)
			draw.period_ns = options_duration_ns(options, "period");
	}
	return draw;
}
