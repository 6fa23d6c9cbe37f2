/* SPDX-License-Identifier: MIT */
/* What was found in a history: how often each anomaly, and some of each. */
#ifndef ORDEAL_ISOLATION_FINDING_H
#define ORDEAL_ISOLATION_FINDING_H

#include "checkers/isolation/anomaly.h"
#include "checkers/isolation/view.h"

#include <stddef.h>
#include <stdint.h>

/* So many of each kind are kept, to be told; all are counted. */
#define FINDINGS_TOLD_MAX 8

/* Why a transaction comes before another; see graph.h for the kinds. */
struct step {
	uint32_t from; /* operations */
	uint32_t to;
	uint8_t kind; /* enum edge_kind */
	uint32_t via; /* a read from which the step follows, + 1; or 0 */
};

/*
 * One anomaly. What the actions are depends on its name (see story.c): `shows`
 * is the one that gives it away, `culprit` what should not be so.
 */
struct finding {
	enum anomaly_name name;
	uint32_t key; /* of the view, or NONE */
	struct value value;
	uint32_t shows; /* actions, or NONE */
	uint32_t culprit;
	uint32_t witness;
	struct step *steps; /* a cycle, or NULL; in the arena */
	size_t step_count;
};

struct findings {
	uint64_t counts[A_COUNT];
	anomaly_set set;
	struct finding *items; /* heap */
	size_t count;
	size_t capacity;
};

void findings_init(struct findings *findings);
void findings_release(struct findings *findings);

/* Counts it, and keeps it while there are few of its name. */
void findings_add(struct findings *findings, const struct finding *finding);

/* The same for an anomaly of actions alone. */
void findings_note(struct findings *findings, enum anomaly_name name,
		   const struct view *view, uint32_t shows, uint32_t culprit,
		   uint32_t witness);

/* Forgets anomalies of `names` that another one found implies. */
void findings_simplify(struct findings *findings, anomaly_set names);

/* Moves all of `more` to the end of `findings`. */
void findings_merge(struct findings *findings, struct findings *more);

#endif
