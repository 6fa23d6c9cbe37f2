/* SPDX-License-Identifier: MIT */
/*
 * Is a stale answer one of a register that split? Around it lies a stretch of
 * the time line within which no call of one group of nodes found a value put
 * there through the other group, neither way, although updates through each of
 * them were acknowledged and each of them answered at least twice with what an
 * acknowledged update through the other had replaced before. One node that
 * lags or forgets shows that in one direction only, and now and then finds
 * what is there. Values written twice tell nothing.
 */
#include <stdlib.h>

#include "checkers/linearizable/explain.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

/* So many calls, at most, before and after the stale one. */
#define REACH 512
#define STALE_MIN 2

#define NONE UINT32_MAX

struct split {
	const struct history *history;
	const struct calls *calls;
	struct value_map writers; /* of each value: the call, or NONE */
	struct value_map node_numbers;
	uint32_t *nodes; /* of each call */
	uint32_t *groups; /* of each node; a forest */
	uint32_t first; /* calls of the stretch */
	uint32_t last;
};

static bool is_update(const struct call *call)
{
	return call->verb == VERB_WRITE ||
	       (call->verb == VERB_CAS && !call->is_refused);
}

/* The value that the call found. */
static bool found(const struct call *call, struct value *value)
{
	*value = call->verb == VERB_READ ? call->result : call->expected;
	return !call_is_open(call) && !call->is_refused &&
	       (call->verb == VERB_READ || call->verb == VERB_CAS);
}

/* The call that wrote what this one found; NONE if there is none. */
static uint32_t writer_of(const struct split *split, uint32_t number)
{
	struct value value;

	if (!found(&split->calls->items[number], &value))
		return NONE;
	return value_map_at(&split->writers, value, NONE);
}

static uint32_t group_of(const struct split *split, uint32_t call)
{
	uint32_t *groups = split->groups;
	uint32_t node = split->nodes[call];

	while (groups[node] != node) {
		groups[node] = groups[groups[node]];
		node = groups[node];
	}
	return node;
}

/* False if a value is written twice, or a node is not known. */
static bool prepare(struct split *split)
{
	const struct calls *calls = split->calls;

	split->nodes = heap_alloc((calls->count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < calls->count; i++) {
		const struct call *call = &calls->items[i];
		struct value node = split->history->ops[call->op].node;

		if (value_is_nil(node))
			return false;
		split->nodes[i] =
			*value_map_put(&split->node_numbers, node,
				       (uint32_t)split->node_numbers.count);
		if (is_update(call) &&
		    *value_map_put(&split->writers, call->arg, i) != i)
			return false;
	}
	split->groups = heap_alloc((split->node_numbers.count + 1) *
				   sizeof(uint32_t));
	for (uint32_t i = 0; i < split->node_numbers.count; i++)
		split->groups[i] = i;
	return true;
}

/* Those two calls are of one group, unless that makes `a` and `b` so, too. */
static bool join(struct split *split, uint32_t one, uint32_t other, uint32_t a,
		 uint32_t b)
{
	uint32_t from = group_of(split, one);
	uint32_t to = group_of(split, other);

	if ((from == group_of(split, a) && to == group_of(split, b)) ||
	    (from == group_of(split, b) && to == group_of(split, a)))
		return false;
	split->groups[from] = to;
	return true;
}

/* Joins the call with those of the stretch, from `first` to `last`, that it
 * found the value of, or that found its value. */
static bool join_call(struct split *split, uint32_t number, uint32_t first,
		      uint32_t last, uint32_t a, uint32_t b)
{
	uint32_t writer = writer_of(split, number);

	if (writer != NONE && writer >= first && writer <= last &&
	    !join(split, number, writer, a, b))
		return false;
	for (uint32_t i = first; i <= last; i++) {
		if (writer_of(split, i) == number &&
		    !join(split, number, i, a, b))
			return false;
	}
	return true;
}

/* Stretches as far as the groups of both calls stay apart. */
static void stretch(struct split *split, uint32_t stale, uint32_t missed)
{
	uint32_t first = stale;
	uint32_t last = stale;

	while (first > 0 && stale - first < REACH &&
	       join_call(split, first - 1, first, last, stale, missed))
		first--;
	while (last + 1 < split->calls->count && last - stale < REACH &&
	       join_call(split, last + 1, first, last, stale, missed))
		last++;
	split->first = first;
	split->last = last;
}

/* Did the call find what an update through the other group, acknowledged
 * before it began, had replaced? */
static bool misses(const struct split *split, uint32_t number, uint32_t other)
{
	const struct call *items = split->calls->items;
	uint32_t writer = writer_of(split, number);
	uint32_t written = writer == NONE ? 0 : items[writer].complete;
	struct value ignored;

	if (!found(&items[number], &ignored))
		return false;
	for (uint32_t i = split->first; i <= split->last; i++) {
		if (is_update(&items[i]) && group_of(split, i) == other &&
		    items[i].invoke > written &&
		    items[i].complete < items[number].invoke)
			return true;
	}
	return false;
}

static size_t count_stale(const struct split *split, uint32_t group,
			  uint32_t other)
{
	size_t count = 0;

	for (uint32_t i = split->first; i <= split->last; i++)
		count += group_of(split, i) == group &&
			 misses(split, i, other);
	return count;
}

static uint32_t find(const struct calls *calls, const struct call *wanted)
{
	for (uint32_t i = 0; i < calls->count; i++) {
		if (calls->items[i].op == wanted->op)
			return i;
	}
	return NONE;
}

bool is_split_brain(const struct history *history, const struct calls *calls,
		    const struct call *stale, const struct call *missed)
{
	struct split split = { .history = history, .calls = calls };
	uint32_t a = find(calls, stale);
	uint32_t b = find(calls, missed);
	bool is_split = false;

	if (a != NONE && b != NONE && prepare(&split) &&
	    split.nodes[a] != split.nodes[b]) {
		stretch(&split, a, b);
		a = group_of(&split, a);
		b = group_of(&split, b);
		is_split = count_stale(&split, a, b) >= STALE_MIN &&
			   count_stale(&split, b, a) >= STALE_MIN;
	}
	value_map_release(&split.writers);
	value_map_release(&split.node_numbers);
	free(split.nodes);
	free(split.groups);
	return is_split;
}
