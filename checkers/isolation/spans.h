/* SPDX-License-Identifier: MIT */
/* Is a set of edges free of cycles? For edges of which nearly all lead from
 * a lower number to a higher one. */
#ifndef ORDEAL_ISOLATION_SPANS_H
#define ORDEAL_ISOLATION_SPANS_H

#include "checkers/isolation/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A cycle has an edge that leads back, and each of its nodes lies between the
 * ends of one that does; so only the edges within such a span are looked at.
 * Linear in the edges; without any that leads back no graph is built. All
 * nodes are below `node_count`.
 */
bool spans_acyclic(const struct edges *sets, size_t set_count,
		   uint32_t node_count);

#endif
