/* SPDX-License-Identifier: MIT */
/*
 * FIFO queue. Without peeks two values suffice to show that it is wrong: one
 * went in for certain before the other, and came out for certain after it
 * (Henzinger, Sezgin and Vafeiadis, "Aspect-oriented linearizability proofs",
 * 2013). With peeks a value must be in front of the queue without a break, and
 * circles of three appear: values are peeled off one by one instead.
 */
#include <stdlib.h>

#include "checkers/linearizable/removals.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/waiting.h"
#include "harness/core/arena.h"

struct queue {
	struct container *container;
	struct sort_item *by_entry; /* items by the end of their insertion */
	struct sort_item *by_start; /* and by its beginning */
};

static void sort_queue(struct queue *queue)
{
	const struct container *container = queue->container;
	size_t count = container->item_count;

	queue->by_entry = heap_alloc((count + 1) * sizeof(struct sort_item));
	queue->by_start = heap_alloc((count + 1) * sizeof(struct sort_item));
	for (uint32_t i = 0; i < count; i++) {
		queue->by_entry[i] = (struct sort_item){
			container->items[i].in_return, i
		};
		queue->by_start[i] = (struct sort_item){
			container->items[i].in_invoke, i
		};
	}
	sort_items(queue->by_entry, count);
	sort_items(queue->by_start, count);
}

static void release_queue(struct queue *queue)
{
	free(queue->by_entry);
	free(queue->by_start);
}

/* Looks for a pair that came out in the wrong order; of values that stay
 * only if `with_staying`. Returns false after convicting it. */
static bool check_pairs(struct queue *queue, bool with_staying)
{
	struct container *container = queue->container;
	const struct item *items = container->items;
	uint32_t last = CALL_NONE; /* of those before: the last to come out */
	size_t before = 0;

	for (size_t i = 0; i < container->item_count; i++) {
		uint32_t b = queue->by_start[i].number;

		while (before < container->item_count &&
		       queue->by_entry[before].key < items[b].in_invoke) {
			uint32_t a = queue->by_entry[before++].number;

			if (!with_staying && items[a].removal == CALL_NONE)
				continue;
			if (last == CALL_NONE ||
			    items[last].out_invoke < items[a].out_invoke)
				last = a;
		}
		if (last != CALL_NONE &&
		    items[b].out_return < items[last].out_invoke) {
			container_convict(container, last);
			container_convict(container, b);
			return false;
		}
	}
	return true;
}

/* Values that stay although later ones came out must have been taken by open
 * removals: each before the first such later one came out. */
static uint32_t *find_until(const struct queue *queue)
{
	const struct item *items = queue->container->items;
	size_t count = queue->container->item_count;
	uint32_t *until = heap_alloc((count + 1) * sizeof(*until));
	uint32_t earliest = NEVER; /* of those that went in later */
	size_t next = count;

	for (size_t i = count; i-- > 0;) {
		uint32_t a = queue->by_entry[i].number;

		while (next > 0 &&
		       queue->by_start[next - 1].key > items[a].in_return) {
			uint32_t b = queue->by_start[--next].number;

			if (earliest > items[b].out_return)
				earliest = items[b].out_return;
		}
		until[a] = items[a].removal == CALL_NONE ? earliest : NEVER;
	}
	return until;
}

/* The i-th of these deadlines needs i open removals invoked before it. */
static bool open_removals_suffice(struct queue *queue, const uint32_t *until)
{
	struct container *container = queue->container;
	const struct call *calls = container->calls->items;
	struct sort_item *deadlines = heap_alloc((container->item_count + 1) *
						 sizeof(*deadlines));
	size_t needed = 0;
	bool suffices = true;

	for (uint32_t i = 0; i < container->item_count; i++) {
		if (until[i] != NEVER)
			deadlines[needed++] = (struct sort_item){ until[i], i };
	}
	sort_items(deadlines, needed);
	for (size_t i = 0; i < needed && suffices; i++)
		suffices = i < container->open_removal_count &&
			   calls[container->open_removals[i]].invoke <
				   deadlines[i].key;
	for (size_t i = 0; i < container->calls->count && !suffices; i++)
		monitor_convict(container->result, &calls[i]);
	free(deadlines);
	return suffices;
}

static uint32_t front_invoke(const struct item *item)
{
	return item->out_invoke > item->peek_invoke ? item->out_invoke :
						      item->peek_invoke;
}

static uint32_t front_return(const struct item *item)
{
	return item->out_return < item->peek_return ? item->out_return :
						      item->peek_return;
}

/* Items in order of what is next, skipping those that are gone. */
struct lane {
	struct sort_item *order;
	size_t at;
};

static size_t skip_gone(const struct lane *lane, const uint8_t *gone,
			size_t at, size_t count)
{
	while (at < count && gone[lane->order[at].number])
		at++;
	return at;
}

