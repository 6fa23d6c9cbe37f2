/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/patterns.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/order.h"
#include "harness/core/arena.h"

#define COLUMNS 64
#define CAUSAL_KINDS (EDGE_BIT(EDGE_WR) | EDGE_BIT(EDGE_PROCESS))

/* A write of a key by a process: the highest version that it and those before
 * it in its process made, and whose that is. */
struct mark {
	uint32_t key;
	uint32_t process;
	uint32_t turn; /* of its transaction in the process, from 1 */
	uint32_t version; /* NONE: unseen, after all others */
	uint32_t write;
};

struct causality {
	const struct view *view;
	const struct lists *lists;
	const struct graph *graph;
	const uint8_t *in_cycle;
	struct findings *findings;
	uint32_t *process_of; /* by transaction */
	uint32_t *turn; /* by transaction: its place in its process, from 1 */
	uint32_t *order; /* transactions in cycles, in causal order */
	uint32_t count;
	uint32_t *row; /* by transaction: its place in `order` */
	uint32_t *clocks; /* COLUMNS by row */
	struct mark *marks; /* by key, process, turn */
	uint32_t *mark_first; /* by key */
	uint32_t first_column;
};

/* Puts the transactions in cycles into causal order; false if that is
 * cyclic itself. */
static bool sort_causally(struct causality *c, uint32_t txns)
{
	size_t n = (size_t)c->graph->node_count + 1;
	uint32_t *components = heap_alloc(n * sizeof(*components));
	uint32_t *members = heap_alloc(n * sizeof(*members));
	uint32_t *by_component, member_count = 0, count;
	bool is_cyclic = false;

	for (uint32_t t = 0; t < txns; t++) {
		if (c->in_cycle[t])
			members[member_count++] = t;
	}
	count = graph_components_from(c->graph, CAUSAL_KINDS, members,
				      member_count, components);
	by_component = heap_alloc(((size_t)count + 1) * sizeof(uint32_t));
	memset(by_component, 0xff, ((size_t)count + 1) * sizeof(uint32_t));
	for (uint32_t i = 0; i < member_count; i++) {
		uint32_t *first = &by_component[components[members[i]]];

		is_cyclic |= *first != NONE;
		*first = members[i];
	}
	for (uint32_t i = count; i-- > 0 && !is_cyclic;) {
		uint32_t t = by_component[i];

		if (t == NONE)
			continue;
		c->row[t] = c->count;
		c->order[c->count++] = t;
	}
	free(components);
	free(members);
	free(by_component);
	return !is_cyclic;
}

static int compare_marks(const void *one, const void *two)
{
	const struct mark *a = one, *b = two;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return (a->turn > b->turn) - (a->turn < b->turn);
}

static bool is_write(const struct causality *c, uint32_t action)
{
	const struct view *view = c->view;
	uint32_t op = view->owner[action];

	return op != NONE && c->in_cycle[op] && view_writes(view, action) &&
	       view->key_kinds[view->key_of[action]] == KEY_LIST &&
	       !(view->flags[action] & ACTION_AMBIGUOUS);
}

static void make_marks(struct causality *c)
{
	const struct view *view = c->view;
	uint32_t count = 0;

	c->mark_first = heap_zeroed((size_t)view->key_count + 2,
				    sizeof(*c->mark_first));
	for (uint32_t a = 0; a < view->action_count; a++)
		count += is_write(c, a);
	c->marks = heap_zeroed((size_t)count + 1, sizeof(*c->marks));
	count = 0;
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t op = view->owner[a];

		if (!is_write(c, a))
			continue;
		c->mark_first[view->key_of[a] + 1]++;
		c->marks[count++] = (struct mark){
			view->key_of[a], c->process_of[op], c->turn[op],
			c->lists->place[a], a
		};
	}
	for (uint32_t k = 0; k < view->key_count; k++)
		c->mark_first[k + 1] += c->mark_first[k];
	qsort(c->marks, count, sizeof(*c->marks), compare_marks);
	for (uint32_t i = 1; i < count; i++) {
		const struct mark *before = &c->marks[i - 1];

		if (before->key == c->marks[i].key &&
		    before->process == c->marks[i].process &&
		    before->version > c->marks[i].version) {
			c->marks[i].version = before->version;
			c->marks[i].write = before->write;
		}
	}
}

