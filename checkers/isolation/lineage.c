/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/lineage.h"

#include <stdlib.h>

#include "harness/core/arena.h"

/* A search from the end of the chain back to its beginning. */
struct search {
	const struct analysis *analysis;
	struct step *next; /* by operation: the step onwards; from: NONE */
	uint32_t *queue;
	uint32_t count;
};

static void reach(struct search *search, uint32_t op, uint32_t onward,
		  enum edge_kind kind)
{
	if (op == onward || search->next[op].to != NONE)
		return;
	search->next[op] = (struct step){ op, onward, (uint8_t)kind, 0 };
	search->queue[search->count++] = op;
}

/* The write that a read saw last, or NONE. */
static uint32_t source_of(const struct analysis *analysis, uint32_t action)
{
	const struct view *view = &analysis->view;
	const struct lists *lists = &analysis->lists;
	uint32_t key = view->key_of[action], place, source;

	if (view_writes(view, action))
		return NONE;
	if (view->key_kinds[key] == KEY_REGISTER) {
		source = analysis->registers.source[action];
		return source < SOURCE_INITIAL ? source : NONE;
	}
	place = lists->place[action];
	if (view->key_kinds[key] != KEY_LIST || place == 0 ||
	    !lists_placed(lists, action))
		return NONE;
	return lists->writer[lists->first[key] + place - 1];
}

/* By operation the one before it of the same process, or NONE. */
static uint32_t *find_earlier(const struct view *view)
{
	uint32_t *earlier = heap_alloc(((size_t)view->op_count + 1) *
				       sizeof(*earlier));
	uint32_t *last;
	int32_t most = 0;

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view->history->ops[t].process > most)
			most = view->history->ops[t].process;
	}
	last = heap_zeroed((size_t)most + 1, sizeof(*last));
	for (uint32_t t = 0; t < view->op_count; t++) {
		int32_t process = view->history->ops[t].process;

		earlier[t] = NONE;
		if (process < 0 || !view_committed(view, t))
			continue;
		if (last[process])
			earlier[t] = last[process] - 1;
		last[process] = t + 1;
	}
	free(last);
	return earlier;
}

static void search_from(struct search *search, uint32_t to, uint32_t from,
			const uint32_t *earlier)
{
	const struct view *view = &search->analysis->view;

	search->queue[search->count++] = to;
	for (uint32_t i = 0;
	     i < search->count && search->next[from].to == NONE; i++) {
		uint32_t t = search->queue[i];
		const struct op *op = &view->history->ops[t];

		for (uint32_t a = op->first_action;
		     a < op->first_action + op->action_count; a++) {
			uint32_t write = source_of(search->analysis, a);

			if (write != NONE && view->owner[write] != to)
				reach(search, view->owner[write], t, EDGE_WR);
		}
		if (earlier[t] != NONE && earlier[t] != to)
			reach(search, earlier[t], t, EDGE_PROCESS);
	}
}

struct step *lineage_find(const struct analysis *analysis, uint32_t from,
			  uint32_t to, size_t *count, struct arena *arena)
{
	size_t n = (size_t)analysis->view.op_count + 1;
	struct search search = { analysis, heap_alloc(n * sizeof(struct step)),
				 heap_alloc(n * sizeof(uint32_t)), 0 };
	uint32_t *earlier = find_earlier(&analysis->view);
	struct step *steps = NULL;

	for (size_t i = 0; i < n; i++)
		search.next[i].to = NONE;
	*count = 0;
	search_from(&search, to, from, earlier);
	if (search.next[from].to != NONE) {
		for (uint32_t t = from; t != to; t = search.next[t].to)
			++*count;
		steps = arena_array(arena, *count + 1, sizeof(*steps));
		*count = 0;
		for (uint32_t t = from; t != to; t = search.next[t].to)
			steps[(*count)++] = search.next[t];
	}
	free(earlier);
	free(search.next);
	free(search.queue);
	return steps;
}
