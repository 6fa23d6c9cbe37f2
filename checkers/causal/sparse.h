/* SPDX-License-Identifier: MIT */
/*
 * The same verdicts where sessions are many: each operation in doubt ends a
 * process, so that a long run has thousands, of which few live at a time. A
 * clock of all sessions for each operation would not fit; nor may sessions
 * that follow each other in time be taken for one, for none of what was done
 * by one needs to be known to the next.
 */
#ifndef ORDEAL_CAUSAL_SPARSE_H
#define ORDEAL_CAUSAL_SPARSE_H

#include "checkers/causal/known.h"
#include "checkers/causal/patterns.h"

/* From so many sessions on it is faster, and smaller. */
#define SPARSE_SESSIONS 64

struct sparse {
	struct causal *causal;
	struct relation relation; /* causal order, and what is inferred */
	struct known known;
	uint32_t *trees; /* by event: what comes before it, but for its own
			  * session, of which that is what its position says */
	uint32_t *ranks; /* by event: places in an order of all that respects
			  * causality, and time as far as may be */
	uint32_t *newest; /* by event: the highest rank of what its session knew
			   * of others, + 1 */
	uint32_t *last_reads; /* by event: the read of its key before it in its
			       * session whose source is known, or TRACE_NONE */
	uint32_t *last_writes; /* likewise: the write */
	uint64_t steps;	       /* of budget.states_max */
};

/* False, having told so, if causal order has a cycle or the budget ran out.
 * Without causality there are no trees, and ranks respect sessions only. To be
 * released either way. O(operations * what is new to each). */
bool sparse_init(struct sparse *sparse, struct causal *causal,
		 bool with_causality);
void sparse_release(struct sparse *sparse);

/* The budget ran out: says so, unless something was found. */
bool sparse_is_over(struct sparse *sparse);

/* Does a come causally before b? */
bool sparse_before(const struct sparse *sparse, uint32_t a, uint32_t b);

/* Walks over the writes of a key by other sessions that a read may have to
 * answer for, later sessions first. */
struct write_walk {
	const struct sparse *sparse;
	struct known_walk runs;
	uint32_t read;
	bool with_causality;
	uint32_t guide; /* a write that was found; so what comes before it need
			 * not be, or TRACE_NONE */
};

/* What comes before the read is `tree`; runs.others[0..2] may be set. */
struct write_walk sparse_walk(const struct sparse *sparse, uint32_t tree,
			      uint32_t read, bool with_causality);

/* The last write of a session in the tree, not what the read saw; TRACE_NONE
 * at the end. What is left out comes before one that is not, or is alike in
 * one of the others. */
uint32_t sparse_next(struct write_walk *walk);

/* As judge_causal and judge_memory. */
void judge_causal_sparse(struct causal *causal, enum causal_reading reading);
void judge_memory_sparse(struct causal *causal, bool with_causality);

#endif
