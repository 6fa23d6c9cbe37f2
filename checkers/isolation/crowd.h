/* SPDX-License-Identifier: MIT */
/* Many transactions that all come after one, in an order nobody knows. */
#ifndef ORDEAL_ISOLATION_CROWD_H
#define ORDEAL_ISOLATION_CROWD_H

#include "checkers/isolation/graph.h"

#include <stdint.h>

/*
 * Members u[0] .. u[count-1] are transactions, ascending. One who precedes
 * them all would need `count` edges, so from a few on there are nodes up + i
 * and down + i, which lead to u[0] .. u[i] and to u[i] .. ; two of these also
 * serve one who is u[j] and precedes the others alone.
 */
struct crowd {
	uint32_t *members;
	uint32_t count;
	uint32_t up;
	uint32_t down;
};

/* Makes the nodes, from edges->node_count on, and their edges. */
void crowd_nodes(struct crowd *crowd, struct edges *edges);

/* `op` precedes all members but itself. */
void crowd_precede(const struct crowd *crowd, struct edges *edges,
		   uint32_t op, enum edge_kind kind);

#endif