/* One read: does the clock of its transaction cover a later version? */
static void check_read(struct causality *c, uint32_t read,
		       const uint32_t *clock)
{
	uint32_t key = c->view->key_of[read];
	uint32_t i = c->mark_first[key], end = c->mark_first[key + 1];

	while (i < end) {
		uint32_t process = c->marks[i].process, low = i, high = i;
		uint32_t column = process - c->first_column, known;

		while (high < end && c->marks[high].process == process)
			high++;
		i = high;
		if (column >= COLUMNS)
			continue;
		known = clock[column];
		while (low < high) {
			uint32_t middle = low + (high - low) / 2;

			if (c->marks[middle].turn <= known)
				low = middle + 1;
			else
				high = middle;
		}
		if (low == 0 || c->marks[low - 1].key != key ||
		    c->marks[low - 1].process != process ||
		    c->marks[low - 1].version < c->lists->place[read])
			continue;
		findings_note(c->findings, A_CAUSALITY, c->view, read,
			      c->marks[low - 1].write, NONE);
		return;
	}
}

static void check_reads(struct causality *c, uint32_t t, const uint32_t *clock)
{
	const struct view *view = c->view;
	const struct op *op = &view->history->ops[t];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (!view_writes(view, a) &&
		    view->key_kinds[view->key_of[a]] == KEY_LIST &&
		    lists_placed(c->lists, a))
			check_read(c, a, clock);
	}
}

/* Hands the clocks on, for the processes from first_column on. */
static void sweep(struct causality *c)
{
	const struct graph *graph = c->graph;

	memset(c->clocks, 0, (size_t)c->count * COLUMNS * sizeof(*c->clocks));
	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t t = c->order[i];
		uint32_t *clock = c->clocks + (size_t)i * COLUMNS;
		uint32_t column = c->process_of[t] - c->first_column;

		check_reads(c, t, clock);
		if (column < COLUMNS && clock[column] < c->turn[t])
			clock[column] = c->turn[t];
		for (uint32_t e = graph->starts[t]; e < graph->starts[t + 1];
		     e++) {
			uint32_t w = edge_node(graph->targets[e]);
			uint32_t *next;

			if (!(CAUSAL_KINDS &
			      EDGE_BIT(edge_kind(graph->targets[e]))) ||
			    !c->in_cycle[w])
				continue;
			next = c->clocks + (size_t)c->row[w] * COLUMNS;
			for (uint32_t k = 0; k < COLUMNS; k++)
				next[k] = clock[k] > next[k] ? clock[k] :
							       next[k];
		}
	}
}

void patterns_causality(const struct view *view, const struct lists *lists,
			const struct graph *graph, const uint8_t *in_cycle,
			struct findings *findings)
{
	size_t n = (size_t)view->op_count + 1;
	struct causality c = {
		.view = view,
		.lists = lists,
		.graph = graph,
		.in_cycle = in_cycle,
		.findings = findings,
		.turn = heap_zeroed(n, sizeof(uint32_t)),
		.order = heap_zeroed(n, sizeof(uint32_t)),
		.row = heap_zeroed(n, sizeof(uint32_t)),
	};
	uint32_t processes = order_processes(view, &c.process_of);
	uint32_t *turns = heap_zeroed((size_t)processes + 1,
				      sizeof(*turns));

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view_committed(view, t))
			c.turn[t] = ++turns[c.process_of[t]];
	}
	if (sort_causally(&c, view->op_count)) {
		make_marks(&c);
		c.clocks = heap_alloc(((size_t)c.count + 1) * COLUMNS *
				      sizeof(*c.clocks));
		for (; c.first_column < processes; c.first_column += COLUMNS)
			sweep(&c);
	}
	free(turns);
	free(c.process_of);
	free(c.turn);
	free(c.order);
	free(c.row);
	free(c.clocks);
	free(c.marks);
	free(c.mark_first);
}
