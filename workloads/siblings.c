/* SPDX-License-Identifier: MIT */
/*
 * Registers of which concurrent versions are kept as siblings, each with a
 * version vector: what was overwritten must go, what was not must stay.
 */
#include "harness/workload.h"

#include "workloads/everywhere.h"
#include "workloads/plain.h"

static struct generator *siblings_main(const struct workload_setup *setup,
				       struct error *err)
{
	return plain_main(setup, "siblings", err);
}

static struct generator *siblings_final(const struct workload_setup *setup,
					struct error *err)
{
	(void)err;
	return everywhere_reads(setup, OBJECT_REGISTER, plain_begun(setup));
}

static const char *const *siblings_judged(const struct workload_setup *setup)
{
	static const char *const pairs[] = { "replicated.model", "mv-register",
					     NULL };

	(void)setup;
	return pairs;
}

static const struct option siblings_options[] = {
	PLAIN_OPTIONS("0"),
	EVERYWHERE_OPTIONS,
	{ .name = NULL },
};

static const char *const siblings_checkers[] = { "replicated", NULL };

const struct workload workload_siblings = {
	.name = "siblings",
	.summary = "registers that keep concurrent versions, read through "
		   "every node in the end",
	.options = siblings_options,
	.checkers = siblings_checkers,
	.needs = plain_needs,
	.main_phase = siblings_main,
	.final_phase = siblings_final,
	.checker_options = siblings_judged,
};
