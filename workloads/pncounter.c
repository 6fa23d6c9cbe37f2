/* SPDX-License-Identifier: MIT */
/*
 * Counters that each node may change by itself: what a read shows is the sum
 * of what its node knew, in the end of everything.
 */
#include "workloads/counting.h"
#include "workloads/merged.h"

static struct generator *pncounter_main(const struct workload_setup *setup,
					struct error *err)
{
	return counting_main(setup, "pncounter", err);
}

static struct generator *pncounter_final(const struct workload_setup *setup,
					 struct error *err)
{
	(void)err;
	return merged_final(setup, OBJECT_COUNTER);
}

static const char *const *pncounter_judged(const struct workload_setup *setup)
{
	return merged_judged(setup, counting_is_ever_less(setup) ?
					    "pn-counter" :
					    "g-counter");
}

static const struct option pncounter_options[] = {
	MERGED_OPTIONS("1000"),
	COUNTING_OPTIONS("30%"),
	{ .name = NULL },
};

const struct workload workload_pncounter = {
	.name = "pncounter",
	.summary = "increments and decrements replicated counters, reads them "
		   "through every node in the end",
	.options = pncounter_options,
	.checkers = merged_checkers,
	.needs = counting_needs,
	.main_phase = pncounter_main,
	.final_phase = pncounter_final,
	.checker_options = pncounter_judged,
};
