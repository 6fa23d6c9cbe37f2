/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/lists.h"

#include <stdlib.h>

#include "checkers/isolation/crowd.h"
#include "harness/core/arena.h"

static void crowd_gather(struct crowd *crowd, const struct view *view,
			 const struct lists *lists, uint32_t key)
{
	crowd->count = 0;
	for (uint32_t i = lists->unseen_first[key];
	     i < lists->unseen_first[key + 1]; i++) {
		uint32_t member = view->owner[lists->unseen[i]];

		if (crowd->count == 0 ||
		    crowd->members[crowd->count - 1] != member)
			crowd->members[crowd->count++] = member;
	}
}

/* Writers of neighbouring versions, and of the last seen and the unseen. */
static void order_writers(const struct lists *lists, uint32_t key,
			  const struct crowd *crowd, struct edges *edges)
{
	uint32_t first = lists->first[key], last = NONE;

	for (uint32_t p = 0; p < lists->length[key]; p++) {
		uint32_t writer = lists->at[first + p];

		if (writer == NONE)
			continue;
		if (last != NONE && last != writer)
			edges_add(edges, last, writer, EDGE_WW);
		last = writer;
	}
	if (last != NONE && crowd->count > 0)
		crowd_precede(crowd, edges, last, EDGE_WW);
}

/* All keys that have unseen appends get their nodes first: crowds[key]. */
static struct crowd *make_crowds(const struct view *view,
				 const struct lists *lists,
				 struct edges *edges, uint32_t *members)
{
	struct crowd *crowds = heap_zeroed((size_t)view->key_count + 1,
					   sizeof(*crowds));

	for (uint32_t k = 0; k < view->key_count; k++) {
		crowds[k].members = members + lists->unseen_first[k];
		crowd_gather(&crowds[k], view, lists, k);
		crowd_nodes(&crowds[k], edges);
		order_writers(lists, k, &crowds[k], edges);
	}
	return crowds;
}

/* A read that is no prefix: all that is sure is who wrote what it saw last. */
static void astray_edge(const struct view *view, const struct lists *lists,
			uint32_t read, struct edges *edges)
{
	uint32_t reader = view->owner[read];
	uint32_t append = elements_find(
		&lists->elements, view, view->key_of[read],
		value_list_last(view->history->values,
				view_action(view, read)->result));

	if (append == NONE || (view->flags[append] & ACTION_AMBIGUOUS) ||
	    view->owner[append] == reader ||
	    !view_committed(view, view->owner[append]))
		return;
	edges_add(edges, view->owner[append], reader, EDGE_WR);
}

static void read_edges(const struct view *view, const struct lists *lists,
		       const struct crowd *crowds, uint32_t read,
		       struct edges *edges)
{
	uint32_t key = view->key_of[read], reader = view->owner[read];
	uint32_t place = lists->place[read];
	uint32_t at = lists->first[key] + place, next;

	if (place == PLACE_NONE)
		return;
	if (place == PLACE_ASTRAY) {
		astray_edge(view, lists, read, edges);
		return;
	}
	if (place > 0 && lists->at[at - 1] != NONE &&
	    lists->at[at - 1] != reader)
		edges_add(edges, lists->at[at - 1], reader, EDGE_WR);
	next = lists->after[at];
	if (next == NONE && crowds[key].count > 0)
		crowd_precede(&crowds[key], edges, reader, EDGE_RW);
	else if (next != NONE && next != reader)
		edges_add(edges, reader, next, EDGE_RW);
}

void lists_edges(const struct view *view, const struct lists *lists,
		 struct edges *edges)
{
	uint32_t *members =
		heap_alloc(((size_t)lists->unseen_first[view->key_count] + 1) *
			   sizeof(*members));
	struct crowd *crowds = make_crowds(view, lists, edges, members);

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t op = view->owner[a];
		size_t at;

		if (lists_stands(lists, view, a + VIEW_AHEAD, &at)) {
			__builtin_prefetch(&lists->at[at]);
			__builtin_prefetch(&lists->after[at]);
		}
		if (op == NONE || view->status[op] < TXN_SEEN ||
		    view->key_kinds[view->key_of[a]] != KEY_LIST ||
		    view_writes(view, a))
			continue;
		read_edges(view, lists, crowds, a, edges);
	}
	free(crowds);
	free(members);
}
