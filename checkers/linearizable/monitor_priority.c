/* SPDX-License-Identifier: MIT */
/*
 * Priority queue and bag. A value comes out of a priority queue at a moment
 * when no higher one is there for certain; from the highest value down, each
 * call needs such a moment. A bag asks for less: that the value was there.
 */
#include <stdlib.h>

#include "checkers/linearizable/removals.h"
#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

struct priorities {
	struct container *container;
	struct gaps gaps;
	uint32_t *next_free; /* of each gap: itself, or towards a free one */
	uint32_t *order; /* items, the highest first */
	uint32_t *starts; /* of each item's calls in `observers` */
	uint32_t *observers;
};

/* The first gap from there on that no layer covers. */
static uint32_t find_free(struct priorities *priorities, uint32_t gap)
{
	uint32_t *next = priorities->next_free;
	uint32_t free_gap = gap;

	while (next[free_gap] != free_gap)
		free_gap = next[free_gap];
	while (next[gap] != free_gap) {
		uint32_t step = next[gap];

		next[gap] = free_gap;
		gap = step;
	}
	return free_gap;
}

static void cover(struct priorities *priorities, const struct item *item)
{
	uint32_t from = gap_after(&priorities->gaps, item->in_return);
	uint32_t to = gap_before(&priorities->gaps, item->out_invoke);

	if (!item_has_layer(item))
		return;
	for (uint32_t gap = find_free(priorities, from); gap <= to;
	     gap = find_free(priorities, gap))
		priorities->next_free[gap] = gap + 1;
}

/* What the order compares: qsort hands over nothing else. */
struct ranked {
	const struct values *values;
	struct value value;
	uint32_t item;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a;
	const struct ranked *y = b;

	return value_compare(x->values, y->value, x->value);
}

/* By number, where all values are small numbers. */
static bool rank_numbers(struct priorities *priorities,
			 const struct values *values, struct sort_item *items)
{
	const struct container *container = priorities->container;
	size_t count = container->item_count;

	for (uint32_t i = 0; i < count; i++) {
		int64_t number;

		if (!value_get_int(values, container->items[i].value,
				   &number) ||
		    number < 0 || number >= UINT32_MAX)
			return false;
		items[i] = (struct sort_item){ UINT32_MAX - (uint32_t)number,
					       i };
	}
	sort_items(items, count);
	for (size_t i = 0; i < count; i++)
		priorities->order[i] = items[i].number;
	return true;
}

static void rank_any(struct priorities *priorities,
		     const struct values *values)
{
	const struct container *container = priorities->container;
	size_t count = container->item_count;
	struct ranked *ranked = heap_alloc((count + 1) * sizeof(*ranked));

	for (uint32_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ values, container->items[i].value,
					     i };
	qsort(ranked, count, sizeof(*ranked), by_rank);
	for (size_t i = 0; i < count; i++)
		priorities->order[i] = ranked[i].item;
	free(ranked);
}

static void rank(struct priorities *priorities, const struct values *values)
{
	size_t count = priorities->container->item_count;
	struct sort_item *items = heap_alloc((count + 1) * sizeof(*items));

	priorities->order = heap_alloc((count + 1) * sizeof(uint32_t));
	if (!rank_numbers(priorities, values, items))
		rank_any(priorities, values);
	free(items);
}

static bool is_observer(const struct container *container, uint32_t call)
{
	uint32_t item = container->item_of[call];

	return item != CALL_NONE && container->items[item].insertion != call;
}

