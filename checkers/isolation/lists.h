/* SPDX-License-Identifier: MIT */
/* The version orders of lists, which their reads give away. */
#ifndef ORDEAL_ISOLATION_LISTS_H
#define ORDEAL_ISOLATION_LISTS_H

#include "checkers/isolation/elements.h"
#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"
#include "checkers/isolation/view.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an access stands in the order of its key, besides a position: */
#define PLACE_NONE NONE /* an append that no read saw, a read without result */
#define PLACE_ASTRAY (NONE - 1) /* a read that is no prefix of the order */

/*
 * The order of a list's versions is its longest read (the first of these in
 * the history): version p has its first p+1 elements. Key k's are at
 * first[k] .. first[k] + length[k] - 1 in the arrays below; each has one more
 * entry, for the end.
 */
struct lists {
	uint32_t *first;
	uint32_t *length;
	uint32_t *longest; /* the read that saw the longest list, or NONE */
	uint32_t *node; /* bits of the list that is the version */
	uint32_t *writer; /* the append of its last element, or NONE where
			   * nobody appended it; one of them if it is
			   * flagged ACTION_AMBIGUOUS */
	uint32_t *at; /* the transaction of `writer` if committed and the
		       * element is there for the first time, or NONE */
	uint32_t *after; /* the same of the first such version from here on */
	uint32_t *place; /* by action: of an append the version it made, of a
			  * read the number of elements it saw */
	uint32_t *unseen; /* committed appends that no read saw, by key */
	uint32_t *unseen_first; /* key_count + 1 */
	uint32_t *astray; /* reads that are no prefix of the order */
	size_t astray_count;
	size_t astray_capacity;
	struct elements elements;
};

/* Infers the orders, and marks in `view` the indeterminate transactions of
 * which something was seen. */
void lists_init(struct lists *lists, struct view *view);
void lists_release(struct lists *lists);

/* True when the read saw a prefix of the order. */
static inline bool lists_placed(const struct lists *lists, uint32_t read)
{
	return lists->place[read] < PLACE_ASTRAY;
}

/* Where an access stands in the arrays above, if it does: to fetch what of them
 * will be looked at in a while. */
static inline bool lists_stands(const struct lists *lists,
				const struct view *view, uint32_t action,
				size_t *at)
{
	if (action >= view->action_count ||
	    lists->place[action] >= PLACE_ASTRAY)
		return false;
	*at = (size_t)lists->first[view->key_of[action]] +
	      lists->place[action];
	return true;
}

/* The same for the append of the version at `at`. */
static inline void lists_prefetch_append(const struct lists *lists,
					 const struct view *view, size_t at)
{
	uint32_t append = lists->writer[at];

	if (append == NONE)
		return;
	__builtin_prefetch(&view->flags[append]);
	__builtin_prefetch(&view->owner[append]);
	__builtin_prefetch(&lists->place[append]);
}

/* Anomalies that show without any cycle; see anomaly.h. */
void lists_scan(const struct view *view, const struct lists *lists,
		struct findings *findings);

/* The edges that the orders give. Where an unseen append follows a version
 * but nothing is known of its place among others like it, nodes that stand
 * for several are made from edges->node_count on. */
void lists_edges(const struct view *view, const struct lists *lists,
		 struct edges *edges);

#endif
