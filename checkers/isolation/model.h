/* SPDX-License-Identifier: MIT */
/* The isolation levels, and which is stronger than which. */
#ifndef ORDEAL_ISOLATION_MODEL_H
#define ORDEAL_ISOLATION_MODEL_H

#include "checkers/isolation/anomaly.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A level forbids anomalies, and what the levels forbid that it is stronger
 * than. `judged`: the anomalies that this checker finds decide the level, so a
 * history without a forbidden one keeps it; of the others (which forbid
 * phenomena that it does not look for) it can only say that a history breaks
 * them, or that it keeps a stronger one.
 */
struct model {
	const char *name; /* "snapshot-isolation" */
	const char *alias; /* "PL-SI", or NULL */
	bool judged;
	anomaly_set forbids; /* by itself */
	const char *const *weaker; /* names; NULL at the end */
};

/* At most this many levels, so that a set of them is one word. */
#define MODELS_MAX 64

extern const struct model models[];
extern const size_t model_count;

/* By name or alias; `model_count` if there is none. */
size_t lattice_find(const char *name);

/* What a level forbids in all. */
anomaly_set model_forbids(size_t model);

/* The set of levels (1 << number) weaker than `model`, itself included. */
uint64_t model_weaker(size_t model);

/* What becomes of all levels given the anomalies that were found. */
struct model_status {
	uint64_t broken; /* ruled out */
	uint64_t weakest_broken; /* of them, those with no weaker one broken */
	uint64_t standing; /* kept for certain */
	uint64_t strongest; /* of them, those with no stronger one standing */
};

/* `ruled_out`: levels of which that is known without an anomaly's name;
 * `undecided`: levels about which nothing may be said though no anomaly that
 * they forbid was found. */
struct model_status model_judge(anomaly_set found, uint64_t ruled_out,
				uint64_t undecided);

#endif
