/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/sets.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* True for a read of a set that brought a list. */
static bool has_rows(const struct view *view, uint32_t action)
{
	struct value result = view_action(view, action)->result;

	return view->owner[action] != NONE && !view_writes(view, action) &&
	       view->key_kinds[view->key_of[action]] == KEY_SET &&
	       view->status[view->owner[action]] != TXN_ABORTED &&
	       view_has_result(view, action) &&
	       (value_is_nil(result) ||
		value_kind(view->history->values, result) == VALUE_LIST);
}

/* Takes the last row off the list. */
static struct value next_row(const struct view *view, struct value *list)
{
	const struct values *values = view->history->values;
	struct value row = value_list_last(values, *list);

	*list = value_list_rest(values, *list);
	return row;
}

static uint32_t row_count(const struct view *view, struct value list)
{
	return value_is_nil(list) ?
		       0 :
		       (uint32_t)value_list_length(view->history->values,
						   list);
}

bool sets_shows(const struct view *view, uint32_t read, struct value element)
{
	struct value list = view_action(view, read)->result;

	for (uint32_t n = row_count(view, list); n > 0; n--) {
		if (value_equal(next_row(view, &list), element))
			return true;
	}
	return false;
}

void sets_init(struct sets *sets, struct view *view)
{
	elements_init(&sets->elements, view, KEY_SET);
	if (!view_has_kind(view, KEY_SET))
		return;
	for (uint32_t a = 0; a < view->action_count; a++) {
		struct value list = view_action(view, a)->result;

		if (!has_rows(view, a))
			continue;
		for (uint32_t n = row_count(view, list); n > 0; n--) {
			uint32_t write = elements_find(&sets->elements, view,
						       view->key_of[a],
						       next_row(view, &list));

			if (write != NONE &&
			    view->status[view->owner[write]] == TXN_OPEN)
				view->status[view->owner[write]] = TXN_SEEN;
		}
	}
}

void sets_release(struct sets *sets)
{
	elements_release(&sets->elements);
}

static void note_value(const struct view *view, enum anomaly_name name,
		       uint32_t read, struct value value,
		       struct findings *findings)
{
	struct finding finding = { .name = name,
				   .key = view->key_of[read],
				   .value = value,
				   .shows = read,
				   .culprit = NONE,
				   .witness = NONE };

	findings_add(findings, &finding);
}

/* One row that a read shows; `seen` by write: a read + 1. */
static void check_row(const struct view *view, const struct sets *sets,
		      uint32_t read, struct value row, uint32_t *seen,
		      struct findings *findings)
{
	uint32_t write = elements_find(&sets->elements, view,
				       view->key_of[read], row);

	if (write == NONE) {
		note_value(view, A_GARBAGE_READ, read, row, findings);
		return;
	}
	if (seen[write] == read + 1)
		note_value(view, A_DUPLICATE_ELEMENTS, read, row, findings);
	seen[write] = read + 1;
	if (view->status[view->owner[write]] == TXN_ABORTED)
		findings_note(findings, A_G1A, view, read, write, NONE);
	else if (write > read && view->owner[write] == view->owner[read])
		findings_note(findings, A_FUTURE_READ, view, read, write,
			      NONE);
}

/* A transaction sees the rows that it inserted itself. */
static void check_own(const struct view *view, uint32_t read,
		      const uint32_t *seen, struct findings *findings)
{
	uint32_t first = view->history->ops[view->owner[read]].first_action;

	for (uint32_t a = first; a < read; a++) {
		if (view_writes(view, a) &&
		    view->key_of[a] == view->key_of[read] &&
		    !(view->flags[a] & ACTION_AMBIGUOUS) &&
		    seen[a] != read + 1 &&
		    !sets_shows(view, read, view_arg(view, a))) {
			findings_note(findings, A_INTERNAL, view, read, a,
				      NONE);
			return;
		}
	}
}

void sets_scan(const struct view *view, const struct sets *sets,
	       struct findings *findings)
{
	uint32_t *seen = heap_zeroed((size_t)view->action_count + 1,
				     sizeof(*seen));

	for (uint32_t a = 0; a < view->action_count; a++) {
		struct value list = view_action(view, a)->result;

		if (!has_rows(view, a) ||
		    !view_committed(view, view->owner[a]))
			continue;
		for (uint32_t n = row_count(view, list); n > 0; n--)
			check_row(view, sets, a, next_row(view, &list), seen,
				  findings);
		check_own(view, a, seen, findings);
	}
	free(seen);
}

/* The inserts of each key that count: a list by key. */
struct inserts {
	uint32_t *head; /* by key: an action + 1 */
	uint32_t *next; /* by action */
};

static void find_inserts(struct inserts *inserts, const struct view *view,
			 const struct sets *sets)
{
	inserts->head = heap_zeroed((size_t)view->key_count + 1,
				    sizeof(*inserts->head));
	inserts->next = heap_zeroed((size_t)view->action_count + 1,
				    sizeof(*inserts->next));
	for (uint32_t a = view->action_count; a-- > 0;) {
		uint32_t key = view->key_of[a];

		if (view->owner[a] == NONE || !view_writes(view, a) ||
		    view->key_kinds[key] != KEY_SET ||
		    !view_committed(view, view->owner[a]) ||
		    view->flags[a] & ACTION_AMBIGUOUS ||
		    elements_find(&sets->elements, view, key,
				  view_arg(view, a)) != a)
			continue;
		inserts->next[a] = inserts->head[key];
		inserts->head[key] = a + 1;
	}
}

void sets_edges(const struct view *view, const struct sets *sets,
		struct edges *data, struct edges *predicate)
{
	uint32_t *seen = heap_zeroed((size_t)view->action_count + 1,
				     sizeof(*seen));
	struct inserts inserts;

	find_inserts(&inserts, view, sets);
	for (uint32_t a = 0; a < view->action_count; a++) {
		struct value list = view_action(view, a)->result;
		uint32_t t = view->owner[a], key = view->key_of[a];

		if (!has_rows(view, a) || !view_committed(view, t))
			continue;
		for (uint32_t n = row_count(view, list); n > 0; n--) {
			uint32_t w = elements_find(&sets->elements, view, key,
						   next_row(view, &list));

			if (w != NONE)
				seen[w] = a + 1;
		}
		for (uint32_t w = inserts.head[key]; w;
		     w = inserts.next[w - 1]) {
			uint32_t u = view->owner[w - 1];

			if (u != t && seen[w - 1] == a + 1)
				edges_add(data, u, t, EDGE_WR);
			else if (u != t)
				edges_add(predicate, t, u, EDGE_RW);
		}
	}
	free(inserts.head);
	free(inserts.next);
	free(seen);
}
