/* SPDX-License-Identifier: MIT */
/*
 * A counter that is incremented (and decremented, if wanted) by small amounts
 * and read: what a read may show is bounded by what was acknowledged before
 * and what was under way.
 */
#include "workloads/counting.h"

static struct generator *counter_main(const struct workload_setup *setup,
				      struct error *err)
{
	return counting_main(setup, "counter", err);
}

static struct generator *counter_final(const struct workload_setup *setup,
				       struct error *err)
{
	(void)err;
	return keyed_final(*setup->memory, setup, OBJECT_COUNTER);
}

static const struct option counter_options[] = {
	KEYED_OPTIONS("5000", "all"),
	COUNTING_OPTIONS("0"),
	{ .name = NULL },
};

static const char *const counter_checkers[] = { "counter", NULL };

const struct workload workload_counter = {
	.name = "counter",
	.summary = "increments counters (decrements, too) and reads them",
	.options = counter_options,
	.checkers = counter_checkers,
	.needs = counting_needs,
	.main_phase = counter_main,
	.final_phase = counter_final,
};
