/* SPDX-License-Identifier: MIT */
/* What the words of a verdict mean. */
#ifndef ORDEAL_REPORT_EXPLAIN_H
#define ORDEAL_REPORT_EXPLAIN_H

#include <stddef.h>

enum explanation_kind {
	EXPLAIN_NONE,
	EXPLAIN_ANOMALY,
	EXPLAIN_MODEL,
};

/*
 * One word. Every anomaly that a checker can produce and every model has one;
 * a word that two checkers use (lost-update) has one for each. Texts are
 * plain, lines as they are to be printed (at most 76 columns).
 */
struct explanation {
	const char *name; /* as in results.json: "G-single" */
	enum explanation_kind kind;
	const char *also; /* other names, separated by commas, or NULL */
	const char *meaning;
	const char *example;   /* a small history, or NULL */
	const char *rules_out; /* which promises it breaks (anomaly), which
				* anomalies it forbids (model); or NULL */
	const char *source;    /* where it is defined, or NULL */
};

/*
 * Tables, each ended by a row without a name, each in a file of its own
 * beside this one; a new one is named here and in explain.c.
 */
extern const struct explanation explain_causal[];
extern const struct explanation explain_invariants[];
extern const struct explanation explain_isolation[];
extern const struct explanation explain_isolation_cycles[];
extern const struct explanation explain_isolation_levels[];
extern const struct explanation explain_isolation_seldom[];
extern const struct explanation explain_isolation_sessions[];
extern const struct explanation explain_linearizable[];
extern const struct explanation explain_replicated[];
extern const struct explanation explain_run[];

/* By name or other name, without regard to case; NULL if there is none. Of
 * several the first. */
const struct explanation *explanation_find(const char *name);

/* Of a fault, which is no word of a verdict and not among the others: .example
 * tells how it is proven, .rules_out how it is undone. NULL if there is none.
 */
const struct explanation *explanation_of_fault(const char *name);

/* By number from 0, NULL at the end. */
const struct explanation *explanation_at(size_t number);

/* "anomaly", "model" */
const char *explanation_kind_name(enum explanation_kind kind);

#endif
