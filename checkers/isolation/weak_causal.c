/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak_rules.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/least.h"
#include "harness/core/arena.h"

#define LANES 8 /* columns are handled so many at a time */
#define COLUMNS_MAX 64
#define CAUSAL_KINDS (EDGE_BIT(EDGE_WR) | EDGE_BIT(EDGE_PROCESS))

/*
 * Writes of one key by one process, the latest first. `jump` leads further
 * back than `before`, so that any of them is found in logarithmic time (after
 * Myers, "An applicative random-access stack", 1983).
 */
struct link {
	uint32_t txn;
	uint32_t turn;
	uint32_t depth; /* how many come before it */
	uint32_t before; /* a link + 1, or 0 */
	uint32_t jump;
};

struct clocks {
	const struct weak *weak;
	uint32_t *turn; /* by transaction: its place in its process, from 1 */
	uint32_t *order; /* transactions in causal order */
	uint32_t *row; /* by transaction: its place there */
	uint32_t count;
	uint32_t *known_first; /* by transaction, and one more */
	uint32_t *known; /* whom it follows by one causal edge */
	uint32_t *clocks; /* `columns` by row: what is known of a process */
	uint32_t columns; /* a multiple of LANES */
	uint32_t first_column;
	uint32_t *latest; /* `columns` by key: the turn of the latest write
			   * that was passed */
	uint32_t *links_of; /* the same: its link + 1 */
	struct link *links; /* by final write */
	uint32_t *nothing; /* the clock of the initial state */
};

/* Sorts causal edges by whom they lead to; true if all of them come from
 * earlier transactions. */
static bool gather_known(struct clocks *c)
{
	const struct graph *graph = c->weak->graph;
	uint32_t *first = c->known_first, total;
	bool is_forward = true;

	for (unsigned pass = 0; pass < 2; pass++) {
		for (uint32_t t = 0; t < c->weak->view->op_count; t++) {
			for (uint32_t e = graph->starts[t];
			     e < graph->starts[t + 1]; e++) {
				uint32_t target = graph->targets[e];
				uint32_t w = edge_node(target);

				if (!(CAUSAL_KINDS &
				      EDGE_BIT(edge_kind(target))))
					continue;
				if (pass == 0)
					first[w + 2]++;
				else
					c->known[first[w + 1]++] = t;
				is_forward &= w > t;
			}
		}
		for (uint32_t t = 0; t < c->weak->view->op_count && pass == 0;
		     t++)
			first[t + 2] += first[t + 1];
		total = first[c->weak->view->op_count + 1];
		if (pass == 0)
			c->known = heap_alloc(((size_t)total + 1) *
					      sizeof(*c->known));
	}
	return is_forward;
}

static void take(struct clocks *c, uint32_t t)
{
	c->row[t] = c->count;
	c->order[c->count++] = t;
}

/* Takes those that nothing untaken leads to, the earliest first: so the order
 * stays close to that of time. */
static void peel(struct clocks *c)
{
	const struct graph *graph = c->weak->graph;
	const struct view *view = c->weak->view;
	size_t n = (size_t)view->op_count + 1;
	uint32_t *heap = heap_alloc(n * sizeof(*heap));
	uint32_t *degrees = heap_alloc(n * sizeof(*degrees));
	uint32_t count = 0;

	for (uint32_t t = 0; t < view->op_count; t++) {
		degrees[t] = c->known_first[t + 1] - c->known_first[t];
		if (view_committed(view, t) && degrees[t] == 0)
			least_push(heap, &count, t);
	}
	while (count > 0) {
		uint32_t t = least_pop(heap, &count);

		take(c, t);
		for (uint32_t e = graph->starts[t]; e < graph->starts[t + 1];
		     e++) {
			uint32_t target = graph->targets[e];

			if (CAUSAL_KINDS & EDGE_BIT(edge_kind(target)) &&
			    --degrees[edge_node(target)] == 0)
				least_push(heap, &count, edge_node(target));
		}
	}
	free(heap);
	free(degrees);
}

/* False if there is a cycle. */
static bool sort_causally(struct clocks *c)
{
	const struct view *view = c->weak->view;
	uint32_t committed = 0;
	bool is_forward = gather_known(c);

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (!view_committed(view, t))
			continue;
		committed++;
		if (is_forward)
			take(c, t);
	}
	if (!is_forward)
		peel(c);
	return c->count == committed;
}

/* Adds the write to those of its key and process; `place` in the table. */
static void pass_write(struct clocks *c, uint32_t write, uint32_t t,
		       size_t place)
{
	uint32_t before = c->links_of[place];
	struct link *link = &c->links[write];

	*link = (struct link){ t, c->turn[t], 0, before, before };
	if (before) {
		const struct link *one = &c->links[before - 1];
		const struct link *two =
			one->jump ? &c->links[one->jump - 1] : NULL;

		link->depth = one->depth + 1;
		/* Two jumps of one length become one of both. */
		if (two && two->jump &&
		    one->depth - two->depth ==
			    two->depth - c->links[two->jump - 1].depth)
			link->jump = two->jump;
	}
	c->links_of[place] = write + 1;
	c->latest[place] = c->turn[t];
}

/* The latest write from this link on back that is not after `turn`; NONE if
 * there is none. */
static uint32_t find_known(const struct clocks *c, uint32_t link, uint32_t turn)
{
	while (link) {
		const struct link *here = &c->links[link - 1];

		if (here->turn <= turn)
			return here->txn;
		link = here->jump != here->before &&
				       c->links[here->jump - 1].turn > turn ?
			       here->jump :
			       here->before;
	}
	return NONE;
}

