/* SPDX-License-Identifier: MIT */
/* A solution without a search: versions in the order in which a store that
 * carries the transactions out would make them. */
#include <stdlib.h>

#include "checkers/isolation/polygraph_private.h"
#include "checkers/isolation/schedule.h"
#include "harness/core/arena.h"

/* Where a chain begins in the order that was guessed. */
struct start {
	uint32_t rank;
	uint32_t chain;
};

static int compare_starts(const void *one, const void *two)
{
	const struct start *a = one, *b = two;

	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* The chains of one key, of which each comes before the next. */
static void relate_next(struct polygraph *p, struct start *starts,
			uint32_t first, uint32_t count)
{
	const struct chain *items = p->chains->items;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t writer = p->view->owner[items[first + i].first];

		starts[i] = (struct start){
			p->rank[writer << p->form->in_layers], first + i
		};
	}
	qsort(starts, count, sizeof(*starts), compare_starts);
	for (uint32_t i = 1; i < count; i++) {
		const struct chain *one = &items[starts[i - 1].chain];
		const struct chain *two = &items[starts[i].chain];

		p->holds &= !two->is_initial;
		polygraph_add_order(p, GUESSED, one, two);
	}
}

/* Are the versions, in the order that was guessed, such that all edges go
 * forward? Then it is a proof, whatever it came from. Each chain with the next
 * is enough: the others follow. */
static bool guess_holds(struct polygraph *p, const struct digraph *known)
{
	const struct chains *chains = p->chains;
	struct start *starts = heap_alloc(((size_t)chains->count + 1) *
					  sizeof(*starts));

	p->holds = true;
	for (size_t e = 0; e < known->edge_count; e++)
		p->holds &= p->rank[known->edges[e].from] <
			    p->rank[known->edges[e].to];
	for (uint32_t i = 0, end; i < chains->count; i = end) {
		end = chains_end_of_key(chains, i);
		relate_next(p, starts, i, end - i);
	}
	free(starts);
	return p->holds;
}

bool polygraph_guess(void *context, const struct digraph *known,
		     uint32_t *rank, bool *holds)
{
	struct polygraph *p = context;

	p->rank = rank;
	if (!schedule_guess(p->view, p->registers, p->chains, known,
			    p->form->in_layers, rank))
		return false;
	*holds = guess_holds(p, known);
	return true;
}
