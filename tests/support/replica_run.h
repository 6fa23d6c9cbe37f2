/* SPDX-License-Identifier: MIT */
/*
 * Plays a workload against asynchronous replicas of the memory target, with
 * partitions, in no time: the same seed gives the same history.
 */
#ifndef ORDEAL_SUPPORT_REPLICA_RUN_H
#define ORDEAL_SUPPORT_REPLICA_RUN_H

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/core/verdict.h"

#include <stddef.h>
#include <stdint.h>

/* What is asked of whom. Settings are texts "NAME=VALUE NAME=VALUE ...". */
struct replica_plan {
	const char *workload;
	const char *settings; /* of the workload; NULL: none */
	const char *target;   /* of the target */
	uint64_t seed;
	size_t operations; /* of the main phase */
};

struct history *replica_play(const struct replica_plan *plan);

/* Judges with `settings` for the checker (NULL: none). The verdict is in the
 * arena. */
struct verdict replica_judge(const struct history *history,
			     const char *checker, const char *settings,
			     struct arena *arena);

#endif
