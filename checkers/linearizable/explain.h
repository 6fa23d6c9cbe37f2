/* SPDX-License-Identifier: MIT */
/* Why a history is not linearizable, in a form that a person can follow. */
#ifndef ORDEAL_LINEARIZABLE_EXPLAIN_H
#define ORDEAL_LINEARIZABLE_EXPLAIN_H

#include "checkers/linearizable/judge.h"
#include "checkers/linearizable/value_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Fills in what `finding` says of a violation. `core`, some of `calls`, is
 * known not to be linearizable by itself; nor is what of it began before
 * position `until` (CALL_OPEN: not known). It is first shrunk to a sub-history
 * that is not either, and from which nothing more can be left out; then told
 * as a story. Work is bounded: a long history may end less than minimal, and
 * one that is too much for the search is told by its end.
 */
void explain_violation(const struct judge *judge, const struct calls *calls,
		       const struct calls *core, uint32_t until,
		       struct arena *arena, struct finding *finding);

/*
 * Shrinks `few` (a copy of calls in order of invocation, not linearizable) in
 * place; see enum model_shrink for what may go. Sets *any_start if a register
 * lost its past as well: see window_find. `shown` (NULL: none) is the map of
 * the judge's settings: elements of a set that are left out get the number 0.
 * If the whole has an order, so has what remains of it without all that is
 * done to an element and said of it.
 */
void shrink(const struct judge *judge, struct calls *few,
	    struct value_map *shown, bool *any_start);

/* True if the calls are of a set that is read whole. */
bool has_whole_reads(const struct judge *judge, const struct calls *calls);

/* Brings calls that a monitor collected into order of invocation. */
void sort_calls(struct calls *few);

/* Decides a few calls with a small budget of its own. */
void decide_few(const struct judge *judge, const struct call *calls,
		size_t count, struct search_result *result);

/* The same; the states of the result are numbered in `states`. `any_start`
 * (registers only): whatever the register held at first. */
void decide_excerpt(const struct judge *judge, struct states *states,
		    const struct call *calls, size_t count, bool any_start,
		    struct search_result *result);

/*
 * Finds the shortest end of the calls of a register that is wrong whatever
 * the register held at its beginning, and whichever calls that were under way
 * then had taken effect. If the whole had an order, so had every end of it,
 * from the content that the rest left behind: so what is wrong by itself
 * convicts the whole. Replaces `calls`, in order of invocation, and returns
 * true; or false, if there is none within the budget. Not where failed cas
 * assert.
 */
bool window_find(const struct judge *judge, struct calls *calls);

/* Of such an end, makes those calls open that need not have taken effect for
 * it to be wrong, wherever they are put. */
void window_open(const struct judge *judge, struct calls *calls);

/* Adds what the cas of the few found, the calls that put it there, and what
 * those found: for want of it a cas alone would be wrong. Of registers. */
void add_sources(const struct judge *judge, const struct calls *calls,
		 struct calls *few);

/* Leaves out updates of a register, one after the other, that nobody who is
 * left can have seen, if what remains is still wrong: without them every
 * order is an order still. */
void leave_unseen(const struct judge *judge, struct calls *calls,
		  bool any_start);

/* More calls than this, and bystanders are left out of the story. */
#define EXPLAIN_CALLS_MAX 8

/* A call in words: "write 7", "read -> 7", "cas 1 -> 2". */
const char *call_text(const struct judge *judge, const struct call *call,
		      struct arena *arena);

/* The states that are possible where the search got stuck: "7 or 8". */
const char *states_text(const struct judge *judge, const struct states *states,
			const struct search_result *result,
			struct arena *arena);

/* When, as it stands behind an index: " (0.250 s)", or nothing. */
const char *when_text(int64_t time_ns, struct arena *arena);

/* "process 3 on n2" */
const char *who_text(const struct history *history, const struct op *op,
		     struct arena *arena);

/* The name of what went wrong with the shrunk calls, and (in *text) one
 * sentence about it. `all` are the calls of the part. */
const char *anomaly_name(const struct judge *judge, const struct calls *all,
			 const struct calls *few, const struct call *stuck,
			 struct arena *arena, const char **text);

/* The same for objects other than registers; NULL if there is no better name
 * than non-linearizable. */
const char *object_anomaly_name(const struct judge *judge,
				const struct calls *all,
				const struct calls *few,
				const struct call *stuck, struct arena *arena,
				const char **text);

/*
 * Did the register split into two that knew nothing of each other while
 * `stale` missed `missed`, an update that had been acknowledged? Both are of
 * `calls`, all those of the register in order of invocation. See name_split.c.
 */
bool is_split_brain(const struct history *history, const struct calls *calls,
		    const struct call *stale, const struct call *missed);

#endif
