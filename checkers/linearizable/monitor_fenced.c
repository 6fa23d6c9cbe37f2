/* SPDX-License-Identifier: MIT */
/*
 * A lock with fencing tokens: tokens grow, so they tell the order of the
 * acquires; and where each release names its token it belongs to
 * one of them. That is a total order; it fits iff no call returned before an
 * earlier one in it was invoked.
 */
#include <stdlib.h>

#include "checkers/linearizable/levels.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

struct hold {
	int64_t token;
	uint32_t acquire;
	uint32_t release; /* call, or NONE */
};

struct holds {
	const struct judge *judge;
	const struct calls *calls;
	struct hold *items;
	size_t count;
	struct value_map by_token; /* hold + 1 */
};

static int by_token(const void *a, const void *b)
{
	const struct hold *x = a;
	const struct hold *y = b;

	return (x->token > y->token) - (x->token < y->token);
}

/* All acquires, by token. False unless each is known and given once. */
static bool collect_acquires(struct holds *holds)
{
	const struct values *values = holds->judge->history->values;

	for (uint32_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];
		struct hold *hold = &holds->items[holds->count];

		if (call->verb != VERB_ACQUIRE)
			continue;
		if (call_is_open(call) ||
		    !value_get_int(values, call->result, &hold->token))
			return false;
		hold->acquire = i;
		hold->release = NONE;
		holds->count++;
		if (*value_map_put(&holds->by_token, call->result, i) != i)
			return false;
	}
	qsort(holds->items, holds->count, sizeof(*holds->items), by_token);
	for (uint32_t i = 0; i < holds->count; i++) {
		const struct call *call =
			&holds->calls->items[holds->items[i].acquire];

		*value_map_put(&holds->by_token, call->result, 0) = i;
	}
	return true;
}

/* Gives each release, which must name its token, to its hold; open ones
 * count, for the next hold needs them, unless theirs is the last. */
static bool collect_releases(struct holds *holds)
{
	for (uint32_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];
		uint32_t number;

		if (call->verb != VERB_RELEASE)
			continue;
		number = value_map_at(&holds->by_token, call->arg, NONE);
		if (number == NONE || holds->items[number].release != NONE)
			return false;
		holds->items[number].release = i;
	}
	for (size_t i = 0; i + 1 < holds->count; i++) {
		if (holds->items[i].release == NONE)
			return false;
	}
	return true;
}

static void decide_holds(struct holds *holds, struct monitor_result *result)
{
	struct sort_item *order = heap_alloc((holds->count * 2 + 1) *
					     sizeof(*order));
	size_t count = 0;

	for (uint32_t i = 0; i < holds->count; i++) {
		uint32_t release = holds->items[i].release;

		order[count++] = (struct sort_item){
			2 * i, holds->items[i].acquire
		};
		if (release != NONE &&
		    !(i + 1 == holds->count &&
		      call_is_open(&holds->calls->items[release])))
			order[count++] =
				(struct sort_item){ 2 * i + 1, release };
	}
	levels_decide(holds->calls, order, count, result);
	free(order);
}

static void decide_fenced(const struct judge *judge, const struct calls *calls,
			  struct monitor_result *result)
{
	struct holds holds = { .judge = judge, .calls = calls };

	holds.items = heap_alloc((calls->count + 1) * sizeof(*holds.items));
	if (collect_acquires(&holds) && collect_releases(&holds))
		decide_holds(&holds, result);
	else
		result->why = "not every acquire and release tells a token "
			      "of its own, or a release is missing";
	value_map_release(&holds.by_token);
	free(holds.items);
}

const struct monitor monitor_fenced_lock = {
	.name = "token-order",
	.why = "tokens tell the order of holds",
	.models = { "fenced-lock" },
	.decide = decide_fenced,
};
