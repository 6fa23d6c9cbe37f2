/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/impair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_S 1000000

/* SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number
 * generators, 2014). */
static uint64_t draw(struct impair_state *state)
{
	uint64_t z = state->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static double draw_share(struct impair_state *state)
{
	return (double)(draw(state) >> 11) * 0x1p-53;
}

/*
 * True for `share` of the packets. With a correlation c the draw before counts
 * again with the chance c, so runs have the mean length 1 / (1 - c) more than
 * by chance and the share stays what it is (netem's weighted mean bends it).
 */
static bool draw_event(const struct impairment *impairment,
		       struct impair_state *state, enum impair_kind kind,
		       double share)
{
	if (share <= 0)
		return false;
	if (!state->has_last[kind] ||
	    draw_share(state) >= impairment->correlation)
		state->last[kind] = draw_share(state);
	state->has_last[kind] = true;
	return state->last[kind] < share;
}

/* From -1 to 1, or about normal with sigma 1: the sum of twelve uniform draws
 * has the variance 1 and ends at 6. */
static double draw_jitter(const struct impairment *impairment,
			  struct impair_state *state)
{
	double sum = 0;

	if (!impairment->is_normal)
		return 2 * draw_share(state) - 1;
	for (int i = 0; i < 12; i++)
		sum += draw_share(state);
	return sum - 6;
}

static int64_t draw_delay(const struct impairment *impairment,
			  struct impair_state *state)
{
	double jitter = draw_jitter(impairment, state);
	double c = impairment->correlation;
	int64_t delay_us;

	if (state->has_last[IMPAIR_DELAY])
		jitter = c * state->last[IMPAIR_DELAY] + (1 - c) * jitter;
	state->last[IMPAIR_DELAY] = jitter;
	state->has_last[IMPAIR_DELAY] = true;
	delay_us = impairment->delay_us +
		   (int64_t)(jitter * (double)impairment->jitter_us);
	return delay_us > 0 ? delay_us : 0;
}

struct fate impair_next(const struct impairment *impairment,
			struct impair_state *state, size_t bytes,
			int64_t now_us)
{
	struct fate fate = { .release_us = now_us };

	fate.is_lost =
		draw_event(impairment, state, IMPAIR_LOSS, impairment->loss);
	fate.is_twice = draw_event(impairment, state, IMPAIR_DUPLICATE,
				   impairment->duplicate);
	fate.is_early = draw_event(impairment, state, IMPAIR_REORDER,
				   impairment->reorder);
	fate.is_corrupt = draw_event(impairment, state, IMPAIR_CORRUPT,
				     impairment->corrupt);
	if (fate.is_corrupt && bytes > 0)
		fate.bit = (uint32_t)(draw(state) % (bytes * 8));
	if (impairment->rate > 0 && !fate.is_lost) {
		if (state->line_free_us < now_us)
			state->line_free_us = now_us;
		state->line_free_us +=
			(int64_t)bytes * 8 * US_PER_S / impairment->rate;
		fate.release_us = state->line_free_us;
	}
	if (!fate.is_early && impairment->delay_us > 0)
		fate.release_us += draw_delay(impairment, state);
	return fate;
}
