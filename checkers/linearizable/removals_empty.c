/* SPDX-License-Identifier: MIT */
/*
 * Moments of emptiness where open removals may have emptied the container. At
 * such a moment everything that went in for certain before must be gone: taken
 * by calls that are known, or by as many open removals invoked before. Of
 * several such moments the last says it all, for what went in before an
 * earlier one went in before that; so each call can choose its own. In a queue
 * what comes out later, too, demands that what stayed is gone: of everything
 * that went in before it, so before the moment as well, and the deadlines that
 * are checked apart from this count all of it.
 */
#include <stdlib.h>

#include "checkers/linearizable/removals.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

enum mark_kind {
	MARK_LAYER, /* a value is there that a known call takes, or sees */
	MARK_LAYER_END,
	MARK_STAY, /* a value went in that stays */
	MARK_REMOVAL,
};

struct moments {
	struct container *container;
	struct sort_item *marks; /* number: kind */
	size_t mark_count;
	uint32_t *free_count; /* of gaps before each, free ones */
};

static void mark(struct moments *moments, uint32_t position,
		 enum mark_kind kind)
{
	moments->marks[moments->mark_count++] =
		(struct sort_item){ position, (uint32_t)kind };
}

static void mark_all(struct moments *moments)
{
	const struct container *container = moments->container;

	moments->marks = heap_alloc((3 * container->item_count +
				     container->open_removal_count + 1) *
				    sizeof(*moments->marks));
	for (uint32_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];
		uint32_t end = item_stays(item) ? item->peek_invoke :
						  item->out_invoke;

		if (item_stays(item))
			mark(moments, item->in_return, MARK_STAY);
		if (item->in_return >= end)
			continue;
		mark(moments, item->in_return, MARK_LAYER);
		mark(moments, end, MARK_LAYER_END);
	}
	for (size_t i = 0; i < container->open_removal_count; i++) {
		uint32_t call = container->open_removals[i];

		mark(moments, container->calls->items[call].invoke,
		     MARK_REMOVAL);
	}
	sort_items(moments->marks, moments->mark_count);
}

/* Walks over the gaps between marks; a gap is after the mark of its number less
 * one. */
static void find_free_gaps(struct moments *moments)
{
	size_t layers = 0; /* over the gap */
	size_t stayed = 0; /* values that went in before it */
	size_t removals = 0; /* open ones invoked before it */
	uint32_t *count = heap_alloc((moments->mark_count + 2) *
				     sizeof(*count));

	count[0] = 0;
	for (size_t gap = 0; gap <= moments->mark_count; gap++) {
		count[gap + 1] = count[gap] +
				 (layers == 0 && stayed <= removals);
		if (gap == moments->mark_count)
			break;
		layers += moments->marks[gap].number == MARK_LAYER;
		layers -= moments->marks[gap].number == MARK_LAYER_END;
		stayed += moments->marks[gap].number == MARK_STAY;
		removals += moments->marks[gap].number == MARK_REMOVAL;
	}
	moments->free_count = count;
}

/* The marks that are not after that position. */
static size_t marks_until(const struct moments *moments, uint32_t position)
{
	return removals_place(moments->marks, moments->mark_count, position);
}

static bool has_free_moment(const struct moments *moments,
			    const struct call *call)
{
	size_t first = marks_until(moments, call->invoke);
	size_t last = marks_until(moments, call->complete - 1);

	return moments->free_count[last + 1] > moments->free_count[first];
}

bool removals_check_empties(struct container *container)
{
	struct moments moments = { .container = container };
	const struct calls *calls = container->calls;
	bool is_sound = true;

	if (!container->empty_count)
		return true;
	mark_all(&moments);
	find_free_gaps(&moments);
	for (size_t i = 0; i < calls->count && is_sound; i++)
		is_sound = !is_finding_nothing(&calls->items[i]) ||
			   has_free_moment(&moments, &calls->items[i]);
	for (size_t i = 0; i < calls->count && !is_sound; i++)
		monitor_convict(container->result, &calls->items[i]);
	free(moments.marks);
	free(moments.free_count);
	return is_sound;
}
