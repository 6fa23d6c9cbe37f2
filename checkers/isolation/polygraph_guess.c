/* SPDX-License-Identifier: MIT */
/* A solution without a search: versions in the order in which a store that
 * carries the transactions out would make them. */
#include <stdlib.h>

#include "checkers/isolation/polygraph_private.h"
#include "checkers/isolation/schedule.h"
#include "harness/core/arena.h"

/* Where a chain begins in the order that was guessed. */
struct start {
	uint32_t key;
	uint32_t rank;
	uint32_t chain;
};

static int compare_starts(const void *one, const void *two)
{
	const struct start *a = one, *b = two;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->rank > b->rank) - (a->rank < b->rank);
}

/* Are the versions, in the order that was guessed, such that all edges go
 * forward? Then it is a proof, whatever it came from. Each chain with the next
 * is enough: the others follow. */
static bool guess_holds(struct polygraph *p, const struct digraph *known)
{
	const struct chains *chains = p->chains;
	struct start *starts = heap_zeroed((size_t)chains->count + 1,
					   sizeof(*starts));

	p->holds = true;
	for (size_t e = 0; e < known->edge_count; e++)
		p->holds &= p->rank[known->edges[e].from] <
			    p->rank[known->edges[e].to];
	for (uint32_t i = 0; i < chains->count; i++) {
		uint32_t writer = p->view->owner[chains->items[i].first];

		starts[i] = (struct start){
			chains->items[i].key,
			p->rank[writer << p->form->in_layers], i
		};
	}
	qsort(starts, chains->count, sizeof(*starts), compare_starts);
	for (uint32_t i = 1; i < chains->count; i++) {
		const struct chain *one = &chains->items[starts[i - 1].chain];
		const struct chain *two = &chains->items[starts[i].chain];

		if (one->key != two->key)
			continue;
		p->holds &= !two->is_initial;
		polygraph_add_order(p, GUESSED, one, two);
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
