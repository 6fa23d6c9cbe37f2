/* SPDX-License-Identifier: MIT */
/* How stale each read of a history was: for checkers, and for plots. */
#ifndef ORDEAL_CORE_STALE_H
#define ORDEAL_CORE_STALE_H

#include "harness/core/history.h"

#include <stdbool.h>
#include <stdint.h>

#define STALE_VERSIONS_MAX 10000 /* of one read; more are not counted */

/*
 * A read (or a cas that succeeded, which has read as well). It is stale by k
 * versions when k acknowledged writes of the key were invoked after the write
 * that it saw had completed, and completed before the read was invoked: in any
 * order that respects real time these lie between. It is stale by the time
 * from the first completion of these to its invocation. Both are lower bounds,
 * exact for the read alone. (k-atomicity and Delta-atomicity: W. Golab, X. Li,
 * M. Shah: Analyzing consistency properties for fun and profit. PODC 2011.)
 */
struct stale_read {
	struct value key;
	struct value seen;
	uint32_t read;	  /* numbers of operations */
	uint32_t writer;  /* HISTORY_NONE: it saw what was there at first */
	uint32_t newer;	  /* the first to overwrite; HISTORY_NONE: fresh */
	int64_t versions; /* 0: fresh */
	int64_t ns;	  /* 0: fresh, or there are no times */
	bool is_untold;	  /* it does not tell whose write it saw: values that
			   * were written twice, or by nobody */
};

typedef void stale_take(void *state, const struct stale_read *read);

/* True if there are single reads, writes and cas of registers and nothing
 * else. */
bool stale_fits(const struct history *history);

/* Calls take() for each read, key by key, in order of invocation. The history
 * is one that fits. O(n log n), and the versions. */
void stale_each(const struct history *history, stale_take *take, void *state);

#endif
