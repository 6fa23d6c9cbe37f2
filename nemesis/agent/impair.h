/* SPDX-License-Identifier: MIT */
/* What becomes of a packet on a bad network: a pure decision. */
#ifndef ORDEAL_NEMESIS_AGENT_IMPAIR_H
#define ORDEAL_NEMESIS_AGENT_IMPAIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The parameters of tc's netem, with its meaning: shares are from 0 to 1;
 * `correlation` is how much each draw depends on the one before of its kind;
 * `reorder` is the share that goes at once while the rest is delayed.
 */
struct impairment {
	double loss;
	double duplicate;
	double reorder;
	double corrupt;
	double correlation;
	int64_t delay_us;
	int64_t jitter_us; /* half the width, or with `is_normal` a sigma */
	bool is_normal;
	int64_t rate; /* bits a second; 0: no limit */
};

enum impair_kind {
	IMPAIR_LOSS,
	IMPAIR_DUPLICATE,
	IMPAIR_REORDER,
	IMPAIR_CORRUPT,
	IMPAIR_DELAY,
	IMPAIR_KINDS,
};

/* Zero but for `seed` to begin with. */
struct impair_state {
	uint64_t seed;
	double last[IMPAIR_KINDS];
	bool has_last[IMPAIR_KINDS];
	int64_t line_free_us; /* when the last packet is through, by `rate` */
};

struct fate {
	bool is_lost;
	bool is_twice;
	bool is_early; /* reordered */
	bool is_corrupt;
	uint32_t bit;	    /* which to flip, of all of the packet's */
	int64_t release_us; /* when it may go; not before now */
};

struct fate impair_next(const struct impairment *impairment,
			struct impair_state *state, size_t bytes,
			int64_t now_us);

#endif
