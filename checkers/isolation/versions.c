/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/versions.h"

#include <stdlib.h>

#include "checkers/isolation/digraph.h"
#include "checkers/isolation/order.h"
#include "harness/core/arena.h"

/* Arrays of working memory: by process, two by touch, by action. */
#define SCRATCH 4

/* What a transaction saw of a key from outside, and what it left there. */
struct touch {
	uint32_t key;
	uint32_t op;
	uint32_t read; /* a version, or SOURCE_UNKNOWN */
	uint32_t write;
};

struct touches {
	struct touch *items; /* by key, then by operation */
	size_t count;
	size_t capacity;
};

static int compare_touches(const void *one, const void *two)
{
	const struct touch *a = one, *b = two;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->op > b->op) - (a->op < b->op);
}

static void touch(struct touches *touches, const struct touch *item)
{
	touches->items = array_reserve(touches->items, &touches->capacity,
				       touches->count + 1,
				       sizeof(*touches->items));
	touches->items[touches->count++] = *item;
}

static void gather(struct touches *touches, const struct view *view,
		   const struct registers *registers)
{
	size_t kept = 0;

	for (uint32_t a = 0; a < view->action_count; a++) {
		struct touch item = { view->key_of[a], view->owner[a],
				      SOURCE_UNKNOWN, SOURCE_UNKNOWN };

		if (!registers_concern(view, a))
			continue;
		if (registers_external(view, registers, a))
			item.read = registers->source[a];
		else if (registers_final(view, a) &&
			 !(view->flags[a] & ACTION_AMBIGUOUS))
			item.write = a;
		else
			continue;
		touch(touches, &item);
	}
	if (touches->count > 0)
		qsort(touches->items, touches->count, sizeof(*touches->items),
		      compare_touches);
	for (size_t i = 0; i < touches->count; i++) {
		struct touch *item = &touches->items[i], *before;

		before = kept > 0 ? &touches->items[kept - 1] : NULL;
		if (before && before->key == item->key &&
		    before->op == item->op) {
			if (item->read != SOURCE_UNKNOWN)
				before->read = item->read;
			if (item->write != SOURCE_UNKNOWN)
				before->write = item->write;
		} else {
			touches->items[kept++] = *item;
		}
	}
	touches->count = kept;
}

static void add(struct versions *versions, uint32_t key, uint32_t from,
		uint32_t to)
{
	if (from == to || from == SOURCE_UNKNOWN || to == SOURCE_UNKNOWN)
		return;
	versions->edges = array_reserve(versions->edges, &versions->capacity,
					versions->count + 1,
					sizeof(*versions->edges));
	versions->edges[versions->count++] =
		(struct version_edge){ key, from, to };
}

/* All that the one touched comes before what the other did. */
static void add_all(struct versions *versions, const struct touch *one,
		    const struct touch *two)
{
	add(versions, one->key, one->read, two->read);
	add(versions, one->key, one->read, two->write);
	add(versions, one->key, one->write, two->read);
	add(versions, one->key, one->write, two->write);
}

static void follow_processes(struct versions *versions,
			     const struct touch *items, size_t count,
			     const uint32_t *process_of, uint32_t *last)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t process = process_of[items[i].op];

		if (last[process])
			add_all(versions, &items[last[process] - 1],
				&items[i]);
		last[process] = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < count; i++)
		last[process_of[items[i].op]] = 0;
}

/*
 * Real time for one key: a frontier of those that have completed and that
 * none completed has followed yet precedes who is invoked. Items are in order
 * of invocation; `open` holds those that run.
 */
static void follow_time(struct versions *versions, const struct view *view,
			const struct touch *items, size_t count,
			uint32_t *open, uint32_t *frontier)
{
	const struct op *ops = view->history->ops;
	size_t open_count = 0, frontier_count = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t invoke = ops[items[i].op].invoke;

		/* Completed by now: each drops those it followed. */
		for (size_t j = 0; j < open_count; j++) {
			const struct op *done = &ops[items[open[j]].op];
			size_t kept = 0;

			if (view->status[items[open[j]].op] != TXN_OK ||
			    done->complete > invoke)
				continue;
			for (size_t k = 0; k < frontier_count; k++) {
				if (ops[items[frontier[k]].op].complete >
				    done->invoke)
					frontier[kept++] = frontier[k];
			}
			frontier[kept++] = open[j];
			frontier_count = kept;
			open[j--] = open[--open_count];
		}
		for (size_t k = 0; k < frontier_count; k++)
			add_all(versions, &items[frontier[k]], &items[i]);
		open[open_count++] = (uint32_t)i;
	}
}