/* Groups the calls that saw each value. */
static void group_observers(struct priorities *priorities)
{
	const struct container *container = priorities->container;
	size_t calls = container->calls->count;
	uint32_t *starts =
		heap_zeroed(container->item_count + 2, sizeof(*starts));

	priorities->observers = heap_alloc((calls + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < calls; i++) {
		if (is_observer(container, i))
			starts[container->item_of[i] + 2]++;
	}
	for (size_t i = 0; i < container->item_count; i++)
		starts[i + 2] += starts[i + 1];
	for (uint32_t i = 0; i < calls; i++) {
		if (is_observer(container, i))
			priorities->observers
				[starts[container->item_of[i] + 1]++] = i;
	}
	priorities->starts = starts;
}

/* Is there a moment between those at which no higher value is there? */
static bool has_moment(struct priorities *priorities,
		       const struct demand *moments)
{
	return find_free(priorities,
			 gap_after(&priorities->gaps, moments->from)) <=
	       gap_before(&priorities->gaps, moments->to);
}

/* The call, its value, and all higher values that were there meanwhile. */
static void convict(struct priorities *priorities, size_t place,
		    const struct call *call)
{
	struct container *container = priorities->container;
	uint8_t *is_marked = heap_zeroed(container->item_count + 1, 1);

	is_marked[priorities->order[place]] = 1;
	for (size_t i = 0; i < place; i++) {
		const struct item *item =
			&container->items[priorities->order[i]];

		is_marked[priorities->order[i]] =
			item_has_layer(item) &&
			item->in_return < call->complete &&
			item->out_invoke > call->invoke;
	}
	container_convict_all(container, is_marked);
	free(is_marked);
}

/* Where `removals` are given, keeps what does not fit. */
static bool check_priorities(struct priorities *priorities,
			     struct removals *removals)
{
	const struct container *container = priorities->container;

	for (size_t place = 0; place < container->item_count; place++) {
		uint32_t number = priorities->order[place];
		const struct item *item = &container->items[number];

		if (monitor_is_late_at(container->result, place))
			return false;
		for (uint32_t i = priorities->starts[number];
		     i < priorities->starts[number + 1]; i++) {
			uint32_t observer = priorities->observers[i];
			const struct call *call =
				&container->calls->items[observer];
			struct demand moments =
				item_moments(item, observer, call);

			if (has_moment(priorities, &moments))
				continue;
			if (!removals) {
				convict(priorities, place, call);
				return false;
			}
			removals->is_kept[number] = 1;
			removals_block(removals, moments.from, moments.to);
		}
		cover(priorities, item);
	}
	return true;
}

static bool walk_priorities(struct container *container,
			    const struct values *values,
			    struct removals *removals)
{
	struct priorities priorities = { .container = container };
	bool is_sound;

	gaps_init(&priorities.gaps, container);
	priorities.next_free = heap_alloc((priorities.gaps.end_count + 3) *
					  sizeof(uint32_t));
	for (uint32_t i = 0; i < priorities.gaps.end_count + 3; i++)
		priorities.next_free[i] = i;
	rank(&priorities, values);
	group_observers(&priorities);
	is_sound = check_priorities(&priorities, removals);
	gaps_release(&priorities.gaps);
	free(priorities.next_free);
	free(priorities.order);
	free(priorities.starts);
	free(priorities.observers);
	return is_sound;
}

static bool check_order(struct container *container, const struct judge *judge)
{
	return walk_priorities(container, judge->history->values, NULL);
}

static void keep_order(struct removals *removals)
{
	walk_priorities(removals->container, removals->judge->history->values,
			removals);
}

/* Who is handed a value, or shown it, knows that no higher one is there. */
static void demand_order(struct removals *removals)
{
	struct container *container = removals->container;
	struct priorities priorities = { .container = container };

	rank(&priorities, removals->judge->history->values);
	for (size_t i = 0; i < container->item_count; i++)
		removals->ranks[priorities.order[i]] =
			(uint32_t)(container->item_count - i);
	for (uint32_t i = 0; i < container->calls->count; i++) {
		uint32_t number = container->item_of[i];
		struct demand moments;

		if (!is_observer(container, i))
			continue;
		moments = item_moments(&container->items[number], i,
				       &container->calls->items[i]);
		removals_demand(removals, removals->ranks[number],
				moments.from, moments.to);
	}
	free(priorities.order);
}

static const struct removal_rule priority_rule = {
	.check = check_order,
	.demand = demand_order,
	.keep = keep_order,
};

static void decide_priority(const struct judge *judge,
			    const struct calls *calls,
			    struct monitor_result *result)
{
	struct container container;

	if (container_init(&container, calls, result))
		removals_decide(&container, judge, &priority_rule);
	container_release(&container);
}

/* Open removals of this value, beside those of any, are not decided so. */
static bool names_open_removals(const struct calls *calls)
{
	for (size_t i = 0; i < calls->count; i++) {
		if (calls->items[i].verb == VERB_REMOVE &&
		    call_is_open(&calls->items[i]))
			return true;
	}
	return false;
}

static void decide_bag(const struct judge *judge, const struct calls *calls,
		       struct monitor_result *result)
{
	static const struct removal_rule rule = { 0 };
	struct container container;

	if (container_init(&container, calls, result)) {
		if (!container.open_removal_count ||
		    names_open_removals(calls))
			removals_decide(&container, judge, &rule);
		else if (removals_check_empties(&container))
			result->kind = VERDICT_VALID;
	}
	container_release(&container);
}

const struct monitor monitor_priority_queue = {
	.name = "priority-order",
	.why = "each value is put in once",
	.models = { "priority-queue" },
	.decide = decide_priority,
};

const struct monitor monitor_bag = {
	.name = "bag-presence",
	.why = "each value is put in once",
	.models = { "bag" },
	.decide = decide_bag,
};
