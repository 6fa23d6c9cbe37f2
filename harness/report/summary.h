/* SPDX-License-Identifier: MIT */
/* A judgement for a person at a terminal. */
#ifndef ORDEAL_REPORT_SUMMARY_H
#define ORDEAL_REPORT_SUMMARY_H

#include "harness/core/history.h"
#include "harness/engine/judge.h"

#include <stdbool.h>
#include <stdio.h>

struct summary_style {
	bool colour;	      /* see text_colour_wanted */
	size_t anomalies_max; /* shown in full; 0: 3 */
	const char *results;  /* where to read more, or NULL */
};

/*
 * Prints verdict and reason, a table of the checkers, the first anomalies
 * with story and operations, and where to read more. Whatever comes from the
 * history is escaped. `history` may be NULL.
 */
void summary_print(FILE *out, const struct judgement *judgement,
		   const struct history *history,
		   const struct summary_style *style);

#endif
