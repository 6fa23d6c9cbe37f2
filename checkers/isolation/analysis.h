/* SPDX-License-Identifier: MIT */
/* All that is inferred from one history. */
#ifndef ORDEAL_ISOLATION_ANALYSIS_H
#define ORDEAL_ISOLATION_ANALYSIS_H

#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/lists.h"
#include "checkers/isolation/registers.h"
#include "checkers/isolation/sets.h"
#include "checkers/isolation/view.h"
#include "harness/checker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct analysis {
	struct view view;
	struct lists lists;
	struct registers registers;
	struct sets sets;
	struct register_rules rules;
	size_t model; /* the level that is asked for */
	bool has_lists;
	bool has_registers;
	bool has_sets;
	struct findings findings;
	uint64_t edge_count; /* dependencies between transactions */
	uint64_t undecided; /* models about which nothing may be said */
	uint64_t ruled_out; /* models, beside what the findings rule out */
	const char *doubt; /* why, or NULL */
};

/* Judges the whole history; to be released. `model` is the level asked for:
 * where others cost a search they are left undecided if it is weak. */
void analysis_init(struct analysis *analysis, const struct check *check,
		   const struct register_rules *rules, size_t model);
void analysis_release(struct analysis *analysis);

#endif
