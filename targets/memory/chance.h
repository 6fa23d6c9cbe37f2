/* SPDX-License-Identifier: MIT */
/* Chance, from a seed: splitmix64 (Steele, Lea and Flood, "Fast splittable
 * pseudorandom number generators", 2014). A stream belongs to one client. */
#ifndef ORDEAL_MEMORY_CHANCE_H
#define ORDEAL_MEMORY_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t z = (chance->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* Stream number `number` of `seed`. */
static inline struct chance chance_stream(uint64_t seed, uint64_t number)
{
	struct chance chance = { seed };

	chance.state = chance_next(&chance) + number;
	chance.state = chance_next(&chance);
	return chance;
}

/* Uniform in [0, 1). */
static inline double chance_unit(struct chance *chance)
{
	return (double)(chance_next(chance) >> 11) * 0x1.0p-53;
}

/* Uniform, but for a bias that does not matter here, in 0 .. bound-1. */
static inline uint64_t chance_below(struct chance *chance, uint64_t bound)
{
	return chance_next(chance) % bound;
}

/* True with this probability; draws nothing when it is 0. */
static inline bool chance_hits(struct chance *chance, double probability)
{
	return probability > 0 && chance_unit(chance) < probability;
}

#endif