/* What a process wrote last, as far as it is known, comes before whom the
 * read saw; which adds nothing if that one knew it too. */
static void check_process(const struct clocks *c, uint32_t read,
			  uint32_t column, const uint32_t *clock,
			  const uint32_t *seen, struct inferred *inferred)
{
	uint32_t key = c->weak->view->key_of[read];
	uint32_t t1 = weak_writer(c->weak, read);
	uint32_t t2 = find_known(
		c, c->links_of[(size_t)key * c->columns + column],
		clock[column]);

	if (t2 != NONE && t2 != t1 && seen[column] < c->turn[t2])
		weak_infer(c->weak, inferred, read, t2);
}

/* Most writes are known to whom the read saw, which is seen for many
 * processes at once. */
static void check_read(const struct clocks *c, uint32_t read,
		       const uint32_t *clock, struct inferred *inferred)
{
	uint32_t key = c->weak->view->key_of[read];
	uint32_t t1 = weak_writer(c->weak, read);
	const uint32_t *latest = c->latest + (size_t)key * c->columns;
	const uint32_t *seen =
		t1 == SOURCE_INITIAL ?
			c->nothing :
			c->clocks + (size_t)c->row[t1] * c->columns;

	for (uint32_t k = 0; k < c->columns; k += LANES) {
		uint32_t later = 0;

		for (uint32_t i = 0; i < LANES; i++)
			later |= latest[k + i] > seen[k + i];
		for (uint32_t i = k; i < k + LANES && later; i++) {
			if (latest[i] > seen[i])
				check_process(c, read, i, clock, seen,
					      inferred);
		}
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

/* What the other clock knows is known here too. Turns are below 2^31. */
static void learn(uint32_t *restrict clock, const uint32_t *restrict other,
		  uint32_t columns)
{
	for (uint32_t k = 0; k < columns; k += LANES) {
		for (uint32_t i = k; i < k + LANES; i++)
			clock[i] = (int32_t)clock[i] < (int32_t)other[i] ?
					   other[i] :
					   clock[i];
	}
}

/* Adds its own place and its writes. */
static void pass(struct clocks *c, uint32_t t, uint32_t *clock)
{
	uint32_t column = c->weak->process_of[t] - c->first_column;

	if (column >= c->columns)
		return;
	clock[column] = c->turn[t];
	for (uint32_t i = c->weak->write_first[t];
	     i < c->weak->write_first[t + 1]; i++)
		pass_write(c, i, t,
			   (size_t)c->weak->write_keys[i] * c->columns +
				   column);
}

static void sweep(struct clocks *c, struct inferred *inferred)
{
	size_t places = (size_t)c->weak->view->key_count * c->columns;

	memset(c->latest, 0, places * sizeof(*c->latest));
	memset(c->links_of, 0, places * sizeof(*c->links_of));
	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t *clock = c->clocks + (size_t)i * c->columns;
		uint32_t t = c->order[i];

		memset(clock, 0, c->columns * sizeof(*clock));
		for (uint32_t e = c->known_first[t];
		     e < c->known_first[t + 1]; e++)
			learn(clock,
			      c->clocks +
				      (size_t)c->row[c->known[e]] * c->columns,
			      c->columns);
		check_txn(c, t, clock, inferred);
		/* From here on the clock includes its own transaction. */
		pass(c, t, clock);
	}
}

static void sweep_all(struct clocks *c, struct inferred *inferred)
{
	const struct weak *weak = c->weak;
	uint32_t columns = (weak->process_count + LANES - 1) / LANES * LANES;
	size_t places;

	c->columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX;
	places = ((size_t)weak->view->key_count + 1) * c->columns;
	c->latest = heap_alloc(places * sizeof(*c->latest));
	c->links_of = heap_alloc(places * sizeof(*c->links_of));
	c->links = heap_alloc(
		((size_t)weak->write_first[weak->view->op_count] + 1) *
		sizeof(*c->links));
	c->nothing = heap_zeroed((size_t)c->columns + 1, sizeof(*c->nothing));
	c->clocks = heap_alloc(((size_t)c->count + 1) * c->columns *
			       sizeof(*c->clocks));
	for (; c->first_column < weak->process_count;
	     c->first_column += c->columns)
		sweep(c, inferred);
	free(c->latest);
	free(c->links_of);
	free(c->links);
	free(c->nothing);
	free(c->clocks);
}

bool weak_causal(const struct weak *weak, struct inferred *inferred)
{
	size_t n = (size_t)weak->view->op_count + 1;
	struct clocks c = {
		.weak = weak,
		.turn = heap_zeroed(n, sizeof(uint32_t)),
		.order = heap_zeroed(n, sizeof(uint32_t)),
		.row = heap_zeroed(n, sizeof(uint32_t)),
		.known_first = heap_zeroed(n + 1, sizeof(uint32_t)),
	};
	uint32_t *turns = heap_zeroed((size_t)weak->process_count + 1,
				      sizeof(*turns));
	bool result;

	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (view_committed(weak->view, t))
			c.turn[t] = ++turns[weak->process_of[t]];
	}
	result = sort_causally(&c);
	if (result)
		sweep_all(&c, inferred);
	free(turns);
	free(c.turn);
	free(c.order);
	free(c.row);
	free(c.known_first);
	free(c.known);
	return result;
}
