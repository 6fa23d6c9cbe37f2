/* SPDX-License-Identifier: MIT */
/*
 * Moments of emptiness where open removals may have emptied the container. At
 * such a moment p everything that went in for certain before must be gone:
 * taken by calls that are known, or by as many open removals invoked before p.
 * Later on, at any P, what is gone since p because something else demands it
 * needs open removals, too:
 *
 *   went_in(p) + demanded(p, P) <= removals(P)   for all P >= p
 *
 * where demanded counts the values that went in after p and must be gone by P.
 * Of several moments of emptiness the last before P says it all, for what went
 * in before an earlier one went in before that. So each call can choose its
 * moment by itself.
 */
#include <stdlib.h>

#include "checkers/linearizable/removals.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

/* More than there are calls. */
#define IDLE (INT64_C(1) << 40)

enum mark_kind {
	MARK_LAYER, /* a value is there that a known call takes, or sees */
	MARK_LAYER_END,
	MARK_STAY, /* a value went in that stays; above: its number */
	MARK_REMOVAL,
	MARK_KINDS,
};

/* The least of values that are added to from a place on. */
struct slack {
	int64_t *least; /* without what was added above */
	int64_t *added;
	size_t leaves;
};

struct moments {
	struct container *container;
	const uint32_t *until;
	struct sort_item *marks; /* number: kind, and item * MARK_KINDS */
	size_t mark_count;
	uint32_t *free_count; /* of gaps before each, free ones */
	struct slack slack;
	uint32_t *leaf_of; /* of each item */
};

static void slack_fix(struct slack *slack, size_t node)
{
	int64_t left = slack->least[2 * node];
	int64_t right = slack->least[2 * node + 1];

	slack->least[node] = (left < right ? left : right) +
			     slack->added[node];
}

static void slack_init(struct slack *slack, size_t count)
{
	*slack = (struct slack){ .leaves = 1 };
	while (slack->leaves < count)
		slack->leaves *= 2;
	slack->least = heap_alloc(2 * slack->leaves * sizeof(int64_t));
	slack->added = heap_zeroed(2 * slack->leaves, sizeof(int64_t));
	for (size_t i = 0; i < 2 * slack->leaves; i++)
		slack->least[i] = IDLE;
}

static void slack_release(struct slack *slack)
{
	free(slack->least);
	free(slack->added);
}

/* Sets a leaf that was idle, and takes one from each that follows. */
static void slack_enter(struct slack *slack, size_t leaf, int64_t value)
{
	size_t node = leaf + slack->leaves;

	slack->least[node] = slack->least[node] - IDLE + value - 1;
	for (; node > 1; node /= 2) {
		if (node % 2 == 0) {
			slack->least[node + 1]--;
			slack->added[node + 1]--;
		}
		slack_fix(slack, node / 2);
	}
}

static void mark(struct moments *moments, uint32_t position,
		 enum mark_kind kind, uint32_t item)
{
	moments->marks[moments->mark_count++] = (struct sort_item){
		position, item * MARK_KINDS + (uint32_t)kind
	};
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
			mark(moments, item->in_return, MARK_STAY, i);
		if (item->in_return >= end)
			continue;
		mark(moments, item->in_return, MARK_LAYER, i);
		mark(moments, end, MARK_LAYER_END, i);
	}
	for (size_t i = 0; i < container->open_removal_count; i++) {
		uint32_t call = container->open_removals[i];

		mark(moments, container->calls->items[call].invoke,
		     MARK_REMOVAL, 0);
	}
	sort_items(moments->marks, moments->mark_count);
}

/* A leaf for each value that must be gone, in order of when. */
static void order_leaves(struct moments *moments)
{
	size_t count = moments->container->item_count;
	struct sort_item *order = heap_alloc((count + 1) * sizeof(*order));
	size_t leaves = 0;

	moments->leaf_of = heap_alloc((count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		if (item_stays(&moments->container->items[i]) &&
		    moments->until[i] != NEVER)
			order[leaves++] = (struct sort_item){
				moments->until[i], i
			};
	}
	sort_items(order, leaves);
	for (uint32_t i = 0; i < leaves; i++)
		moments->leaf_of[order[i].number] = i;
	slack_init(&moments->slack, leaves);
	free(order);
}

/* Open removals invoked before that position. */
static size_t removals_before(const struct container *container,
			      uint32_t position)
{
	const struct call *calls = container->calls->items;
	size_t low = 0;
	size_t high = container->open_removal_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (calls[container->open_removals[middle]].invoke < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Walks back over the gaps between marks; a gap is after the mark of its
 * number less one. */
static void find_free_gaps(struct moments *moments)
{
	const struct container *container = moments->container;
	int64_t layers = 0; /* over the gap */
	int64_t stayed = 0; /* that went in before it */
	int64_t removals = (int64_t)container->open_removal_count;
	uint32_t *is_free = heap_alloc((moments->mark_count + 2) *
				       sizeof(*is_free));

	for (size_t i = 0; i < moments->mark_count; i++)
		stayed += moments->marks[i].number % MARK_KINDS == MARK_STAY;
	for (size_t gap = moments->mark_count + 1; gap-- > 0;) {
		uint32_t number;
		uint32_t item;

		is_free[gap + 1] = layers == 0 && stayed <= removals &&
				   stayed <= moments->slack.least[1];
		if (gap == 0)
			break;
		number = moments->marks[gap - 1].number;
		item = number / MARK_KINDS;
		layers -= number % MARK_KINDS == MARK_LAYER;
		layers += number % MARK_KINDS == MARK_LAYER_END;
		removals -= number % MARK_KINDS == MARK_REMOVAL;
		if (number % MARK_KINDS != MARK_STAY)
			continue;
		stayed--;
		if (moments->until[item] != NEVER)
			slack_enter(&moments->slack, moments->leaf_of[item],
				    (int64_t)removals_before(
					    container, moments->until[item]));
	}
	is_free[0] = 0;
	for (size_t gap = 0; gap <= moments->mark_count; gap++)
		is_free[gap + 1] += is_free[gap];
	moments->free_count = is_free;
}

/* The marks that are not after that position. */
static size_t marks_until(const struct moments *moments, uint32_t position)
{
	size_t low = 0;
	size_t high = moments->mark_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (moments->marks[middle].key <= position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_free_moment(const struct moments *moments,
			    const struct call *call)
{
	size_t first = marks_until(moments, call->invoke);
	size_t last = marks_until(moments, call->complete - 1);

	return moments->free_count[last + 1] > moments->free_count[first];
}

bool removals_check_empties(struct container *container, const uint32_t *until)
{
	struct moments moments = { .container = container, .until = until };
	const struct calls *calls = container->calls;
	bool is_sound = true;

	if (!container->empty_count)
		return true;
	mark_all(&moments);
	order_leaves(&moments);
	find_free_gaps(&moments);
	for (size_t i = 0; i < calls->count && is_sound; i++)
		is_sound = !is_finding_nothing(&calls->items[i]) ||
			   has_free_moment(&moments, &calls->items[i]);
	for (size_t i = 0; i < calls->count && !is_sound; i++)
		monitor_convict(container->result, &calls->items[i]);
	free(moments.marks);
	free(moments.free_count);
	free(moments.leaf_of);
	slack_release(&moments.slack);
	return is_sound;
}
