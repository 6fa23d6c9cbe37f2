/* SPDX-License-Identifier: MIT */
/*
 * Stack, by peeling. A value lies on the stack for certain between the return
 * of its push and the invocation of its pop: its layer. At a moment under no
 * layer any call that overlaps it can take effect there, together with all
 * else that does; at a moment under one layer alone, calls about that value
 * can. When all calls about a value are gone, so is its layer, which may
 * uncover more. The history is right iff everything goes (after Lee, Mathur
 * and others on monitoring collections, and our own fuzzing).
 */
#include <stdlib.h>

#include "checkers/linearizable/cover.h"
#include "checkers/linearizable/removals.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/spans.h"
#include "harness/core/arena.h"

struct stack {
	struct container *container;
	struct gaps gaps;
	struct cover cover; /* how many layers lie over each gap */
	struct spans calls; /* all calls, by where they begin */
	struct spans peeks; /* peeks, by their value, then where they begin */
	uint32_t *peek_starts; /* of each item's in `peeks` */
	uint32_t *left; /* calls about each item not yet gone */
	uint32_t *peek_of; /* of each call: its number in `peeks` */
	uint32_t *call_of; /* of each span in `calls` */
	uint32_t *span_of; /* of each call */
	size_t left_count; /* of all */
};

/* The moments at which a call may take effect: narrowed as its item's. */
static struct span span_of(const struct stack *stack, uint32_t number)
{
	const struct container *container = stack->container;
	const struct call *call = &container->calls->items[number];
	const struct item *item =
		&container->items[container->item_of[number]];
	uint32_t from = call->invoke;
	uint32_t to = call->complete;

	if (item->insertion == number) {
		to = item->in_return;
	} else {
		if (from < item->in_invoke)
			from = item->in_invoke;
		if (item->removal == number)
			from = item->out_invoke;
		else if (to > item->out_return)
			to = item->out_return;
	}
	return (struct span){ gap_after(&stack->gaps, from),
			      gap_before(&stack->gaps, to) };
}

static void lay_layers(struct stack *stack)
{
	const struct container *container = stack->container;

	cover_init(&stack->cover, stack->gaps.end_count + 1);
	for (uint32_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];

		if (item_has_layer(item))
			cover_add(&stack->cover,
				  gap_after(&stack->gaps, item->in_return),
				  gap_before(&stack->gaps, item->out_invoke),
				  i);
	}
	cover_build(&stack->cover);
}

static void collect_calls(struct stack *stack)
{
	const struct container *container = stack->container;
	size_t count = container->calls->count;
	struct sort_item *order = heap_alloc((count + 1) * sizeof(*order));
	struct span *own = heap_alloc((count + 1) * sizeof(*own));
	struct span *all = heap_alloc((count + 1) * sizeof(*all));
	size_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (container->item_of[i] == CALL_NONE)
			continue;
		own[i] = span_of(stack, i);
		order[kept++] = (struct sort_item){ own[i].from, i };
		stack->left[container->item_of[i]]++;
	}
	sort_items(order, kept);
	for (uint32_t i = 0; i < kept; i++) {
		all[i] = own[order[i].number];
		stack->call_of[i] = order[i].number;
		stack->span_of[order[i].number] = i;
	}
	stack->left_count = kept;
	free(order);
	free(own);
	spans_init(&stack->calls, all, kept);
	free(all);
}

static bool is_peek(const struct stack *stack, uint32_t call)
{
	const struct container *container = stack->container;
	const struct item *item;

	if (container->item_of[call] == CALL_NONE)
		return false;
	item = &container->items[container->item_of[call]];
	return item->insertion != call && item->removal != call;
}

/* Peeks grouped by value; `call_of` is in order of where calls begin, so the
 * groups are too. */
static void collect_peeks(struct stack *stack)
{
	const struct container *container = stack->container;
	size_t items = container->item_count;
	size_t count = container->peek_count;
	struct span *peeks = heap_alloc((count + 1) * sizeof(*peeks));
	uint32_t *starts = heap_zeroed(items + 2, sizeof(*starts));

	for (size_t i = 0; i < stack->left_count; i++) {
		uint32_t call = stack->call_of[i];

		if (is_peek(stack, call))
			starts[container->item_of[call] + 2]++;
	}
	for (size_t i = 0; i < items; i++)
		starts[i + 2] += starts[i + 1];
	for (size_t i = 0; i < stack->left_count; i++) {
		uint32_t call = stack->call_of[i];
		uint32_t place;

		if (!is_peek(stack, call))
			continue;
		place = starts[container->item_of[call] + 1]++;
		peeks[place] = span_of(stack, call);
		stack->peek_of[call] = place;
	}
	spans_init(&stack->peeks, peeks, count);
	stack->peek_starts = starts;
	free(peeks);
}

