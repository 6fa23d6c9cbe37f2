/* SPDX-License-Identifier: MIT */
/* All that is inferred from one history. */
#ifndef ORDEAL_ISOLATION_ANALYSIS_H
#define ORDEAL_ISOLATION_ANALYSIS_H

#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/lists.h"
#include "checkers/isolation/view.h"
#include "harness/checker.h"

#include <stdint.h>

struct analysis {
	struct view view;
	struct lists lists;
	struct findings findings;
	uint64_t edge_count; /* dependencies between transactions */
	uint64_t undecided; /* models about which nothing may be said */
	const char *doubt; /* why, or NULL */
};

/* Judges the whole history; to be released. -1 when it cannot be analysed. */
int analysis_init(struct analysis *analysis, const struct check *check,
		  struct error *err);
void analysis_release(struct analysis *analysis);

#endif
