/* SPDX-License-Identifier: MIT */
/* How the nodes answered on each side of each partition. */
#ifndef ORDEAL_ENGINE_PLACEMENT_H
#define ORDEAL_ENGINE_PLACEMENT_H

#include "harness/core/history.h"

#include <stdint.h>

struct answers {
	uint64_t asked;
	uint64_t answered;
};

/* Operations of clients, by the node they went to. */
struct side {
	struct answers reads;
	struct answers updates; /* all that is not a mere read */
};

struct placement {
	uint64_t partitions; /* proven to be in force */
	struct side majority; /* nodes that reach more than half of all */
	struct side minority;
};

/*
 * Counts the operations invoked between the end of an injection of `partition`
 * that is proven and the next that the record says of partitions. Those that
 * went to no named node are left out, and those answered only when that was
 * over, for they tell nothing of it; and cas, for one that failed does not tell
 * whether the store said so or nobody did. Nodes are those that operations or
 * grudges name; more than 64 are too many, and nothing is counted.
 */
void placement_measure(const struct history *history,
		       struct placement *placement);

#endif
