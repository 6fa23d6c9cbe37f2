/* SPDX-License-Identifier: MIT */
/* Transactions over registers: who read from whom, and what is known of the
 * order of versions. */
#ifndef ORDEAL_ISOLATION_REGISTERS_H
#define ORDEAL_ISOLATION_REGISTERS_H

#include "checkers/isolation/elements.h"
#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/view.h"

#include <stdbool.h>
#include <stdint.h>

/* Where a read's value comes from, if from no write: */
#define SOURCE_UNKNOWN NONE /* no result, several writers, or none */
#define SOURCE_INITIAL (NONE - 1) /* nil, before any write */

/* What may be assumed of the order of a key's versions (Elle's options). */
struct register_rules {
	bool wfr; /* who reads a version and writes, writes a later one */
	bool sequential; /* each key follows the order of each process */
	bool linearizable; /* each key follows real time */
};

struct registers {
	struct elements elements;
	uint32_t *source; /* by action: of a read the write it saw */
};

/* Resolves reads, and marks what was seen of indeterminate transactions. */
void registers_init(struct registers *registers, struct view *view);
void registers_release(struct registers *registers);

/* True for an access to a register by a committed transaction. */
static inline bool registers_concern(const struct view *view, uint32_t action)
{
	return view->owner[action] != NONE &&
	       view->key_kinds[view->key_of[action]] == KEY_REGISTER &&
	       view_committed(view, view->owner[action]);
}

/* True for a read of a state that its transaction did not make. */
static inline bool registers_external(const struct view *view,
				      const struct registers *registers,
				      uint32_t action)
{
	uint32_t source = registers->source[action];

	return !view_writes(view, action) && source != SOURCE_UNKNOWN &&
	       (source == SOURCE_INITIAL ||
		(view->owner[source] != view->owner[action] &&
		 view_committed(view, view->owner[source]))) &&
	       !(view->flags[action] & ACTION_INNER);
}

/* True for a transaction's last write of a key. */
static inline bool registers_final(const struct view *view, uint32_t action)
{
	return view_writes(view, action) &&
	       !(view->flags[action] & ACTION_NOT_FINAL);
}

/* Anomalies that show without any cycle. */
void registers_scan(const struct view *view, const struct registers *registers,
		    struct findings *findings);

/*
 * The edges that follow from who read from whom, from the initial state, and
 * from the rules. Where these contradict each other for a key, that is noted
 * (cyclic-versions) and the rules are left out for that key.
 */
void registers_edges(const struct view *view,
		     const struct registers *registers,
		     const struct register_rules *rules, struct edges *edges,
		     struct findings *findings);

#endif
