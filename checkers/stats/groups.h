/* SPDX-License-Identifier: MIT */
/* Operations counted in groups: by f, by node, by fault, by error. */
#ifndef ORDEAL_CHECKERS_STATS_GROUPS_H
#define ORDEAL_CHECKERS_STATS_GROUPS_H

#include "checkers/stats/histogram.h"
#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GROUPS_MAX 64 /* of a kind; all others share the last */
#define OUTCOME_COUNT (OUTCOME_FAIL + 1)

struct group {
	uint32_t key; /* an f, or the bits of a value */
	uint64_t count;
	uint64_t outcomes[OUTCOME_COUNT];
	uint64_t answered;			    /* see group_count */
	struct histogram *latencies[OUTCOME_COUNT]; /* NULL: not wanted */
};

/* By first appearance. Zeroed is empty. */
struct groups {
	struct group items[GROUPS_MAX + 1];
	size_t count;
	bool is_crowded; /* items[GROUPS_MAX] is of "all others" */
};

/* The group of that key, made when new. */
struct group *groups_find(struct groups *groups, uint32_t key);

/*
 * Counts one operation. It counts as answered when it is ok, or a failed cas:
 * "it is not what you expected" is an answer, "no leader" is none.
 */
void group_count(struct group *group, const struct op *op);

/* Adds the latency of a completed operation whose times are known. */
void group_add_latency(struct group *group, struct arena *arena,
		       const struct op *op);

#endif
