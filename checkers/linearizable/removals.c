/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/removals.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/linearizable/sort.h"
#include "harness/core/arena.h"

void removals_demand(struct removals *removals, uint32_t rank, uint32_t from,
		     uint32_t to)
{
	removals->demands = array_reserve(
		removals->demands, &removals->demand_capacity,
		removals->demand_count + 1, sizeof(*removals->demands));
	removals->demands[removals->demand_count++] =
		(struct demand){ rank, from, to };
}

void removals_block(struct removals *removals, uint32_t from, uint32_t to)
{
	removals->blocked = array_reserve(
		removals->blocked, &removals->blocked_capacity,
		removals->blocked_count + 1, sizeof(*removals->blocked));
	removals->blocked[removals->blocked_count++] =
		(struct demand){ 0, from, to };
}

static bool is_right(struct removals *removals)
{
	struct container *container = removals->container;

	return container_check_empties(container) &&
	       !monitor_is_late(container->result) &&
	       (!removals->rule->check ||
		removals->rule->check(container, removals->judge));
}

static void demand_emptiness(struct removals *removals)
{
	const struct calls *calls = removals->container->calls;

	for (size_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];

		if (is_finding_nothing(call))
			removals_demand(removals, 0, call->invoke,
					call->complete);
	}
}

/* As if a removal invoked at that position had taken the value. */
static void take(struct item *item, uint32_t position)
{
	item->out_invoke = position;
	if (item->out_invoke < item->in_invoke)
		item->out_invoke = item->in_invoke;
	if (item->out_invoke < item->peek_invoke)
		item->out_invoke = item->peek_invoke;
}

/* Convicts what began until then. */
static void convict_until(struct container *container, uint32_t position)
{
	for (size_t i = 0; i < container->calls->count; i++) {
		if (container->calls->items[i].invoke <= position)
			monitor_convict(container->result,
					&container->calls->items[i]);
	}
}

/* Hands open removals to values, the first to the one that must be gone first.
 * False, with a conviction, where there are not enough. */
static bool take_by_deadline(struct removals *removals)
{
	struct container *container = removals->container;
	const struct call *calls = container->calls->items;
	size_t items = container->item_count;
	struct sort_item *order = heap_alloc((items + 1) * sizeof(*order));
	size_t count = 0;
	bool suffices = true;

	for (uint32_t i = 0; i < items; i++) {
		if (item_stays(&container->items[i]))
			order[count++] = (struct sort_item){
				removals->until[i], i
			};
	}
	sort_items(order, count);
	for (size_t i = 0; i < count && suffices; i++) {
		uint32_t call = i < container->open_removal_count ?
					container->open_removals[i] :
					CALL_NONE;
		uint32_t position = call == CALL_NONE ? NEVER :
							calls[call].invoke;

		if (order[i].key != NEVER && position >= order[i].key) {
			convict_until(container, order[i].key);
			suffices = false;
		} else if (call != CALL_NONE) {
			take(&container->items[order[i].number], position);
		}
	}
	free(order);
	return suffices;
}

/* May an open removal have taken it, whether or not another one of its own
 * did? */
static bool may_be_taken(const struct container *container,
			 const struct item *item)
{
	const struct call *calls = container->calls->items;

	return item->insertion != CALL_NONE &&
	       (item->removal == CALL_NONE ||
		call_is_open(&calls[item->removal]));
}

/* Each value as if the first open removal had taken it. */
static void take_all(struct container *container)
{
	const struct call *calls = container->calls->items;
	uint32_t first = calls[container->open_removals[0]].invoke;

	for (size_t i = 0; i < container->item_count; i++) {
		struct item *item = &container->items[i];

		if (may_be_taken(container, item) && first < item->out_invoke)
			take(item, first);
	}
}

/* Calls that found nothing though something was there all the time. */
static void block_empties(struct removals *removals)
{
	const struct calls *calls = removals->container->calls;

	container_find_blocked(removals->container, removals->is_blocked);
	for (size_t i = 0; i < calls->count; i++) {
		if (removals->is_blocked[i])
			removals_block(removals, calls->items[i].invoke,
				       calls->items[i].complete);
	}
}

/* Keeps the values that are there for certain while something is blocked. */
static void keep_blockers(struct removals *removals)
{
	struct container *container = removals->container;
	size_t count = removals->blocked_count;
	struct sort_item *order = heap_alloc((count + 1) * sizeof(*order));
	uint32_t *latest = heap_alloc((count + 1) * sizeof(*latest));

	for (uint32_t i = 0; i < count; i++)
		order[i] = (struct sort_item){ removals->blocked[i].from, i };
	sort_items(order, count);
	for (size_t i = 0; i < count; i++) {
		latest[i] = removals->blocked[order[i].number].to;
		if (i && latest[i] < latest[i - 1])
			latest[i] = latest[i - 1];
	}
	for (size_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];
		size_t before = removals_place(order, count,
					       item->out_invoke);

		if (item_has_layer(item) && before &&
		    latest[before - 1] > item->in_return)
			removals->is_kept[i] = 1;
	}
	free(order);
	free(latest);
}

