/* SPDX-License-Identifier: MIT */
#include "workloads/merged.h"

const char *const merged_visibilities[] = { "causal", "eventual", NULL };
const char *const merged_checkers[] = { "replicated", NULL };

struct generator *merged_final(const struct workload_setup *setup,
			       enum object object)
{
	const struct keyed *keyed = *setup->memory;

	return everywhere_reads(setup, object, keyed ? keyed->begun : 0);
}

const char *const *merged_judged(const struct workload_setup *setup,
				 const char *type)
{
	const char **pairs = arena_array(setup->arena, 5, sizeof(*pairs));

	pairs[0] = "replicated.model";
	pairs[1] = type;
	pairs[2] = "replicated.visibility";
	pairs[3] = options_text(setup->options, "visibility");
	return pairs;
}
