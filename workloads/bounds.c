/* SPDX-License-Identifier: MIT */
#include "workloads/bounds.h"

#include <assert.h>
#include <inttypes.h>

int bounds_int(const struct workload_setup *setup, const char *name,
	       int64_t least, int64_t most, struct error *err)
{
	int64_t number = options_int(setup->options, name);

	if (number >= least && number <= most)
		return 0;
	return error_set(err,
			 "option %s: %" PRId64 " is not between %" PRId64
			 " and %" PRId64,
			 name, number, least, most);
}

int bounds_share(const struct workload_setup *setup, const char *name,
		 struct error *err)
{
	double share = options_real(setup->options, name);

	if (share >= 0 && share <= 1)
		return 0;
	return error_set(err, "option %s: %g is not between 0 and 1 (100%%)",
			 name, share);
}

/* a/b as a ratio of at least one. */
static double ratio(size_t a, size_t b)
{
	return a > b ? (double)a / (double)b : (double)b / (double)a;
}

size_t bounds_group(size_t threads, size_t wanted)
{
	size_t best = 1;

	assert(threads > 0 && wanted > 0);
	for (size_t divisor = 2; divisor <= threads; divisor++) {
		if (threads % divisor == 0 &&
		    ratio(divisor, wanted) <= ratio(best, wanted))
			best = divisor;
	}
	return best;
}
