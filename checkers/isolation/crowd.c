/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/crowd.h"

#include "checkers/isolation/view.h"

/* Fewer than this get edges of their own. */
#define FEW 3

void crowd_nodes(struct crowd *crowd, struct edges *edges)
{
	if (crowd->count < FEW)
		return;
	crowd->up = edges->node_count;
	crowd->down = crowd->up + crowd->count;
	edges->node_count += 2 * crowd->count;
	for (uint32_t i = 0; i < crowd->count; i++) {
		edges_add(edges, crowd->up + i, crowd->members[i], EDGE_SAME);
		edges_add(edges, crowd->down + i, crowd->members[i],
			  EDGE_SAME);
		if (i == 0)
			continue;
		edges_add(edges, crowd->up + i, crowd->up + i - 1, EDGE_SAME);
		edges_add(edges, crowd->down + i - 1, crowd->down + i,
			  EDGE_SAME);
	}
}

/* The place of `op` among the members, or NONE. */
static uint32_t crowd_find(const struct crowd *crowd, uint32_t op)
{
	uint32_t low = 0, high = crowd->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (crowd->members[middle] < op)
			low = middle + 1;
		else
			high = middle;
	}
	return low < crowd->count && crowd->members[low] == op ? low : NONE;
}

void crowd_precede(const struct crowd *crowd, struct edges *edges,
		   uint32_t op, enum edge_kind kind)
{
	uint32_t self;

	if (crowd->count < FEW) {
		for (uint32_t i = 0; i < crowd->count; i++) {
			if (crowd->members[i] != op)
				edges_add(edges, op, crowd->members[i], kind);
		}
		return;
	}
	self = crowd_find(crowd, op);
	if (self == NONE) {
		edges_add(edges, op, crowd->up + crowd->count - 1, kind);
		return;
	}
	if (self > 0)
		edges_add(edges, op, crowd->up + self - 1, kind);
	if (self + 1 < crowd->count)
		edges_add(edges, op, crowd->down + self + 1, kind);
}
