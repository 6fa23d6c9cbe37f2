/* SPDX-License-Identifier: MIT */
/* How many layers lie over each gap. */
#ifndef ORDEAL_LINEARIZABLE_COVER_H
#define ORDEAL_LINEARIZABLE_COVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COVER_NONE UINT32_MAX

/*
 * A tree over gaps with the least cover below each node, and at each gap the
 * sum of the layers' numbers, which is the layer where there is but one.
 */
struct cover_node {
	int32_t least; /* cover, less what a gap has been handed out for */
	int32_t added; /* to the whole subtree */
	uint64_t sum; /* of numbers, along the way down */
};

struct cover {
	struct cover_node *nodes;
	uint8_t *is_single; /* handed out for its last layer */
	size_t leaves;
	size_t count;
};

void cover_init(struct cover *cover, size_t gaps);
void cover_release(struct cover *cover);

/* A layer over gaps from .. to, both included. All layers are added before
 * cover_build, which comes before all else. */
void cover_add(struct cover *cover, uint32_t from, uint32_t to,
	       uint32_t layer);
void cover_build(struct cover *cover);
void cover_remove(struct cover *cover, uint32_t from, uint32_t to,
		  uint32_t layer);

/*
 * The next gap under at most one layer: *layer is that one, or COVER_NONE.
 * Each gap is handed out once for the last layer, and once when it is free.
 */
bool cover_next(struct cover *cover, uint32_t *gap, uint32_t *layer);

#endif
