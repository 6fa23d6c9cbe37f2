/* SPDX-License-Identifier: MIT */
/* Why a history is not linearizable, in a form that a person can follow. */
#ifndef ORDEAL_LINEARIZABLE_EXPLAIN_H
#define ORDEAL_LINEARIZABLE_EXPLAIN_H

#include "checkers/linearizable/judge.h"

#include <stddef.h>

/*
 * Fills in what `finding` says of a violation. `core`, some of `calls`, is
 * known not to be linearizable by itself. It is first shrunk to a sub-history
 * that is not either, and from which nothing more can be left out; then told
 * as a story. Work is bounded: a long history may end less than minimal, and
 * one that is too much for the search is not told at all.
 */
void explain_violation(const struct judge *judge, const struct calls *calls,
		       const struct calls *core, struct arena *arena,
		       struct finding *finding);

/*
 * Shrinks `few` (a copy of calls, not linearizable) in place; see enum
 * model_shrink for what may go.
 */
void shrink(const struct judge *judge, struct calls *few);

/* Decides a few calls with a small budget of its own. */
void decide_few(const struct judge *judge, const struct call *calls,
		size_t count, struct search_result *result);

/* A call in words: "write 7", "read -> 7", "cas 1 -> 2". */
const char *call_text(const struct history *history, const struct call *call,
		      struct arena *arena);

/* The name of what went wrong with the shrunk calls, and (in *text) one
 * sentence about it. `all` are the calls of the part. */
const char *anomaly_name(const struct judge *judge, const struct calls *all,
			 const struct calls *few, const struct call *stuck,
			 struct arena *arena, const char **text);

/* The same for objects other than registers; NULL if there is no better name
 * than non-linearizable. */
const char *object_anomaly_name(const struct judge *judge,
				const struct calls *all,
				const struct calls *few,
				const struct call *stuck, struct arena *arena,
				const char **text);

#endif
