/* SPDX-License-Identifier: MIT */
/* Counters, key after key: increments and decrements by small amounts, and
 * reads; what the workloads counter and pncounter have in common. */
#ifndef ORDEAL_WORKLOADS_COUNTING_H
#define ORDEAL_WORKLOADS_COUNTING_H

#include "workloads/keyed.h"

/* Rows of a table of options; those of KEYED_OPTIONS are wanted, too. */
#define COUNTING_OPTIONS(less)                                        \
	{ "reads", OPTION_REAL, "30%", "share of reads", NULL },      \
	{ "decrements", OPTION_REAL, less,                            \
	  "share of decrements among all but reads", NULL },          \
	{ "max-amount", OPTION_INT, "5",                              \
	  "how much is added or taken away at most", NULL }

/* NULL with a sentence; `name` is that of the random streams. */
struct generator *counting_main(const struct workload_setup *setup,
				const char *name, struct error *err);

const struct need *counting_needs(const struct workload_setup *setup);

/* Are there decrements? */
bool counting_is_ever_less(const struct workload_setup *setup);

#endif