/* Is what was collected for a key, from edge `first` on, cyclic? `number` is
 * working memory by action. */
static bool is_cyclic(const struct versions *versions, size_t first,
		      uint32_t *number)
{
	struct digraph graph;
	uint32_t count = 1;
	bool result;

	for (size_t i = first; i < versions->count; i++) {
		const struct version_edge *edge = &versions->edges[i];

		if (edge->from != SOURCE_INITIAL && !number[edge->from])
			number[edge->from] = count++;
		if (edge->to != SOURCE_INITIAL && !number[edge->to])
			number[edge->to] = count++;
	}
	digraph_init(&graph, count);
	for (size_t i = first; i < versions->count; i++) {
		const struct version_edge *edge = &versions->edges[i];

		/* Nothing comes before the initial version, node 0. */
		if (edge->from == SOURCE_INITIAL)
			continue;
		if (edge->to == SOURCE_INITIAL) {
			digraph_put(&graph, number[edge->from], 0, 0, 0);
			digraph_put(&graph, 0, number[edge->from], 0, 0);
		} else {
			digraph_put(&graph, number[edge->from],
				    number[edge->to], 0, 0);
		}
	}
	result = !digraph_sort(&graph);
	digraph_release(&graph);
	return result;
}

static void take_key(struct versions *versions, const struct view *view,
		     const struct register_rules *rules,
		     const struct touch *items, size_t count,
		     const uint32_t *process_of, uint32_t *scratch[SCRATCH],
		     struct findings *findings)
{
	size_t first = versions->count;

	for (size_t i = 0; i < count && rules->wfr; i++)
		add(versions, items[i].key, items[i].read, items[i].write);
	if (rules->sequential)
		follow_processes(versions, items, count, process_of,
				 scratch[0]);
	if (rules->linearizable)
		follow_time(versions, view, items, count, scratch[1],
			    scratch[2]);
	if (versions->count > first &&
	    is_cyclic(versions, first, scratch[3])) {
		struct finding finding = { .name = A_CYCLIC_VERSIONS,
					   .key = items[0].key,
					   .shows = NONE,
					   .culprit = NONE,
					   .witness = NONE };
		const struct version_edge *last =
			&versions->edges[versions->count - 1];

		finding.shows = last->to;
		if (last->to == SOURCE_INITIAL)
			finding.shows = last->from;
		else if (last->from != SOURCE_INITIAL)
			finding.culprit = last->from;
		findings_add(findings, &finding);
		versions->count = first;
	}
}

void versions_init(struct versions *versions, const struct view *view,
		   const struct registers *registers,
		   const struct register_rules *rules,
		   struct findings *findings)
{
	struct touches touches = { 0 };
	uint32_t *process_of, *scratch[SCRATCH];
	size_t size = (size_t)view->op_count + view->action_count + 2;

	*versions = (struct versions){ 0 };
	if (!rules->wfr && !rules->sequential && !rules->linearizable)
		return;
	order_processes(view, &process_of);
	for (size_t i = 0; i < SCRATCH; i++)
		scratch[i] = heap_zeroed(size, sizeof(uint32_t));
	gather(&touches, view, registers);
	for (size_t i = 0, end; i < touches.count; i = end) {
		for (end = i; end < touches.count &&
			      touches.items[end].key == touches.items[i].key;)
			end++;
		take_key(versions, view, rules, touches.items + i, end - i,
			 process_of, scratch, findings);
	}
	for (size_t i = 0; i < SCRATCH; i++)
		free(scratch[i]);
	free(process_of);
	free(touches.items);
}

void versions_release(struct versions *versions)
{
	free(versions->edges);
	*versions = (struct versions){ 0 };
}
