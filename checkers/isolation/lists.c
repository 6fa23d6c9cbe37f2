/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/lists.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

static uint32_t *filled(size_t count)
{
	uint32_t *array = heap_alloc((count + 1) * sizeof(*array));

	memset(array, 0xff, (count + 1) * sizeof(*array));
	return array;
}

static bool is_list_access(const struct view *view, uint32_t action)
{
	return view->owner[action] != NONE &&
	       view->key_kinds[view->key_of[action]] == KEY_LIST;
}

/* The list that a read saw; nil is the empty one. False if it saw nothing, or
 * no list. */
static bool read_list(const struct view *view, uint32_t action,
		      struct value *list, uint32_t *length)
{
	const struct values *values = view->history->values;
	struct value result = view_action(view, action)->result;

	if (!view_has_result(view, action))
		return false;
	if (value_is_nil(result)) {
		*list = value_empty_list();
		*length = 0;
		return true;
	}
	if (value_kind(values, result) != VALUE_LIST)
		return false;
	*list = result;
	*length = (uint32_t)value_list_length(values, result);
	return true;
}

/* Notes how much each read saw as its place, too. */
static void find_longest(struct lists *lists, const struct view *view)
{
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a], length;
		struct value list;

		if (!is_list_access(view, a) || view_writes(view, a) ||
		    !read_list(view, a, &list, &length))
			continue;
		lists->place[a] = length;
		if (length <= lists->length[key])
			continue;
		lists->length[key] = length;
		lists->longest[key] = a;
	}
}

/* The versions of a key, from its longest read, and their appends. */
static void write_order(struct lists *lists, const struct view *view,
			uint32_t key)
{
	const struct values *values = view->history->values;
	uint32_t *node = lists->node + lists->first[key];
	uint32_t *writer = lists->writer + lists->first[key];
	struct value list = value_nil();

	if (lists->longest[key] != NONE)
		list = view_action(view, lists->longest[key])->result;
	for (uint32_t p = lists->length[key]; p-- > 0;) {
		node[p] = list.bits;
		/* For a while, what was appended. */
		writer[p] = value_list_last(values, list).bits;
		list = value_list_rest(values, list);
	}
	elements_find_all(&lists->elements, view, key, writer,
			  lists->length[key]);
}

/* Lays the orders out; every version gets its list and its append. */
static void write_orders(struct lists *lists, const struct view *view)
{
	uint32_t total = 0;

	for (uint32_t k = 0; k < view->key_count; k++) {
		lists->first[k] = total;
		total += lists->length[k] + 1;
	}
	lists->node = filled(total);
	lists->writer = filled(total);
	lists->at = filled(total);
	lists->after = filled(total);
	for (uint32_t k = 0; k < view->key_count; k++)
		write_order(lists, view, k);
}

static void mark_seen(struct view *view, uint32_t append)
{
	uint8_t *status = &view->status[view->owner[append]];

	if (*status == TXN_OPEN && !(view->flags[append] & ACTION_AMBIGUOUS))
		*status = TXN_SEEN;
}

/* Finds the reads that are no prefix. */
static void place_reads(struct lists *lists, const struct view *view)
{
	for (uint32_t a = 0; a < view->action_count; a++) {
		size_t at;

		if (lists_stands(lists, view, a + VIEW_AHEAD, &at))
			__builtin_prefetch(&lists->node[at]);
		if (!lists_stands(lists, view, a, &at) ||
		    lists->place[a] == 0 ||
		    lists->node[at - 1] == view_action(view, a)->result.bits)
			continue;
		lists->place[a] = PLACE_ASTRAY;
		lists->astray = array_reserve(lists->astray,
					      &lists->astray_capacity,
					      lists->astray_count + 1,
					      sizeof(*lists->astray));
		lists->astray[lists->astray_count++] = a;
	}
}

/* Lists that are no prefix are walked down to the first that was seen before,
 * to mark their writers as seen too. */
