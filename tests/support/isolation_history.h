/* SPDX-License-Identifier: MIT */
/* Small histories of transactions, from shorthand and by chance. */
#ifndef ORDEAL_TESTS_ISOLATION_HISTORY_H
#define ORDEAL_TESTS_ISOLATION_HISTORY_H

#include "harness/checker.h"
#include "harness/core/history.h"
#include "harness/core/rng.h"

/*
 * Transactions separated by '|': `ax1` appends 1 to x, `wx1` writes, `ix1`
 * inserts 1 into the set x, `rx12`
 * reads the list [1 2] (with registers: `rx1`), `rx` reads nothing yet. '!' at
 * the end: aborted, '?': indeterminate. "2: ..." gives the process; without,
 * each has its own. Where any has a process the transactions follow each other
 * in real time; else all are concurrent. A text that begins with '>' makes
 * them follow each other too; one that begins with '~' spans all the others.
 */
struct history *isolation_shorthand(const char *text);

/* What a random history is made of. */
struct isolation_shape {
	bool registers;
	unsigned txns_max; /* at most 6 */
	unsigned accesses_max; /* in a transaction, at most 4 */
	unsigned keys; /* at most 3 */
	unsigned processes; /* at most 4 */
	double stray; /* chance that a read sees something else */
	bool is_sound; /* all are ok, and reads see what a transaction left */
};

/* A random history: a serial run, whose reads then go astray by chance. */
struct history *isolation_random(const struct isolation_shape *shape,
				 struct rng *rng);

/* Runs the isolation checker, with option `name` = `value` (NULL: none). */
void isolation_run(const struct history *history, const char *model,
		   struct arena *arena, struct verdict *verdict);

/* The same with so many threads, instead of one. */
void isolation_run_threads(const struct history *history, const char *model,
			   unsigned threads, struct arena *arena,
			   struct verdict *verdict);

/* How often the anomaly was counted; 0 if not at all. */
int64_t isolation_count(const struct verdict *verdict, const char *anomaly);

/* Whether the figures list `text` under `list`. */
bool isolation_lists(const struct verdict *verdict, const char *list,
		     const char *text);

/* Names of the anomalies counted, separated by blanks. */
const char *isolation_names(const struct verdict *verdict,
			    struct arena *arena);

/* The history in shorthand-like words, for messages. */
const char *isolation_print(const struct history *history,
			    struct arena *arena);

#endif
