/* SPDX-License-Identifier: MIT */
#include "checkers/stats/histogram.h"

#include <math.h>
#include <stddef.h>

/* 0..127 have a bucket each; above, 128 for each power of two. */
static size_t bucket_of(uint64_t duration)
{
	unsigned shift;

	if (duration < HISTOGRAM_STEPS)
		return (size_t)duration;
	shift = 63u - (unsigned)__builtin_clzll(duration) - 7u;
	return (size_t)HISTOGRAM_STEPS * shift + (size_t)(duration >> shift);
}

static int64_t middle_of(size_t bucket)
{
	unsigned shift;
	uint64_t low;

	if (bucket < (size_t)2 * HISTOGRAM_STEPS)
		return (int64_t)bucket;
	shift = (unsigned)(bucket / HISTOGRAM_STEPS) - 1;
	low = (uint64_t)(bucket - (size_t)HISTOGRAM_STEPS * shift) << shift;
	return (int64_t)(low + ((UINT64_C(1) << shift) - 1) / 2);
}

void histogram_add(struct histogram *histogram, int64_t duration_ns)
{
	if (duration_ns < 0)
		duration_ns = 0;
	if (histogram->count == 0 || duration_ns < histogram->min_ns)
		histogram->min_ns = duration_ns;
	if (duration_ns > histogram->max_ns)
		histogram->max_ns = duration_ns;
	histogram->count++;
	histogram->buckets[bucket_of((uint64_t)duration_ns)]++;
}

int64_t histogram_quantile(const struct histogram *histogram, double quantile)
{
	double wanted = ceil(quantile * (double)histogram->count);
	uint64_t rank = wanted < 1 ? 1 : (uint64_t)wanted;
	uint64_t seen = 0;
	int64_t middle;

	if (histogram->count == 0)
		return 0;
	if (rank >= histogram->count)
		return histogram->max_ns;
	for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += histogram->buckets[i];
		if (seen < rank)
			continue;
		middle = middle_of(i);
		if (middle < histogram->min_ns)
			return histogram->min_ns;
		return middle > histogram->max_ns ? histogram->max_ns : middle;
	}
	return histogram->max_ns;
}
