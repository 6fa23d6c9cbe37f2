/* SPDX-License-Identifier: MIT */
/*
 * What one has seen, one may not unsee, nor those who learn of it: reads and
 * writes of a few registers, every value written once, so that each read
 * tells whose write it saw (Bouajjani et al., "On verifying causal
 * consistency", POPL 2017).
 */
#include "harness/workload.h"

#include "workloads/closing.h"
#include "workloads/plain.h"

static struct generator *causal_main(const struct workload_setup *setup,
				     struct error *err)
{
	return plain_main(setup, "causal", err);
}

static struct generator *causal_final(const struct workload_setup *setup,
				      struct error *err)
{
	struct closing closing = {
		.object = OBJECT_REGISTER,
		.begun = plain_begun(setup),
		.count = (uint64_t)options_int(setup->options, "final-keys"),
	};

	(void)err;
	return closing_reads(setup, &closing);
}

static const struct option causal_options[] = {
	PLAIN_OPTIONS("0"),
	{ .name = NULL },
};

static const char *const causal_checkers[] = { "causal", NULL };

const struct workload workload_causal = {
	.name = "causal",
	.summary = "single reads and writes of a few registers by everybody",
	.options = causal_options,
	.checkers = causal_checkers,
	.needs = plain_needs,
	.main_phase = causal_main,
	.final_phase = causal_final,
};
