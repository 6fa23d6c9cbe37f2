/* SPDX-License-Identifier: MIT */
/* Processor consistency: views that agree about the order of each key. */
#ifndef ORDEAL_CAUSAL_PROCESSOR_H
#define ORDEAL_CAUSAL_PROCESSOR_H

#include "checkers/causal/patterns.h"

/*
 * The view of a session: all writes and its own reads. What follows in one
 * view about two writes of a key is shared by all. In `shared`, `read` is the
 * read that tells so; `after` itself where the search took it to be so; or
 * another read of the session in whose view it is so.
 */
struct processor {
	struct causal *causal;
	struct inference *shared;
	size_t shared_count;
	size_t shared_capacity;
	struct relation common; /* session order, and what is shared */
	struct relation view;
	uint32_t session; /* whose view */
	uint32_t *order;
	uint32_t *clocks;	 /* of the view */
	uint32_t *common_clocks; /* of what is shared */
	struct inference *last;	 /* by run: what was shared last */
	size_t *settled; /* by session: so much of what is shared was in its
			  * view when nothing more followed */
	uint64_t visited; /* events, of budget.states_max */
};

enum processor_end {
	PROCESSOR_OPEN, /* not decided: the budget ran out */
	PROCESSOR_FITS,
	PROCESSOR_CYCLE,
};

/* What follows for all views, to a fixpoint; *cycle (to be freed) is one in
 * the view at hand. */
enum processor_end processor_saturate(struct processor *p,
				      struct cycle *cycle);

/* Shares that `before` comes before `after`. */
void processor_share(struct processor *p, uint32_t before, uint32_t after,
		     uint32_t read);

/* The view of a session, as far as it is shared. */
void processor_open_view(struct processor *p, uint32_t session);

/* Sorts the view; false when the budget ran out. */
bool processor_sort_view(struct processor *p, struct cycle *cycle);

/*
 * After saturation: takes for each key the order in which writes were invoked,
 * as far as what is shared allows. FITS: all views agree with it. CYCLE: not
 * so; *before comes before *after in it, which is not shared and part of what
 * does not fit.
 */
enum processor_end processor_guess(struct processor *p, uint32_t *before,
				   uint32_t *after);

#endif
