/* SPDX-License-Identifier: MIT */
/* Findings in words: what happened, and which operations prove it. */
#ifndef ORDEAL_ISOLATION_STORY_H
#define ORDEAL_ISOLATION_STORY_H

#include "checkers/isolation/analysis.h"
#include "harness/core/verdict.h"

/* Adds the finding to the verdict, with sentence, story, evidence and, for a
 * cycle, its edges as figures. */
void story_tell(const struct analysis *analysis, const struct finding *finding,
		struct verdict *verdict, struct arena *arena);

#endif
