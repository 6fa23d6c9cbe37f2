/* SPDX-License-Identifier: MIT */
/* What workloads of replicated data types have in common: keys one after the
 * other, closing reads through every node, the checker `replicated`. */
#ifndef ORDEAL_WORKLOADS_MERGED_H
#define ORDEAL_WORKLOADS_MERGED_H

#include "workloads/everywhere.h"
#include "workloads/keyed.h"

/* Rows of a table of options. */
#define MERGED_OPTIONS(ops)                                                  \
	KEYED_OPTIONS(ops, "all"), EVERYWHERE_OPTIONS,                       \
		{ "visibility", OPTION_CHOICE, "causal",                     \
		  "what a read must have seen (see the checker replicated)", \
		  merged_visibilities }

extern const char *const merged_visibilities[];

/* What the checkers of a workload are: replicated. */
extern const char *const merged_checkers[];

/* Closing reads; `keyed` may be NULL: there are none. */
struct generator *merged_final(const struct workload_setup *setup,
			       enum object object);

/* Options for its checker: that type, and the visibility. */
const char *const *merged_judged(const struct workload_setup *setup,
				 const char *type);

#endif
