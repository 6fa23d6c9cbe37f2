/* SPDX-License-Identifier: MIT */
/* Random numbers that can be had again: one seed, many named streams. */
#ifndef ORDEAL_CORE_RNG_H
#define ORDEAL_CORE_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", 2018), seeded by splitmix64. A stream is named, so that adding
 * a part which draws numbers does not change what the others draw. Each
 * stream belongs to one thread.
 */
struct rng {
	uint64_t state[4];
};

/* The stream called `name` (of number `number`) of the run's `seed`. */
void rng_init(struct rng *rng, uint64_t seed, const char *name,
	      uint64_t number);

uint64_t rng_next(struct rng *rng);

/* Uniform in 0 .. bound-1, without bias; `bound` > 0. */
uint64_t rng_below(struct rng *rng, uint64_t bound);

/* Uniform in [0, 1). */
double rng_unit(struct rng *rng);

/* True with probability `chance`. */
bool rng_chance(struct rng *rng, double chance);

/* A random order of `count` indexes (Fisher and Yates). */
void rng_shuffle(struct rng *rng, size_t *indexes, size_t count);

#endif
