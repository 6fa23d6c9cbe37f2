/* SPDX-License-Identifier: MIT */
/* Findings about a trace in words. */
#ifndef ORDEAL_CAUSAL_EVIDENCE_H
#define ORDEAL_CAUSAL_EVIDENCE_H

#include "checkers/causal/relation.h"
#include "harness/checker.h"

/* So many violations are told in full; all are counted. */
#define EVIDENCE_MAX 5

/* "process 3 read 1 of x" */
const char *event_text(const struct trace *trace, uint32_t e,
		       struct arena *arena);
const char *event_key(const struct trace *trace, uint32_t e,
		      struct arena *arena);
int32_t event_process(const struct trace *trace, uint32_t e);

/* Adds an event to an anomaly: as evidence, and as a line of its story. */
void evidence_add(struct anomaly *anomaly, const struct trace *trace,
		  struct arena *arena, uint32_t e, const char *format, ...)
	__attribute__((format(printf, 5, 6)));

/* Adds a line to the story. */
void evidence_say(struct anomaly *anomaly, struct arena *arena,
		  const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A chain of sessions and reads (and inferences) that leads from a to b, which
 * are not told themselves; of steps within a session only the last is. */
void evidence_path(struct anomaly *anomaly, struct relation *relation,
		   struct arena *arena, uint32_t a, uint32_t b);

/* The events of a cycle, and why each comes before the next. */
void evidence_cycle(struct anomaly *anomaly, const struct relation *relation,
		    struct arena *arena, const struct cycle *cycle);

/* Tells reads of values that nobody wrote; returns how many there are. */
uint32_t evidence_strangers(const struct check *check,
			    const struct trace *trace,
			    struct verdict *verdict);

/* At the end: valid with `praise`, or unknown for lack of reads or because of
 * ambiguous values, unless something was found. */
void evidence_conclude(const struct check *check, const struct trace *trace,
		       struct verdict *verdict, const char *praise);

#endif
