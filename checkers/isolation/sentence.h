/* SPDX-License-Identifier: MIT */
/* One plain sentence for each kind of finding. */
#ifndef ORDEAL_ISOLATION_SENTENCE_H
#define ORDEAL_ISOLATION_SENTENCE_H

#include "checkers/isolation/analysis.h"

const char *sentence_of(const struct analysis *analysis,
			const struct finding *finding, struct arena *arena);

#endif
