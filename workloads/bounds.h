/* SPDX-License-Identifier: MIT */
/* What workloads ask of their options, and of the count of threads. */
#ifndef ORDEAL_WORKLOADS_BOUNDS_H
#define ORDEAL_WORKLOADS_BOUNDS_H

#include "harness/workload.h"

/* An option's number must be in least .. most: 0, or -1 with a sentence. */
int bounds_int(const struct workload_setup *setup, const char *name,
	       int64_t least, int64_t most, struct error *err);
int bounds_share(const struct workload_setup *setup, const char *name,
		 struct error *err); /* 0 .. 1 */

/* The divisor of `threads` that is nearest to `wanted` (as a ratio; the
 * larger of two). */
size_t bounds_group(size_t threads, size_t wanted);

/* No number is larger than this in any workload: values stay plain, and each
 * store has room for them. */
#define BOUNDS_MOST INT64_C(1000000000)

#endif