struct peel {
	const struct container *container;
	uint8_t *gone;
	struct lane entry; /* by the end of the insertion */
	struct lane start; /* by its beginning: those not yet candidates */
	struct lane front; /* by the first return at the front */
	size_t second; /* the front lane's second that is left */
	struct waiting candidates; /* by their latest call at the front */
	uint8_t *is_candidate;
};

/* The item that can have been first of those left, or CALL_NONE. */
static uint32_t find_first(struct peel *peel)
{
	const struct item *items = peel->container->items;
	size_t count = peel->container->item_count;
	uint32_t first;
	uint32_t bound;

	peel->entry.at = skip_gone(&peel->entry, peel->gone, peel->entry.at,
				   count);
	bound = peel->entry.order[peel->entry.at].key;
	while (peel->start.at < count &&
	       peel->start.order[peel->start.at].key <= bound) {
		uint32_t item = peel->start.order[peel->start.at++].number;

		peel->is_candidate[item] = 1;
		waiting_push(&peel->candidates, front_invoke(&items[item]),
			     item);
	}
	while (peel->candidates.count &&
	       peel->gone[peel->candidates.items[0].number])
		waiting_pop(&peel->candidates);
	peel->front.at = skip_gone(&peel->front, peel->gone, peel->front.at,
				   count);
	if (peel->second <= peel->front.at)
		peel->second = peel->front.at + 1;
	peel->second = skip_gone(&peel->front, peel->gone, peel->second,
				 count);
	first = peel->front.order[peel->front.at].number;
	bound = peel->second < count ? peel->front.order[peel->second].key :
				       NEVER;
	if (peel->is_candidate[first] && front_invoke(&items[first]) <= bound)
		return first;
	if (peel->candidates.count &&
	    peel->candidates.items[0].key <=
		    peel->front.order[peel->front.at].key)
		return peel->candidates.items[0].number;
	return CALL_NONE;
}

static bool check_peeling(struct queue *queue)
{
	struct container *container = queue->container;
	size_t count = container->item_count;
	struct sort_item *front = heap_alloc((count + 1) * sizeof(*front));
	struct peel peel = {
		.container = container,
		.gone = heap_zeroed(count + 1, 1),
		.is_candidate = heap_zeroed(count + 1, 1),
		.entry = { queue->by_entry, 0 },
		.start = { queue->by_start, 0 },
		.front = { front, 0 },
		.candidates = { heap_alloc((count + 1) * sizeof(*front)), 0 },
	};
	size_t left = count;

	for (uint32_t i = 0; i < count; i++)
		front[i] = (struct sort_item){
			front_return(&container->items[i]), i
		};
	sort_items(front, count);
	while (left) {
		uint32_t first = find_first(&peel);

		if (first == CALL_NONE ||
		    monitor_is_late_at(container->result, left))
			break;
		peel.gone[first] = 1;
		left--;
	}
	for (uint32_t i = 0; left && i < count; i++)
		peel.gone[i] = !peel.gone[i];
	if (left && !container->result->is_late)
		container_convict_all(container, peel.gone);
	free(peel.gone);
	free(peel.is_candidate);
	free(peel.candidates.items);
	free(front);
	return !left;
}

static bool check_order(struct container *container, const struct judge *judge)
{
	struct queue queue = { .container = container };
	bool is_sound;

	(void)judge;
	sort_queue(&queue);
	is_sound = !monitor_is_late(container->result) &&
		   (container->peek_count ? check_peeling(&queue) :
					    check_pairs(&queue, true));
	release_queue(&queue);
	return is_sound;
}

/* The first of what was in front shows that what went in before is gone. */
static void demand_order(struct removals *removals)
{
	const struct container *container = removals->container;

	for (size_t i = 0; i < container->item_count; i++) {
		const struct item *item = &container->items[i];

		if (front_return(item) != NEVER)
			removals_demand(removals, 0, item->in_invoke,
					front_return(item));
	}
}

static const struct removal_rule queue_rule = {
	.check = check_order,
	.demand = demand_order,
};

/* Open removals and no peeks: exact. */
static bool check_removals(struct container *container)
{
	struct queue queue = { .container = container };
	uint32_t *until;
	bool is_sound;

	sort_queue(&queue);
	until = find_until(&queue);
	is_sound = !monitor_is_late(container->result) &&
		   check_pairs(&queue, false) &&
		   !monitor_is_late(container->result) &&
		   open_removals_suffice(&queue, until) &&
		   removals_check_empties(container);
	free(until);
	release_queue(&queue);
	return is_sound;
}

static void decide_queue(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	struct container container;

	if (container_init(&container, calls, result)) {
		if (container.peek_count || !container.open_removal_count)
			removals_decide(&container, judge, &queue_rule);
		else if (check_removals(&container))
			result->kind = VERDICT_VALID;
	}
	container_release(&container);
}

const struct monitor monitor_fifo_queue = {
	.name = "queue-order",
	.why = "each value is put in once",
	.models = { "fifo-queue" },
	.decide = decide_queue,
};
