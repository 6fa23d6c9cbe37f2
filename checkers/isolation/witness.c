/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/witness.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A search by breadth with two ways to queue: nodes that are no transactions
 * cost nothing to leave, so they go to the front. */
struct search {
	const struct graph *graph;
	const uint8_t *is_real;
	unsigned kinds;
	unsigned shift; /* 1 where the graph has layers */
	uint32_t *parent; /* the edge's origin, + 1 */
	uint8_t *kind; /* of the edge from the parent */
	uint32_t *cost;
	uint32_t *queue;
	uint32_t *touched;
	uint32_t touched_count;
	uint64_t followed;
};

static void touch(struct search *search, uint32_t v, uint32_t parent,
		  enum edge_kind kind, uint32_t cost)
{
	if (search->cost[v] == UINT32_MAX)
		search->touched[search->touched_count++] = v;
	search->cost[v] = cost;
	search->parent[v] = parent;
	search->kind[v] = (uint8_t)kind;
}

static void forget(struct search *search)
{
	for (uint32_t i = 0; i < search->touched_count; i++)
		search->cost[search->touched[i]] = UINT32_MAX;
	search->touched_count = 0;
}

/*
 * The cost of the cheapest way from `from` to `to` below `bound`, or
 * UINT32_MAX. A node that is not a transaction is expanded at once, on a
 * stack that shares the queue's other end, so the queue stays in order.
 */
static uint32_t search_run(struct search *search, uint32_t from, uint32_t to,
			   uint32_t bound)
{
	uint32_t size = search->graph->node_count;
	uint32_t head = 0, tail = 0, top = size;

	touch(search, from, 0, EDGE_SAME, 0);
	search->queue[--top] = from;
	while (top < size || head < tail) {
		uint32_t v = top < size ? search->queue[top++] :
					  search->queue[head++];
		uint32_t cost = search->cost[v];

		if (v == to)
			return cost;
		cost += search->is_real[v >> search->shift];
		if (cost >= bound)
			continue;
		for (uint32_t e = search->graph->starts[v];
		     e < search->graph->starts[v + 1]; e++) {
			uint32_t target = search->graph->targets[e];
			uint32_t w = edge_node(target);

			search->followed++;
			if (!(search->kinds & EDGE_BIT(edge_kind(target))) ||
			    search->cost[w] != UINT32_MAX)
				continue;
			touch(search, w, v + 1, edge_kind(target), cost);
			if (search->is_real[w >> search->shift])
				search->queue[tail++] = w;
			else
				search->queue[--top] = w;
		}
	}
	return UINT32_MAX;
}

/* Writes the cycle: the edge from -> to, and the way back that was found. */
static void take(struct witness *witness, const struct search *search,
		 uint32_t from, enum edge_kind kind, uint32_t cost,
		 struct arena *arena)
{
	uint32_t v = from, count = 0;
	uint32_t at = (from >> search->shift), next = at;

	/* Backwards from the end of the way, which is the cycle's start. */
	witness->steps = arena_array(arena, (size_t)cost + 2,
				     sizeof(*witness->steps));
	while (search->parent[v]) {
		uint32_t parent = search->parent[v] - 1;

		if (search->is_real[parent >> search->shift]) {
			at = parent >> search->shift;
			witness->steps[count++] =
				(struct step){ at, next, search->kind[v], 0 };
			next = at;
		}
		v = parent;
	}
	at = from >> search->shift;
	if (at != next)
		witness->steps[count++] =
			(struct step){ at, next, (uint8_t)kind, 0 };
	witness->count = count;
	for (uint32_t i = 0; i < count / 2; i++) {
		struct step swap = witness->steps[i];

		witness->steps[i] = witness->steps[count - 1 - i];
		witness->steps[count - 1 - i] = swap;
	}
}

static void check_simple(struct witness *witness, uint8_t *seen)
{
	witness->is_simple = true;
	for (size_t i = 0; i < witness->count; i++) {
		if (seen[witness->steps[i].from])
			witness->is_simple = false;
		seen[witness->steps[i].from] = 1;
	}
}

static void search_release(struct search *search)
{
	free(search->parent);
	free(search->kind);
	free(search->cost);
	free(search->queue);
	free(search->touched);
}

void witness_find(struct witness *witness, const struct graph *graph,
		  unsigned kinds, bool in_layers,
		  const struct edge *candidates, uint32_t count,
		  const uint8_t *is_real, struct arena *arena)
{
	size_t n = (size_t)graph->node_count + 2;
	struct search search = {
		.graph = graph,
		.is_real = is_real,
		.kinds = kinds | EDGE_BIT(EDGE_SAME),
		.shift = in_layers,
		.parent = heap_alloc(n * sizeof(uint32_t)),
		.kind = heap_alloc(n),
		.cost = heap_alloc(n * sizeof(uint32_t)),
		.queue = heap_alloc(n * sizeof(uint32_t)),
		.touched = heap_alloc(n * sizeof(uint32_t)),
	};
	uint32_t best = UINT32_MAX - 1;
	uint8_t *seen = heap_zeroed(n, 1);

	*witness = (struct witness){ 0 };
	memset(search.cost, 0xff, n * sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t from = candidates[i].from << search.shift;
		uint32_t to = edge_node(candidates[i].target)
			      << search.shift;
		uint32_t cost;

		if (witness->count && search.followed > WITNESS_STEPS_MAX)
			break;
		cost = search_run(&search, to + search.shift, from, best);
		if (cost < best) {
			best = cost;
			take(witness, &search, from,
			     edge_kind(candidates[i].target), cost, arena);
		}
		forget(&search);
	}
	check_simple(witness, seen);
	free(seen);
	search_release(&search);
}
