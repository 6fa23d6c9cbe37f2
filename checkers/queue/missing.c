/* SPDX-License-Identifier: MIT */
#include "checkers/queue/missing.h"

#include <stdlib.h>

/* At most so many elements are shown in one story. */
#define SHOWN_MAX 6

static int compare_ends(const void *a, const void *b)
{
	const struct span *x = a;
	const struct span *y = b;

	return (x->end > y->end) - (x->end < y->end);
}

/* How many of the spans, sorted by their ends, end before `position`. */
static size_t ended_before(const struct spans *spans, uint32_t position)
{
	size_t low = 0;
	size_t high = spans->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (spans->items[middle].end < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many dequeues in doubt began before `position`. */
static size_t takers_before(const struct flow *flow, uint32_t position)
{
	size_t low = 0;
	size_t high = flow->open_takes.count;

	if (flow->open_drain < position)
		return SIZE_MAX;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (flow->open_takes.items[middle].begin < position)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct value element_of(const struct flow *flow, uint32_t op)
{
	return op_actions(flow->history, &flow->history->ops[op])->arg;
}

static void show_empty(const struct account *account, struct anomaly *anomaly,
		       const struct flow *flow, uint32_t op)
{
	bool is_drain =
		op_actions(flow->history, &flow->history->ops[op])->verb ==
		VERB_DRAIN;

	account_show(account, anomaly, op, "%s",
		     is_drain ? "emptied the queue and did not find it"
			      : "found the queue empty");
}

static void charge_one(struct account *account, const struct flow *flow,
		       const struct span *put, const struct span *empty)
{
	const char *element = account_value(account, element_of(flow, put->op));
	struct anomaly *anomaly;

	anomaly = account_charge(account, "lost-element",
				 "%s was acknowledged (%s) and never came out, "
				 "although the queue was emptied later (%s)",
				 element, account_place(account, put->op),
				 account_place(account, empty->op));
	account_show(account, anomaly, put->op, "put %s in", element);
	show_empty(account, anomaly, flow, empty->op);
	account_tell(account, anomaly,
		     arena_printf(account->check->arena,
				  "No dequeue brought %s, and none is in doubt "
				  "that could have:",
				  element));
}

static void charge_many(struct account *account, const struct flow *flow,
			const struct spans *missing, size_t count,
			size_t takers, const struct span *empty)
{
	struct anomaly *anomaly = account_charge(
		account, "lost-element",
		"%zu elements were acknowledged and never came out, although "
		"the queue was emptied later (%s), and only %zu dequeues are "
		"in doubt that could have taken one each",
		count, account_place(account, empty->op), takers);

	for (size_t i = 0; i < count && i < SHOWN_MAX; i++)
		account_show(
			account, anomaly, missing->items[i].op,
			"put %s in, which never came out",
			account_value(account,
				      element_of(flow, missing->items[i].op)));
	for (size_t i = 0; i < takers && i < SHOWN_MAX; i++)
		account_show(account, anomaly, flow->open_takes.items[i].op,
			     "may have taken one of them");
	show_empty(account, anomaly, flow, empty->op);
	account_tell(account, anomaly,
		     arena_printf(account->check->arena,
				  "At least %zu of these %zu are lost:",
				  count - takers, count));
}

static const struct span *worst_empty(const struct flow *flow,
				      const struct spans *missing,
				      size_t *count, size_t *takers)
{
	const struct span *worst = NULL;

	for (size_t i = 0; i < flow->empties.count; i++) {
		const struct span *empty = &flow->empties.items[i];
		size_t before = ended_before(missing, empty->begin);
		size_t able = takers_before(flow, empty->end);

		if (before <= able ||
		    (worst && before - able <= *count - *takers))
			continue;
		worst = empty;
		*count = before;
		*takers = able;
	}
	return worst;
}

void missing_judge(struct account *account, const struct flow *flow,
		   struct spans *missing, struct figure *listed,
		   struct missing_counts *counts)
{
	uint32_t last_empty = 0; /* where the last sight of it began */
	const struct span *worst;
	size_t count = 0;
	size_t takers = 0;
	size_t seen;

	if (missing->count == 0)
		return;
	qsort(missing->items, missing->count, sizeof(*missing->items),
	      compare_ends);
	for (size_t i = 0; i < flow->empties.count; i++) {
		if (flow->empties.items[i].begin > last_empty)
			last_empty = flow->empties.items[i].begin;
	}
	seen = ended_before(missing, last_empty);
	counts->unproven += missing->count - seen;
	worst = worst_empty(flow, missing, &count, &takers);
	counts->lost += count - takers;
	counts->taken += seen - (count - takers);
	if (!worst)
		return;
	for (size_t i = 0; i < count; i++)
		account_list(account, listed,
			     element_of(flow, missing->items[i].op));
	if (takers > 0) {
		charge_many(account, flow, missing, count, takers, worst);
		return;
	}
	for (size_t i = 0; i < count; i++)
		charge_one(account, flow, &missing->items[i], worst);
}
