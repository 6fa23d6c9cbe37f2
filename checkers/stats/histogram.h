/* SPDX-License-Identifier: MIT */
/* A histogram of durations: bounded memory, quantiles within 0.8 %. */
#ifndef ORDEAL_CHECKERS_STATS_HISTOGRAM_H
#define ORDEAL_CHECKERS_STATS_HISTOGRAM_H

#include <stdint.h>

/*
 * Buckets as wide as 1/128 of the power of two they lie in (the layout of
 * HdrHistogram), so that ten million latencies take 58 kB and no sort. Zeroed
 * is empty; minimum and maximum are exact.
 */
#define HISTOGRAM_STEPS 128
#define HISTOGRAM_BUCKETS (HISTOGRAM_STEPS * 58)

struct histogram {
	uint64_t count;
	int64_t min_ns;
	int64_t max_ns;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* Negative durations count as 0. */
void histogram_add(struct histogram *histogram, int64_t duration_ns);

/* The duration that the share `quantile` (0 to 1) of all does not exceed: the
 * middle of its bucket, within what was seen; 0 when empty. */
int64_t histogram_quantile(const struct histogram *histogram, double quantile);

#endif
