/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/solver.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/solver_private.h"
#include "harness/core/arena.h"

struct solver *solver_new(uint32_t node_count)
{
	struct solver *s = heap_zeroed(1, sizeof(*s));

	digraph_init(&s->graph, node_count);
	s->bump = 1;
	s->slots = heap_zeroed((size_t)node_count + 1, sizeof(*s->slots));
	return s;
}

void solver_free(struct solver *s)
{
	if (!s)
		return;
	digraph_release(&s->graph);
	free(s->edges);
	free(s->sides);
	free(s->literals);
	free(s->clauses);
	free(s->watches);
	free(s->value);
	free(s->phase);
	free(s->level);
	free(s->reason);
	free(s->mark);
	free(s->activity);
	free(s->seen);
	free(s->heap);
	free(s->place);
	free(s->slots);
	free(s->trail);
	free(s->level_start);
	free(s->conflict);
	free(s->cycle);
	free(s);
}

void solver_add_known(struct solver *s, uint32_t from, uint32_t to,
		      uint32_t tag)
{
	digraph_put(&s->graph, from, to, tag, LITERAL_NONE);
}

uint32_t solver_add_choice(struct solver *s)
{
	s->sides = array_reserve(s->sides, &s->side_capacity,
				 2 * (size_t)s->choice_count + 2,
				 sizeof(*s->sides));
	s->sides[2 * s->choice_count] = 0;
	s->sides[2 * s->choice_count + 1] = 0;
	return s->choice_count++;
}

void solver_add_edge(struct solver *s, unsigned side, uint32_t from,
		     uint32_t to, uint32_t tag)
{
	uint32_t *latest = &s->sides[2 * (s->choice_count - 1) + side];

	s->edges = array_reserve(s->edges, &s->edge_capacity,
				 s->edge_count + 1, sizeof(*s->edges));
	s->edges[s->edge_count++] =
		(struct side_edge){ from, to, tag, *latest };
	*latest = (uint32_t)s->edge_count;
}

unsigned solver_side(const struct solver *s, uint32_t choice)
{
	return s->value[choice] == 2;
}

const struct solver_step *solver_cycle(const struct solver *s, size_t *count)
{
	*count = s->cycle_count;
	return s->cycle;
}

/* Edges that searches follow for one state of the budget, and at most before
 * the first decision. */
#define FOLLOWED_PER_STATE 2
#define PRUNE_MAX (UINT64_C(20) << 20)

static void prepare(struct solver *s)
{
	size_t n = (size_t)s->choice_count + 1;

	s->watches = heap_zeroed(2 * n, sizeof(*s->watches));
	s->value = heap_zeroed(n, sizeof(*s->value));
	s->phase = heap_zeroed(n, sizeof(*s->phase));
	s->level = heap_zeroed(n, sizeof(*s->level));
	s->reason = heap_zeroed(n, sizeof(*s->reason));
	s->mark = heap_zeroed(n, sizeof(*s->mark));
	s->activity = heap_zeroed(n, sizeof(*s->activity));
	s->seen = heap_zeroed(n, sizeof(*s->seen));
	s->heap = heap_zeroed(n, sizeof(*s->heap));
	s->place = heap_zeroed(n, sizeof(*s->place));
	s->trail = heap_zeroed(n, sizeof(*s->trail));
	s->level_start = heap_zeroed(n, sizeof(*s->level_start));
}

bool solver_is_spent(const struct solver *s, const struct budget *budget)
{
	return s->states + s->graph.followed / FOLLOWED_PER_STATE >
		       budget->states_max ||
	       budget_expired(budget);
}

/* Would the side close a cycle with what is in the graph? */
static bool is_possible(struct solver *s, uint32_t literal)
{
	size_t mark = s->graph.edge_count;
	bool result = solver_put_side(s, literal);

	digraph_undo(&s->graph, mark);
	return result;
}

/* Edges of a side that are against the order at hand. */
static uint32_t against(const struct solver *s, uint32_t literal)
{
	uint32_t count = 0;

	for (uint32_t e = s->sides[literal]; e; e = s->edges[e - 1].next)
		count += s->graph.rank[s->edges[e - 1].from] >
			 s->graph.rank[s->edges[e - 1].to];
	return count;
}

/* Takes, before any decision, the sides whose opposite is impossible, until
 * there are none or it takes too long. False: both are. */
static bool prune(struct solver *s, const struct budget *budget)
{
	bool has_changed = true;

	while (has_changed) {
		has_changed = false;
		for (uint32_t c = 0; c < s->choice_count; c++) {
			if (s->graph.followed > PRUNE_MAX ||
			    solver_is_spent(s, budget))
				return true;
			if (s->value[c])
				continue;
			for (unsigned side = 0; side < 2; side++) {
				uint32_t literal = 2 * c + side;

				if (against(s, literal) == 0 ||
				    is_possible(s, literal))
					continue;
				solver_take(s, literal ^ 1, 0);
				has_changed = true;
				if (!solver_propagate(s))
					return false;
				break;
			}
		}
	}
	return true;
}

static void decide(struct solver *s, uint32_t choice)
{
	s->level_start[s->depth++] = s->trail_count;
	solver_take(s, 2 * choice + s->phase[choice], 0);
}

/* Begins with the sides that fewer edges of are against the order. */
static void set_phases(struct solver *s)
{
	for (uint32_t c = 0; c < s->choice_count; c++) {
		uint32_t one = against(s, 2 * c);

		s->phase[c] = one > 0 && against(s, 2 * c + 1) < one;
	}
}

void solver_set_guess(struct solver *s, solver_guess *guess, void *context)
{
	s->guess = guess;
	s->guess_context = context;
}

bool solver_is_guessed(struct solver *s)
{
	bool holds = false;

	if (s->guess &&
	    s->guess(s->guess_context, &s->graph, s->slots, &holds))
		memcpy(s->graph.rank, s->slots,
		       s->graph.node_count * sizeof(*s->slots));
	return holds;
}

enum solver_answer solver_run(struct solver *s, const struct budget *budget)
{
	enum solver_answer answer;

	prepare(s);
	if (!digraph_sort(&s->graph)) {
		solver_note_known(s);
		return SOLVER_NO;
	}
	if (!prune(s, budget))
		return SOLVER_NO;
	if (solver_is_guessed(s))
		return SOLVER_YES;
	set_phases(s);
	for (;;) {
		uint32_t choice;

		if (!solver_propagate(s)) {
			if (s->depth == 0)
				return SOLVER_NO;
			solver_learn(s);
			continue;
		}
		if (solver_is_spent(s, budget))
			return SOLVER_UNKNOWN;
		choice = solver_hottest(s);
		if (choice != s->choice_count)
			decide(s, choice);
		else if (solver_sweep(s, budget, &answer))
			return answer;
	}
}
