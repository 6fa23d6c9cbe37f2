/* SPDX-License-Identifier: MIT */
/* What waits, the earliest first. */
#ifndef ORDEAL_LINEARIZABLE_WAITING_H
#define ORDEAL_LINEARIZABLE_WAITING_H

#include "checkers/linearizable/sort.h"

#include <stddef.h>
#include <stdint.h>

#define WAITING_NONE UINT32_MAX

/* A binary heap by key. The room for items is the caller's. */
struct waiting {
	struct sort_item *items;
	size_t count;
};

void waiting_push(struct waiting *waiting, uint32_t key, uint32_t number);

/* The number with the least key, which waits no more; or WAITING_NONE. */
uint32_t waiting_pop(struct waiting *waiting);

#endif