/* A call takes effect and is gone; with the last one its layer. */
static void remove_call(struct stack *stack, uint32_t call)
{
	uint32_t number = stack->container->item_of[call];
	const struct item *item = &stack->container->items[number];

	spans_remove(&stack->calls, stack->span_of[call]);
	if (is_peek(stack, call))
		spans_remove(&stack->peeks, stack->peek_of[call]);
	stack->left_count--;
	if (--stack->left[number] == 0 && item_has_layer(item))
		cover_remove(&stack->cover,
			     gap_after(&stack->gaps, item->in_return),
			     gap_before(&stack->gaps, item->out_invoke),
			     number);
}

/* Removes calls while there is a gap under at most one layer. */
static void peel(struct stack *stack)
{
	struct monitor_result *result = stack->container->result;
	size_t round = 0;
	uint32_t gap;
	uint32_t layer;
	uint32_t span;

	while (cover_next(&stack->cover, &gap, &layer) &&
	       !monitor_is_late_at(result, round++)) {
		size_t first = 0;
		size_t last = stack->calls.count;
		struct spans *spans = &stack->calls;

		if (layer != COVER_NONE) {
			if (!stack->container->peek_count)
				continue;
			spans = &stack->peeks;
			first = stack->peek_starts[layer];
			last = stack->peek_starts[layer + 1];
		}
		last = spans_begun(spans, first, last, gap);
		while (spans_find(spans, first, last, gap, &span)) {
			uint32_t call = stack->call_of[span];

			if (spans == &stack->peeks)
				call = spans->owners[span];
			remove_call(stack, call);
		}
	}
}

static void name_owners(struct stack *stack)
{
	for (size_t i = 0; i < stack->calls.count; i++) {
		uint32_t call = stack->call_of[i];

		if (is_peek(stack, call))
			stack->peeks.owners[stack->peek_of[call]] = call;
	}
}

static void convict_left(struct stack *stack)
{
	struct container *container = stack->container;
	uint8_t *is_left = heap_zeroed(container->item_count + 1, 1);

	for (size_t i = 0; i < container->item_count; i++)
		is_left[i] = stack->left[i] > 0;
	container_convict_all(container, is_left);
	free(is_left);
}

static bool everything_goes(struct container *container)
{
	struct monitor_result *result = container->result;
	struct stack stack = { .container = container };
	size_t count = container->calls->count;
	bool is_sound;

	gaps_init(&stack.gaps, container);
	stack.left = heap_zeroed(container->item_count + 1, sizeof(uint32_t));
	stack.peek_of = heap_zeroed(count + 1, sizeof(uint32_t));
	stack.call_of = heap_zeroed(count + 1, sizeof(uint32_t));
	stack.span_of = heap_zeroed(count + 1, sizeof(uint32_t));
	collect_calls(&stack);
	if (!monitor_is_late(result))
		collect_peeks(&stack);
	if (!monitor_is_late(result)) {
		name_owners(&stack);
		lay_layers(&stack);
	}
	if (!monitor_is_late(result))
		peel(&stack);
	is_sound = stack.left_count == 0;
	if (!is_sound && !result->is_late)
		convict_left(&stack);
	gaps_release(&stack.gaps);
	cover_release(&stack.cover);
	spans_release(&stack.calls);
	spans_release(&stack.peeks);
	free(stack.left);
	free(stack.peek_of);
	free(stack.call_of);
	free(stack.span_of);
	free(stack.peek_starts);
	return is_sound;
}

static bool check_stack(struct container *container, const struct judge *judge)
{
	(void)judge;
	return everything_goes(container);
}

/* Who is handed a value, or shown it, knows that all that was put on top for
 * certain is gone. */
static void demand_tops(struct removals *removals)
{
	const struct container *container = removals->container;

	for (size_t i = 0; i < container->item_count; i++)
		removals->ranks[i] = container->items[i].in_invoke + 1;
	for (uint32_t i = 0; i < container->calls->count; i++) {
		uint32_t number = container->item_of[i];
		struct demand moments;

		if (number == CALL_NONE ||
		    container->items[number].insertion == i)
			continue;
		moments = item_moments(&container->items[number], i,
				       &container->calls->items[i]);
		removals_demand(removals,
				container->items[number].in_return + 1,
				moments.from, moments.to);
	}
}

static const struct removal_rule stack_rule = {
	.check = check_stack,
	.demand = demand_tops,
};

static void decide_stack(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	struct container container;

	if (container_init(&container, calls, result))
		removals_decide(&container, judge, &stack_rule);
	container_release(&container);
}

const struct monitor monitor_stack = {
	.name = "stack-peeling",
	.why = "each value is put in once",
	.models = { "stack" },
	.decide = decide_stack,
};
