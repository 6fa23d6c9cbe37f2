/* SPDX-License-Identifier: MIT */
/* Closing reads of replicas: everybody waits until they may have caught up,
 * then every thread, that is every node, reads every key. */
#ifndef ORDEAL_WORKLOADS_EVERYWHERE_H
#define ORDEAL_WORKLOADS_EVERYWHERE_H

#include "harness/workload.h"

#define EVERYWHERE_OPTIONS                                                   \
	{ "converge-within", OPTION_DURATION, "2s",                          \
	  "how long after the last write and the last fault replicas may "   \
	  "still differ",                                                    \
	  NULL }

/* Reads the last keys (option "final-keys") of 0 .. begun-1. */
struct generator *everywhere_reads(const struct workload_setup *setup,
				   enum object object, uint64_t begun);

#endif
