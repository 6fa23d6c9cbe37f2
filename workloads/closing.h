/* SPDX-License-Identifier: MIT */
/* Closing reads: what is left when all faults are healed. */
#ifndef ORDEAL_WORKLOADS_CLOSING_H
#define ORDEAL_WORKLOADS_CLOSING_H

#include "harness/workload.h"

/* Each thread reads so many of the last keys. */
#define CLOSING_LAST_KEYS 8

struct closing {
	enum object object;
	uint64_t begun; /* keys 0 .. begun-1 were used */
	uint64_t count; /* read so many of the last; 0: nothing at all */
	size_t keys_per_txn; /* reads in a transaction; 0: plain reads */
};

/* Reads those keys once, by whoever is free, then the last few of them by
 * every thread, that is through every node. In setup->arena. */
struct generator *closing_reads(const struct workload_setup *setup,
				const struct closing *closing);

#endif
