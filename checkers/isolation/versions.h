/* SPDX-License-Identifier: MIT */
/* What is known of the order of a register's versions. */
#ifndef ORDEAL_ISOLATION_VERSIONS_H
#define ORDEAL_ISOLATION_VERSIONS_H

#include "checkers/isolation/registers.h"

#include <stddef.h>
#include <stdint.h>

/*
 * That one version comes before another of the same key: writes, or
 * SOURCE_INITIAL. Not every pair is there, but what follows from others.
 */
struct version_edge {
	uint32_t key;
	uint32_t from;
	uint32_t to;
};

struct versions {
	struct version_edge *edges; /* heap; by key */
	size_t count;
	size_t capacity;
};

/* Collects what the rules say; keys for which that is cyclic are noted in
 * `findings` and left out. */
void versions_init(struct versions *versions, const struct view *view,
		   const struct registers *registers,
		   const struct register_rules *rules,
		   struct findings *findings);
void versions_release(struct versions *versions);

#endif
