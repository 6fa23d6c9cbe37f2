/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak_rules.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/clocks.h"
#include "checkers/isolation/least.h"
#include "checkers/isolation/past.h"
#include "harness/core/arena.h"

#define COLUMNS_MAX 64
#define AHEAD 4 /* transactions */
#define CAUSAL_KINDS (EDGE_BIT(EDGE_WR) | EDGE_BIT(EDGE_PROCESS))

struct clocks {
	const struct weak *weak;
	uint32_t *turn; /* by transaction: its place in its process, from 1 */
	uint32_t *turn_first; /* by process, and one more: where its turns
			       * begin in the next */
	uint32_t *turn_txn; /* whose turn it is */
	uint32_t *order; /* transactions in causal order */
	uint32_t *row; /* by transaction: its place there */
	uint32_t count;
	uint32_t *known_first; /* by transaction, and one more */
	uint32_t *known; /* whom it follows by one causal edge */
	uint32_t *clocks; /* `columns` by row: what is known of a process */
	uint32_t columns; /* a multiple of CLOCK_LANES */
	uint32_t first_column;
	struct past past; /* `columns` places by key */
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

/* That of this transaction's process; false if it has none in this sweep. */
static bool column_of(const struct clocks *c, uint32_t t, uint32_t *column)
{
	*column = c->weak->process_of[t] - c->first_column;
	return *column < c->columns;
}

static size_t place_of(const struct clocks *c, uint32_t key, uint32_t column)
{
	return (size_t)key * c->columns + column;
}

/* What a process wrote last, as far as it is known, comes before whom the
 * read saw; which adds nothing if that one knew it too. */
static void check_process(const struct clocks *c, uint32_t read,
			  uint32_t column, const uint32_t *clock,
			  const uint32_t *seen, struct inferred *inferred)
{
	size_t place = place_of(c, c->weak->view->key_of[read], column);
	uint32_t turn = c->past.latest[place], t2;

	if (turn > clock[column])
		turn = past_find(&c->past, place, clock[column]);
	if (turn <= seen[column])
		return;
	t2 = c->turn_txn[c->turn_first[c->first_column + column] + turn - 1];
	if (t2 != weak_writer(c->weak, read))
		weak_infer(c->weak, inferred, read, t2);
}

/* Most writes are not known, or known to whom the read saw as well. */
static void check_read(const struct clocks *c, uint32_t read,
		       const uint32_t *clock, struct inferred *inferred)
{
	uint32_t key = c->weak->view->key_of[read];
	uint32_t t1 = weak_writer(c->weak, read);
	const uint32_t *latest = c->past.latest + place_of(c, key, 0);
	const uint32_t *seen =
		t1 == SOURCE_INITIAL ?
			c->nothing :
			c->clocks + (size_t)c->row[t1] * c->columns;
	uint32_t column = 0;

	while ((column = clock_above(latest, clock, seen, column,
				     c->columns)) < c->columns)
		check_process(c, read, column++, clock, seen, inferred);
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

static void expect(struct clocks *c, uint32_t t)
{
	const struct weak *weak = c->weak;
	uint32_t column;

	if (!column_of(c, t, &column))
		return;
	for (uint32_t w = weak->write_first[t]; w < weak->write_first[t + 1];
	     w++)
		past_expect(&c->past,
			    place_of(c, weak->write_keys[w], column));
}

/* Adds its own place and its writes. */
static void pass(struct clocks *c, uint32_t t, uint32_t *clock)
{
	const struct weak *weak = c->weak;
	uint32_t column;

	if (!column_of(c, t, &column))
		return;
	clock[column] = c->turn[t];
	for (uint32_t w = weak->write_first[t]; w < weak->write_first[t + 1];
	     w++)
		past_add(&c->past, place_of(c, weak->write_keys[w], column),
			 c->turn[t]);
}

/* What its causes know. Meanwhile the places that a later transaction will
 * write to are fetched: of many keys and processes, most are in no cache. (All
 * in one function, for a function that does nothing but fetch is one that
 * compilers leave out.) */
static void learn_causes(struct clocks *c, uint32_t t, uint32_t later,
			 uint32_t *clock)
{
	const struct weak *weak = c->weak;
	uint32_t column;

	memset(clock, 0, c->columns * sizeof(*clock));
	for (uint32_t w = weak->write_first[later];
	     w < weak->write_first[later + 1] && column_of(c, later, &column);
	     w++) {
		size_t place = place_of(c, weak->write_keys[w], column);

		__builtin_prefetch(past_next(&c->past, place), 1);
		__builtin_prefetch(&c->past.latest[place], 1);
	}
	for (uint32_t e = c->known_first[t]; e < c->known_first[t + 1]; e++)
		clock_learn(clock,
			    c->clocks + (size_t)c->row[c->known[e]] *
						c->columns,
			    c->columns);
}

static void sweep(struct clocks *c, struct inferred *inferred)
{
	past_clear(&c->past);
	for (uint32_t i = 0; i < c->count; i++)
		expect(c, c->order[i]);
	past_make_room(&c->past);
	for (uint32_t i = 0; i < c->count; i++) {
		uint32_t *clock = c->clocks + (size_t)i * c->columns;
		uint32_t t = c->order[i];

		learn_causes(c, t,
			     i + AHEAD < c->count ? c->order[i + AHEAD] : t,
			     clock);
		check_txn(c, t, clock, inferred);
		/* From here on the clock includes its own transaction. */
		pass(c, t, clock);
	}
}

static void sweep_all(struct clocks *c, struct inferred *inferred)
{
	const struct weak *weak = c->weak;
	uint32_t columns = (weak->process_count + CLOCK_LANES - 1) /
			   CLOCK_LANES * CLOCK_LANES;

	c->columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX;
	past_init(&c->past, (size_t)weak->view->key_count * c->columns,
		  weak->write_first[weak->view->op_count]);
	c->nothing = heap_zeroed((size_t)c->columns + 1, sizeof(*c->nothing));
	c->clocks = heap_alloc(((size_t)c->count + 1) * c->columns *
			       sizeof(*c->clocks));
	for (; c->first_column < weak->process_count;
	     c->first_column += c->columns)
		sweep(c, inferred);
	past_release(&c->past);
	free(c->nothing);
	free(c->clocks);
}

/* Turns count what was committed. */
static void number_turns(struct clocks *c)
{
	const struct weak *weak = c->weak;
	uint32_t *first = c->turn_first, start = 0;

	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (view_committed(weak->view, t))
			c->turn[t] = ++first[weak->process_of[t]];
	}
	for (uint32_t p = 0; p <= weak->process_count; p++) {
		uint32_t count = first[p];

		first[p] = start;
		start += count;
	}
	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (c->turn[t])
			c->turn_txn[first[weak->process_of[t]] + c->turn[t] -
				    1] = t;
	}
}

bool weak_causal(const struct weak *weak, struct inferred *inferred)
{
	size_t n = (size_t)weak->view->op_count + 1;
	struct clocks c = {
		.weak = weak,
		.turn = heap_zeroed(n, sizeof(uint32_t)),
		.turn_first = heap_zeroed((size_t)weak->process_count + 1,
					  sizeof(uint32_t)),
		.turn_txn = heap_zeroed(n, sizeof(uint32_t)),
		.order = heap_zeroed(n, sizeof(uint32_t)),
		.row = heap_zeroed(n, sizeof(uint32_t)),
		.known_first = heap_zeroed(n + 1, sizeof(uint32_t)),
	};
	bool result;

	number_turns(&c);
	result = sort_causally(&c);
	if (result)
		sweep_all(&c, inferred);
	free(c.turn);
	free(c.turn_first);
	free(c.turn_txn);
	free(c.order);
	free(c.row);
	free(c.known_first);
	free(c.known);
	return result;
}
