/* SPDX-License-Identifier: MIT */
/*
 * A lock with fencing tokens: tokens grow, so they tell the order of the
 * acquires; and where each release names its token it belongs to one of them.
 * That is a total order; it fits iff no call returned before an earlier one in
 * it was invoked. An indeterminate acquire got a token that nobody knows: no
 * release names it, so nothing could follow, and it might as well not have
 * been.
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
	struct monitor_result *result;
	struct value_map by_token; /* calls, then holds */
};

static int by_token(const void *a, const void *b)
{
	const struct hold *x = a;
	const struct hold *y = b;

	return (x->token > y->token) - (x->token < y->token);
}

/* Is there nothing that tokens do not tell: an acquire that succeeded without
 * one, or a release that names none? */
static bool is_told(const struct holds *holds)
{
	const struct values *values = holds->judge->history->values;

	for (size_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];
		int64_t token;

		if (call->verb == VERB_ACQUIRE && call_is_open(call))
			continue;
		if (!value_get_int(values, call->verb == VERB_ACQUIRE ?
						   call->result : call->arg,
				   &token))
			return false;
	}
	return true;
}

static void convict(const struct holds *holds, uint32_t call)
{
	if (call != NONE)
		monitor_convict(holds->result, &holds->calls->items[call]);
}

/* All acquires that succeeded, by token. False if two got the same. */
static bool collect_acquires(struct holds *holds)
{
	const struct values *values = holds->judge->history->values;

	for (uint32_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];
		struct hold *hold = &holds->items[holds->count];
		uint32_t first;

		if (call->verb != VERB_ACQUIRE || call_is_open(call))
			continue;
		value_get_int(values, call->result, &hold->token);
		hold->acquire = i;
		hold->release = NONE;
		holds->count++;
		first = *value_map_put(&holds->by_token, call->result, i);
		if (first != i) {
			convict(holds, first);
			convict(holds, i);
			return false;
		}
	}
	qsort(holds->items, holds->count, sizeof(*holds->items), by_token);
	for (uint32_t i = 0; i < holds->count; i++) {
		const struct call *call =
			&holds->calls->items[holds->items[i].acquire];

		*value_map_put(&holds->by_token, call->result, 0) = i;
	}
	return true;
}

/* A token that nobody is known to have got. An indeterminate acquire may have,
 * but then it matters only if the release happened. */
static bool add_foreign(struct holds *holds, uint32_t number)
{
	if (call_is_open(&holds->calls->items[number]))
		return true;
	for (size_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];

		if (call->verb == VERB_ACQUIRE && call_is_open(call)) {
			holds->result->why = "a release names the token of an "
					     "indeterminate acquire";
			return false;
		}
	}
	convict(holds, number);
	return false;
}

/* Of several releases of a hold the one that returned counts, or else the
 * first; two that returned are one too many. */
static bool add_release(struct holds *holds, struct hold *hold,
			uint32_t number)
{
	const struct call *calls = holds->calls->items;

	if (hold->release == NONE || call_is_open(&calls[hold->release])) {
		if (hold->release == NONE || !call_is_open(&calls[number]))
			hold->release = number;
		return true;
	}
	if (call_is_open(&calls[number]))
		return true;
	convict(holds, hold->acquire);
	convict(holds, hold->release);
	convict(holds, number);
	return false;
}

/* Gives each release to its hold. Open ones count, for the next hold needs
 * them. */
static bool collect_releases(struct holds *holds)
{
	for (uint32_t i = 0; i < holds->calls->count; i++) {
		const struct call *call = &holds->calls->items[i];
		uint32_t number;

		if (call->verb != VERB_RELEASE)
			continue;
		number = value_map_at(&holds->by_token, call->arg, NONE);
		if (number == NONE ? !add_foreign(holds, i) :
				     !add_release(holds, &holds->items[number],
						  i))
			return false;
	}
	for (size_t i = 0; i + 1 < holds->count; i++) {
		if (holds->items[i].release == NONE) {
			convict(holds, holds->items[i].acquire);
			convict(holds, holds->items[i + 1].acquire);
			return false;
		}
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
	struct holds holds = { .judge = judge, .calls = calls,
			       .result = result };

	holds.items = heap_alloc((calls->count + 1) * sizeof(*holds.items));
	if (!is_told(&holds))
		result->why = "not every acquire and release tells its token";
	else if (!monitor_is_late(result) && collect_acquires(&holds) &&
		 !monitor_is_late(result) && collect_releases(&holds) &&
		 !monitor_is_late(result))
		decide_holds(&holds, result);
	value_map_release(&holds.by_token);
	free(holds.items);
}

const struct monitor monitor_fenced_lock = {
	.name = "token-order",
	.why = "tokens tell the order of holds",
	.models = { "fenced-lock" },
	.decide = decide_fenced,
};
