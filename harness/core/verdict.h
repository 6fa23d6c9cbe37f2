/* SPDX-License-Identifier: MIT */
/* Verdicts: what a checker says, and the evidence for it. */
#ifndef ORDEAL_CORE_VERDICT_H
#define ORDEAL_CORE_VERDICT_H

#include "harness/core/arena.h"
#include "harness/core/figure.h"

#include <stddef.h>
#include <stdint.h>

/* Zero is cautious: a forgotten assignment is "unknown". */
enum verdict_kind {
	VERDICT_UNKNOWN,
	VERDICT_VALID,
	VERDICT_INVALID,
};

/* "unknown", "valid", "invalid". */
const char *verdict_kind_name(enum verdict_kind kind);

/* The worse of two: invalid, unknown, valid. */
enum verdict_kind verdict_worst(enum verdict_kind a, enum verdict_kind b);

/* An operation (its number in history.ops), and what it shows. */
struct evidence {
	uint32_t op;
	const char *role; /* "wrote 5, which nobody may have seen yet" */
};

/* Something that must not be. */
struct anomaly {
	const char *name; /* the standard name: "G-single", "lost-update" */
	const char *text; /* one plain sentence */
	const char *story; /* several lines that a person can follow, or NULL */
	struct evidence *evidence; /* in the order in which to read them */
	size_t evidence_count;
	size_t evidence_capacity;
	struct figure figures; /* more data: key, possible values, edges */
	struct anomaly *next;
};

struct verdict {
	enum verdict_kind kind;
	const char *reason; /* one sentence; why, above all if unknown */
	struct anomaly *anomalies; /* the most telling first */
	struct anomaly *last_anomaly;
	size_t anomaly_count; /* in the list */
	struct figure figures;
};

/* An empty verdict: unknown, because nobody said otherwise. */
void verdict_init(struct verdict *verdict);

/* Sets kind and reason (copied). */
void verdict_set(struct verdict *verdict, struct arena *arena,
		 enum verdict_kind kind, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Adds an anomaly at the end and makes the verdict invalid; where no reason is
 * set yet, its sentence becomes the reason. */
struct anomaly *verdict_add_anomaly(struct verdict *verdict,
				    struct arena *arena, const char *name,
				    const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void anomaly_add_evidence(struct anomaly *anomaly, struct arena *arena,
			  uint32_t op, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
