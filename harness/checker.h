/* SPDX-License-Identifier: MIT */
/* A checker: a pure function from a history to a verdict. */
#ifndef ORDEAL_CHECKER_H
#define ORDEAL_CHECKER_H

#include "harness/core/arena.h"
#include "harness/core/budget.h"
#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/core/option.h"
#include "harness/core/verdict.h"

/*
 * Everything a checker may know: no clock, no network, no randomness, no file
 * but a model the user names. The same input gives the same verdict, byte for
 * byte, whatever the number of threads.
 */
struct check {
	const struct history *history;
	const struct options *options; /* of the checker's own table */
	const struct budget *budget;
	struct arena *arena; /* verdict and working memory */
};

struct checker {
	const char *name; /* "linearizable" */
	const char *summary; /* what it decides, in one sentence */
	const struct option *options; /* NULL: none */

	/*
	 * Fills in `verdict` (initialised by the caller). A history that the
	 * checker does not apply to is unknown, with the reason. A budget that
	 * ran out is unknown, with what is known. -1 only when the check could
	 * not be made at all (an option that makes no sense here).
	 */
	int (*check)(const struct check *check, struct verdict *verdict,
		     struct error *err);
};

#endif
