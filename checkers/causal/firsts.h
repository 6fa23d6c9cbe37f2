/* SPDX-License-Identifier: MIT */
/* When sessions first read something newer, for many sessions. */
#ifndef ORDEAL_CAUSAL_FIRSTS_H
#define ORDEAL_CAUSAL_FIRSTS_H

#include "checkers/causal/trace.h"

struct first {
	uint32_t session;
	uint32_t position; /* of a read */
	uint32_t newest; /* what the session had read of the run by then */
};

/* Of each run the reads of its writes, by session and position; then of each
 * key of each session the first that saw a write. */
struct firsts {
	const struct trace *trace;
	struct first *items;
	uint32_t *starts; /* by run, then by key; + 1 */
};

/* O(operations). */
void firsts_init(struct firsts *firsts, const struct trace *trace);
void firsts_release(struct firsts *firsts);

/*
 * A session that read, at a position below its bound, what is newer than what
 * `read` saw: a later write of the key by the same session, or (the initial
 * value) any. TRACE_NONE: there is none. Bounds are by session, and 0 but for
 * the `heard`. *steps grows by what it took.
 */
uint32_t firsts_find(const struct firsts *firsts, uint32_t read,
		     const uint32_t *bounds, const uint32_t *heard,
		     uint32_t heard_count, uint64_t *steps);

#endif
