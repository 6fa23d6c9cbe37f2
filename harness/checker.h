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

#include <stdbool.h>

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

/*
 * A checker that watches a run as it goes on. It sees entries in their order
 * and says when what it saw cannot be right any more, whatever follows; the
 * whole history is judged by `check` afterwards. It may miss violations, never
 * invent one. Memory is bounded by what is open and what the object holds.
 */
struct stream_checker {
	/* A new watcher with the checker's own options, or NULL when with these
	 * there is nothing to watch. The caller closes it. */
	void *(*open)(const struct options *options);

	/*
	 * Takes the next entry, whose values are of `values`; both are only
	 * borrowed. True when the history is invalid now, with one sentence in
	 * `reason`; nothing more is to be fed then. Quick; one thread at a
	 * time.
	 */
	bool (*feed)(void *watcher, const struct entry *entry,
		     const struct values *values, struct error *reason);

	void (*close)(void *watcher); /* NULL is accepted */
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

	const struct stream_checker *stream; /* NULL: judges afterwards only */
};

#endif
