/* SPDX-License-Identifier: MIT */
/* The calls of all keys, laid out in one pass over the history: by key, its
 * operations lie all over memory. */
#ifndef ORDEAL_LINEARIZABLE_LAYOUT_H
#define ORDEAL_LINEARIZABLE_LAYOUT_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/judge.h"
#include "harness/core/history.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct layout {
	const struct judge *judge;
	const struct history_keys *keys;
	struct call *calls; /* those of a group from its start on; NULL: none
			     * were laid out */
	uint32_t *counts; /* of calls, by group */
	uint32_t *open_counts;
	atomic_bool is_broken; /* it could not be done */
};

/* What it takes, in bytes. */
size_t layout_bytes(const struct history_keys *keys);

/* Room for the calls of all groups; freed by layout_release. */
void layout_init(struct layout *layout, const struct judge *judge,
		 const struct history_keys *keys);
void layout_release(struct layout *layout);

/* Lays out the groups `share`, `share` + `shares`, and so on. Each share by
 * any thread. */
void layout_share(struct layout *layout, size_t share, size_t shares);

/* When all shares are done: the calls of a group, which the layout owns. False
 * if they were not laid out: a drain is more than one call, or time was up. */
bool layout_take(const struct layout *layout, size_t group,
		 struct calls *calls);

#endif
