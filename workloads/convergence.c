/* SPDX-License-Identifier: MIT */
/*
 * Replicas may differ while there is work and faults; when both have ended
 * and some time has passed, all must show the same. So in the end everybody
 * waits, and then every thread reads every key.
 */
#include "harness/workload.h"

#include "workloads/everywhere.h"
#include "workloads/plain.h"

static struct generator *convergence_main(const struct workload_setup *setup,
					  struct error *err)
{
	return plain_main(setup, "convergence", err);
}

static struct generator *convergence_final(const struct workload_setup *setup,
					   struct error *err)
{
	(void)err;
	return everywhere_reads(setup, OBJECT_REGISTER, plain_begun(setup));
}

static const struct option convergence_options[] = {
	PLAIN_OPTIONS("0"),
	EVERYWHERE_OPTIONS,
	{ .name = NULL },
};

static const char *const convergence_checkers[] = { "convergence", "lag",
						     NULL };

const struct workload workload_convergence = {
	.name = "convergence",
	.summary = "writes registers everywhere, waits, and reads them through "
		   "every node",
	.options = convergence_options,
	.checkers = convergence_checkers,
	.needs = plain_needs,
	.main_phase = convergence_main,
	.final_phase = convergence_final,
};