static void walk_astray(const struct lists *lists, struct view *view)
{
	const struct values *values = view->history->values;

	for (size_t i = 0; i < lists->astray_count; i++) {
		uint32_t a = lists->astray[i], key = view->key_of[a];
		struct value list = view_action(view, a)->result;
		uint32_t length = (uint32_t)value_list_length(values, list);
		uint32_t first = lists->first[key];

		for (; length > 0; length--) {
			uint32_t append;

			if (lists->node[first + length - 1] == list.bits)
				break;
			append = elements_find(&lists->elements, view, key,
					       value_list_last(values, list));
			if (append != NONE)
				mark_seen(view, append);
			list = value_list_rest(values, list);
		}
	}
}

static void place_appends(struct lists *lists, struct view *view)
{
	for (uint32_t k = 0; k < view->key_count; k++) {
		uint32_t first = lists->first[k];

		for (uint32_t p = 0; p < lists->length[k]; p++) {
			uint32_t append = lists->writer[first + p];

			if (p + VIEW_AHEAD < lists->length[k])
				lists_prefetch_append(lists, view,
						      first + p + VIEW_AHEAD);
			if (append == NONE ||
			    (view->flags[append] & ACTION_AMBIGUOUS))
				continue;
			mark_seen(view, append);
			if (lists->place[append] == NONE)
				lists->place[append] = p;
		}
	}
}

/* Who committed which version; must come when all that was seen is marked. */
static void name_writers(struct lists *lists, const struct view *view)
{
	for (uint32_t k = 0; k < view->key_count; k++) {
		uint32_t first = lists->first[k], next = NONE;

		for (uint32_t p = lists->length[k]; p-- > 0;) {
			uint32_t append = lists->writer[first + p];

			if (p >= VIEW_AHEAD)
				lists_prefetch_append(lists, view,
						      first + p - VIEW_AHEAD);
			if (append != NONE && lists->place[append] == p &&
			    view_committed(view, view->owner[append])) {
				lists->at[first + p] = view->owner[append];
				next = view->owner[append];
			}
			lists->after[first + p] = next;
		}
	}
}

static bool is_unseen(const struct lists *lists, const struct view *view,
		      uint32_t action)
{
	return lists->place[action] == NONE && view_writes(view, action) &&
	       is_list_access(view, action) &&
	       !(view->flags[action] & ACTION_AMBIGUOUS) &&
	       view_committed(view, view->owner[action]);
}

/* Sorts the unseen appends by key; those of one key keep their order. */
static void gather_unseen(struct lists *lists, const struct view *view)
{
	uint32_t *first = heap_zeroed((size_t)view->key_count + 2,
				      sizeof(*first));

	for (uint32_t a = 0; a < view->action_count; a++) {
		if (is_unseen(lists, view, a))
			first[view->key_of[a] + 2]++;
	}
	for (uint32_t k = 0; k < view->key_count; k++)
		first[k + 2] += first[k + 1];
	lists->unseen = filled(first[view->key_count + 1]);
	for (uint32_t a = 0; a < view->action_count; a++) {
		if (is_unseen(lists, view, a))
			lists->unseen[first[view->key_of[a] + 1]++] = a;
	}
	lists->unseen_first = first;
}

void lists_init(struct lists *lists, struct view *view)
{
	*lists = (struct lists){
		.first = filled(view->key_count),
		.length = heap_zeroed((size_t)view->key_count + 1,
				      sizeof(*lists->length)),
		.longest = filled(view->key_count),
		.place = filled(view->action_count),
	};
	elements_init(&lists->elements, view, KEY_LIST);
	find_longest(lists, view);
	write_orders(lists, view);
	place_reads(lists, view);
	walk_astray(lists, view);
	place_appends(lists, view);
	name_writers(lists, view);
	gather_unseen(lists, view);
}

void lists_release(struct lists *lists)
{
	free(lists->first);
	free(lists->length);
	free(lists->longest);
	free(lists->node);
	free(lists->writer);
	free(lists->at);
	free(lists->after);
	free(lists->place);
	free(lists->unseen);
	free(lists->unseen_first);
	free(lists->astray);
	elements_release(&lists->elements);
	*lists = (struct lists){ 0 };
}
