/* SPDX-License-Identifier: MIT */
/*
 * Locks that only their holder releases. A process does one thing at a time,
 * so its own calls tell its holds: from an acquire to the release that ends
 * it. The shortest hold lasts from the return of the first to the invocation
 * of the second, and all are right iff no two of those overlap. An
 * indeterminate call is the last of its process: an acquire might as well not
 * have been, and a release might as well have been at once.
 */
#include <assert.h>
#include <stdlib.h>

#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

#define NONE UINT32_MAX

/* A stay of one process; of a reentrant lock, the outermost. */
struct hold {
	uint32_t acquire; /* calls */
	uint32_t release; /* NONE: it lasts */
	uint32_t depth; /* acquires not yet released */
};

struct owners {
	const struct history *history;
	const struct calls *calls;
	struct monitor_result *result;
	bool is_reentrant;
	struct value_map current; /* of each process: its last hold, plus 1 */
	struct hold *holds; /* in order of the acquires' invocation */
	size_t count;
};

static bool add_acquire(struct owners *owners, uint32_t number,
			uint32_t *current)
{
	const struct call *calls = owners->calls->items;
	struct hold *hold = *current ? &owners->holds[*current - 1] : NULL;

	if (call_is_open(&calls[number]))
		return true;
	if (!hold || !hold->depth) {
		owners->holds[owners->count++] =
			(struct hold){ number, NONE, 1 };
		*current = (uint32_t)owners->count;
		return true;
	}
	hold->depth++;
	if (owners->is_reentrant)
		return true;
	monitor_convict(owners->result, &calls[hold->acquire]);
	monitor_convict(owners->result, &calls[number]);
	return false;
}

static bool add_release(struct owners *owners, uint32_t number,
			const uint32_t *current)
{
	const struct call *call = &owners->calls->items[number];
	struct hold *hold = *current ? &owners->holds[*current - 1] : NULL;

	if (!hold || !hold->depth) {
		if (call_is_open(call))
			return true;
		monitor_convict(owners->result, call);
		return false;
	}
	if (--hold->depth == 0)
		hold->release = number;
	return true;
}

/* The holds of all processes. False where one did what it cannot have done,
 * whatever the others did. */
static bool collect(struct owners *owners)
{
	for (uint32_t i = 0; i < owners->calls->count; i++) {
		const struct call *call = &owners->calls->items[i];
		struct value process = {
			(uint32_t)owners->history->ops[call->op].process << 1 |
			1
		};
		uint32_t *current = value_map_put(&owners->current, process, 0);

		assert(owners->holds);
		if (call->verb == VERB_ACQUIRE ?
			    !add_acquire(owners, i, current) :
			    !add_release(owners, i, current))
			return false;
	}
	return true;
}

static void convict_hold(struct owners *owners, const struct hold *hold)
{
	monitor_convict(owners->result, &owners->calls->items[hold->acquire]);
	if (hold->release != NONE)
		monitor_convict(owners->result,
				&owners->calls->items[hold->release]);
}

/* Does no hold begin for certain before another has ended for certain? */
static bool are_apart(struct owners *owners)
{
	const struct call *calls = owners->calls->items;
	struct sort_item *order =
		heap_alloc((owners->count + 1) * sizeof(*order));
	const struct hold *last = NULL;
	bool is_sound = true;

	for (uint32_t i = 0; i < owners->count; i++)
		order[i] = (struct sort_item){
			calls[owners->holds[i].acquire].complete, i
		};
	sort_items(order, owners->count);
	for (size_t i = 0; i < owners->count && is_sound; i++) {
		const struct hold *hold = &owners->holds[order[i].number];

		if (last && (last->release == NONE ||
			     calls[last->release].invoke > order[i].key)) {
			convict_hold(owners, last);
			convict_hold(owners, hold);
			is_sound = false;
		}
		last = hold;
	}
	free(order);
	return is_sound;
}

static void decide(const struct judge *judge, const struct calls *calls,
		   bool is_reentrant, struct monitor_result *result)
{
	struct owners owners = { .history = judge->history, .calls = calls,
				 .result = result,
				 .is_reentrant = is_reentrant };

	owners.holds = heap_alloc((calls->count + 1) * sizeof(*owners.holds));
	if (collect(&owners) && !monitor_is_late(result) &&
	    are_apart(&owners))
		result->kind = VERDICT_VALID;
	value_map_release(&owners.current);
	free(owners.holds);
}

static void decide_owner(const struct judge *judge, const struct calls *calls,
			 struct monitor_result *result)
{
	decide(judge, calls, false, result);
}

static void decide_reentrant(const struct judge *judge,
			     const struct calls *calls,
			     struct monitor_result *result)
{
	decide(judge, calls, true, result);
}

const struct monitor monitor_owner_mutex = {
	.name = "holds",
	.why = "each process does one thing at a time",
	.models = { "owner-mutex" },
	.decide = decide_owner,
};

const struct monitor monitor_reentrant_mutex = {
	.name = "holds",
	.why = "each process does one thing at a time",
	.models = { "reentrant-mutex" },
	.decide = decide_reentrant,
};
