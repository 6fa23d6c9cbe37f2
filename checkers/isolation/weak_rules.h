/* SPDX-License-Identifier: MIT */
/* What the axioms of weak levels say about the order of transactions; for
 * weak*.c alone. */
#ifndef ORDEAL_ISOLATION_WEAK_RULES_H
#define ORDEAL_ISOLATION_WEAK_RULES_H

#include "checkers/isolation/analysis.h"
#include "checkers/isolation/graph.h"

/* What all three rules need: the keys that a transaction writes, sorted. */
struct weak {
	const struct view *view;
	const struct registers *registers;
	const struct graph *graph; /* wr and process edges, and others */
	uint32_t *process_of; /* by transaction */
	uint32_t process_count;
	uint32_t *write_first; /* by transaction, and one more */
	uint32_t *write_keys;
};

/*
 * Who must come before whom, as ww edges. A transaction that must come before
 * the initial state cannot be: then `late_read` saw nil though its
 * transaction had to see the write `missed`; else NONE.
 */
struct inferred {
	struct edges edges;
	uint32_t *reads; /* by edge: the read it follows from; heap */
	size_t capacity;
	uint32_t late_read;
	uint32_t missed;
};

void weak_init(struct weak *weak, const struct analysis *analysis,
	       const struct graph *graph);
void weak_release(struct weak *weak);

/* t3 reads x from t1, and before that something from t2, which writes x too:
 * t2 comes before t1. */
void weak_read_committed(const struct weak *weak, struct inferred *inferred);

/* t3 reads x from t1 and anything from t2, which writes x too; or with
 * `sessions`, t2 comes before t3 in its session. */
void weak_read_atomic(const struct weak *weak, bool sessions,
		      struct inferred *inferred);

/* t3 reads x from t1, and t2, which writes x too, happened before t3.
 * False when that order has a cycle itself. */
bool weak_causal(const struct weak *weak, struct inferred *inferred);

/* t2 comes before the one `read` saw. */
void weak_infer(const struct weak *weak, struct inferred *inferred,
		uint32_t read, uint32_t t2);

/* Does the transaction write the key at the end? O(log). */
bool weak_writes(const struct weak *weak, uint32_t txn, uint32_t key);

/* True for a read from another committed transaction, or of the initial
 * state. */
static inline bool weak_reads(const struct weak *weak, uint32_t action)
{
	uint32_t source = weak->registers->source[action];

	return !view_writes(weak->view, action) &&
	       weak->view->key_kinds[weak->view->key_of[action]] ==
		       KEY_REGISTER &&
	       source != SOURCE_UNKNOWN &&
	       (source == SOURCE_INITIAL ||
		(weak->view->owner[source] != weak->view->owner[action] &&
		 view_committed(weak->view, weak->view->owner[source])));
}

/* Whom a read saw: a transaction, or SOURCE_INITIAL. */
static inline uint32_t weak_writer(const struct weak *weak, uint32_t read)
{
	uint32_t source = weak->registers->source[read];

	return source == SOURCE_INITIAL ? SOURCE_INITIAL :
					  weak->view->owner[source];
}

#endif
