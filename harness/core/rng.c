/* SPDX-License-Identifier: MIT */
#include "harness/core/rng.h"

#include <assert.h>

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed, const char *name, uint64_t number)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
	uint64_t state;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
	state = seed;
	state = splitmix64(&state) ^ hash;
	state = splitmix64(&state) ^ number;
	for (size_t i = 0; i < 4; i++)
		rng->state[i] = splitmix64(&state);
}

static uint64_t rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->state;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t rng_below(struct rng *rng, uint64_t bound)
{
	uint64_t reject;
	uint64_t x;

	assert(bound > 0);
	reject = -bound % bound;
	do {
		x = rng_next(rng);
	} while (x < reject);
	return x % bound;
}

double rng_unit(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

bool rng_chance(struct rng *rng, double chance)
{
	return rng_unit(rng) < chance;
}

void rng_shuffle(struct rng *rng, size_t *indexes, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = (size_t)rng_below(rng, i);
		size_t swap = indexes[i - 1];

		indexes[i - 1] = indexes[j];
		indexes[j] = swap;
	}
}
