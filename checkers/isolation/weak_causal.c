/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak_rules.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

#define COLUMNS_MAX 64
#define CAUSAL_KINDS (EDGE_BIT(EDGE_WR) | EDGE_BIT(EDGE_PROCESS))

/* A transaction that writes a key, by key, process and turn. */
struct mark {
	uint32_t key;
	uint32_t process;
	uint32_t turn; /* its place in its process, from 1 */
	uint32_t txn;
};

struct clocks {
	const struct weak *weak;
	uint32_t *turn; /* by transaction */
	uint32_t *order; /* transactions in causal order */
	uint32_t *row; /* by transaction: its place there */
	uint32_t count;
	uint32_t *clocks; /* `columns` by row: what is known of a process */
	uint32_t columns;
	uint32_t first_column;
	struct mark *marks;
	uint32_t *mark_first; /* by key, and one more */
	uint32_t *segment_end; /* by mark: where its process's marks end */
};

static bool sort_causally(struct clocks *c)
{
	const struct weak *weak = c->weak;
	uint32_t nodes = weak->graph->node_count;
	uint32_t *components = heap_alloc(((size_t)nodes + 1) *
					  sizeof(*components));
	uint32_t count = graph_components(weak->graph, CAUSAL_KINDS,
					  components);
	bool result = count == nodes;

	memset(c->order, 0xff, ((size_t)nodes + 1) * sizeof(*c->order));
	for (uint32_t t = 0; t < weak->view->op_count && result; t++) {
		if (view_committed(weak->view, t))
			c->order[count - 1 - components[t]] = t;
	}
	for (uint32_t i = 0; i < count && result; i++) {
		if (c->order[i] == NONE)
			continue;
		c->row[c->order[i]] = c->count;
		c->order[c->count++] = c->order[i];
	}
	free(components);
	return result;
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

static void make_marks(struct clocks *c)
{
	const struct weak *weak = c->weak;
	uint32_t count = weak->write_first[weak->view->op_count];

	c->marks = heap_zeroed((size_t)count + 1, sizeof(*c->marks));
	c->mark_first = heap_zeroed((size_t)weak->view->key_count + 2,
				    sizeof(*c->mark_first));
	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		for (uint32_t i = weak->write_first[t];
		     i < weak->write_first[t + 1]; i++) {
			c->marks[i] = (struct mark){ weak->write_keys[i],
						     weak->process_of[t],
						     c->turn[t], t };
			c->mark_first[weak->write_keys[i] + 1]++;
		}
	}
	for (uint32_t k = 0; k < weak->view->key_count; k++)
		c->mark_first[k + 1] += c->mark_first[k];
	qsort(c->marks, count, sizeof(*c->marks), compare_marks);
	c->segment_end = heap_zeroed((size_t)count + 1,
				     sizeof(*c->segment_end));
	for (uint32_t i = count; i-- > 0;)
		c->segment_end[i] =
			i + 1 < count &&
					c->marks[i + 1].key ==
						c->marks[i].key &&
					c->marks[i + 1].process ==
						c->marks[i].process ?
				c->segment_end[i + 1] :
				i + 1;
}

/* One process's writes of the key: the last one that is known comes before
 * whom the read saw, which adds nothing if that one knew it too. */
static void check_process(const struct clocks *c, uint32_t read, uint32_t i,
			  uint32_t end, const uint32_t *clock,
			  struct inferred *inferred)
{
	uint32_t column = c->marks[i].process - c->first_column;
	uint32_t t1 = weak_writer(c->weak, read), t2, low = i;

	if (clock[column] < c->marks[i].turn)
		return;
	while (low < end) {
		uint32_t middle = low + (end - low) / 2;

		if (c->marks[middle].turn <= clock[column])
			low = middle + 1;
		else
			end = middle;
	}
	t2 = c->marks[low - 1].txn;
	if (t1 == t2 ||
	    (t1 != SOURCE_INITIAL &&
	     c->clocks[(size_t)c->row[t1] * c->columns + column] >=
		     c->turn[t2]))
		return;
	weak_infer(c->weak, inferred, read, t2);
}

static void check_read(const struct clocks *c, uint32_t read,
		       const uint32_t *clock, struct inferred *inferred)
{
	uint32_t key = c->weak->view->key_of[read];
	uint32_t i = c->mark_first[key], end = c->mark_first[key + 1];

	for (; i < end; i = c->segment_end[i]) {
		if (c->marks[i].process - c->first_column < c->columns)
			check_process(c, read, i, c->segment_end[i], clock,
				      inferred);
	}
}

static void check_txn(const struct clocks *c, uint32_t t,
		      const uint32_t *clock, struct inferred *inferred)
{
	const struct op *op = &c->weak->view->history->ops[t];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (weak_reads(c->weak, a))
			check_read(c, a, clock, inferred);
	}
}

static void sweep(struct clocks *c, struct inferred *inferred)
{
	const struct graph *graph = c->weak->graph;

	memset(c->clocks, 0,
	       (size_t)c->count * c->columns * sizeof(*c->clocks));
	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t t = c->order[i];
		uint32_t *clock = c->clocks + (size_t)i * c->columns;
		uint32_t column = c->weak->process_of[t] - c->first_column;

		check_txn(c, t, clock, inferred);
		/* From here on the clock includes its own transaction. */
		if (column < c->columns && clock[column] < c->turn[t])
			clock[column] = c->turn[t];
		for (uint32_t e = graph->starts[t]; e < graph->starts[t + 1];
		     e++) {
			uint32_t target = graph->targets[e];
			uint32_t *next;

			if (!(CAUSAL_KINDS & EDGE_BIT(edge_kind(target))))
				continue;
			next = c->clocks + (size_t)c->row[edge_node(target)] *
						   c->columns;
			for (uint32_t k = 0; k < c->columns; k++)
				next[k] = clock[k] > next[k] ? clock[k] :
							       next[k];
		}
	}
}

bool weak_causal(const struct weak *weak, struct inferred *inferred)
{
	size_t n = (size_t)weak->graph->node_count + 1;
	struct clocks c = {
		.weak = weak,
		.turn = heap_zeroed(n, sizeof(uint32_t)),
		.order = heap_zeroed(n, sizeof(uint32_t)),
		.row = heap_zeroed(n, sizeof(uint32_t)),
		.columns = weak->process_count < COLUMNS_MAX ?
				   weak->process_count :
				   COLUMNS_MAX,
	};
	uint32_t *turns = heap_zeroed((size_t)weak->process_count + 1,
				      sizeof(*turns));
	bool result;

	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (view_committed(weak->view, t))
			c.turn[t] = ++turns[weak->process_of[t]];
	}
	result = sort_causally(&c);
	if (result) {
		make_marks(&c);
		c.clocks = heap_alloc(((size_t)c.count + 1) * c.columns *
				      sizeof(*c.clocks));
		for (; c.first_column < weak->process_count;
		     c.first_column += c.columns)
			sweep(&c, inferred);
	}
	free(turns);
	free(c.turn);
	free(c.order);
	free(c.row);
	free(c.clocks);
	free(c.marks);
	free(c.mark_first);
	free(c.segment_end);
	return result;
}