/* Adds the first open removals, so many at most, that were invoked before
 * `end`. Which of them takes a value does not matter but for that, so no more
 * are needed than there are values. */
static void add_removals(struct container *container, size_t wanted,
			 uint32_t end)
{
	const struct call *calls = container->calls->items;

	for (size_t i = 0; i < container->open_removal_count && i < wanted;
	     i++) {
		uint32_t call = container->open_removals[i];

		if (calls[call].invoke < end)
			monitor_convict(container->result, &calls[call]);
	}
}

/* When the last of the core returned. */
static uint32_t end_of_core(const struct calls *core)
{
	uint32_t end = 0;

	for (size_t i = 0; i < core->count; i++) {
		if (!call_is_open(&core->items[i]) &&
		    core->items[i].complete > end)
			end = core->items[i].complete;
	}
	return end;
}

static void leave_rest(struct removals *removals)
{
	struct container *container = removals->container;
	struct monitor_result *result = container->result;
	size_t wanted = 0;

	block_empties(removals);
	container->is_convicted = removals->is_kept;
	if (removals->rule->keep)
		removals->rule->keep(removals);
	else if (removals->rule->check)
		removals->rule->check(container, removals->judge);
	container->is_convicted = NULL;
	keep_blockers(removals);
	calls_release(&result->core);
	if (monitor_is_late(result))
		return;
	for (uint32_t i = 0; i < container->calls->count; i++) {
		uint32_t item = container->item_of[i];

		if (item != CALL_NONE ? removals->is_kept[item] :
					removals->is_blocked[i])
			monitor_convict(result, &container->calls->items[i]);
	}
	for (size_t i = 0; i < container->item_count; i++)
		wanted += removals->is_kept[i] &&
			  may_be_taken(container, &container->items[i]);
	add_removals(container, wanted, end_of_core(&result->core));
	result->kind = VERDICT_UNKNOWN;
	result->why = "an indeterminate removal may have taken this value or "
		      "that; the search had what does not fit without";
}

static void removals_init(struct removals *removals)
{
	size_t items = removals->container->item_count + 1;
	size_t calls = removals->container->calls->count + 1;

	removals->ranks = heap_alloc(items * sizeof(uint32_t));
	removals->until = heap_alloc(items * sizeof(uint32_t));
	memset(removals->ranks, 0xff, items * sizeof(uint32_t));
	memset(removals->until, 0xff, items * sizeof(uint32_t));
	removals->is_kept = heap_zeroed(items, 1);
	removals->is_blocked = heap_zeroed(calls, 1);
}

static void removals_release(struct removals *removals)
{
	free(removals->ranks);
	free(removals->until);
	free(removals->is_kept);
	free(removals->is_blocked);
	free(removals->demands);
	free(removals->blocked);
}

/* Tries what open removals may have done; `items` is what is known. */
static void consider(struct removals *removals, const struct item *items)
{
	struct container *container = removals->container;
	struct monitor_result *result = container->result;
	size_t size = container->item_count * sizeof(*items);

	demand_emptiness(removals);
	if (removals->rule->demand)
		removals->rule->demand(removals);
	removals_find_until(removals);
	if (monitor_is_late(result) || !take_by_deadline(removals))
		return;
	if (is_right(removals)) {
		result->kind = VERDICT_VALID;
		return;
	}
	if (monitor_is_late(result))
		return;
	calls_release(&result->core);
	memcpy(container->items, items, size);
	take_all(container);
	if (!is_right(removals)) {
		if (result->is_late)
			return;
		add_removals(container, result->core.count,
			     end_of_core(&result->core));
		return;
	}
	memcpy(container->items, items, size);
	if (!monitor_is_late(result))
		leave_rest(removals);
}

void removals_decide(struct container *container, const struct judge *judge,
		     const struct removal_rule *rule)
{
	struct removals removals = { .judge = judge, .container = container,
				     .rule = rule };
	struct item *items;

	if (is_right(&removals)) {
		container->result->kind = VERDICT_VALID;
		return;
	}
	if (container->result->is_late || !container->open_removal_count)
		return;
	calls_release(&container->result->core);
	items = heap_alloc((container->item_count + 1) * sizeof(*items));
	memcpy(items, container->items,
	       container->item_count * sizeof(*items));
	removals_init(&removals);
	consider(&removals, items);
	removals_release(&removals);
	free(items);
}
