/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/patterns.h"

#include <stdlib.h>

#include "checkers/isolation/reason.h"
#include "harness/core/arena.h"

/* Looks in the reads of `op` for one that misses the write: notes the first,
 * and which way round. */
static bool note_missed(const struct view *view, const struct lists *lists,
			uint32_t seen, uint32_t write,
			struct findings *findings)
{
	const struct op *op = &view->history->ops[view->owner[seen]];
	uint32_t key = view->key_of[write];
	bool is_missed = false;

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (view->key_of[a] != key || a == seen)
			continue;
		if (view_writes(view, a))
			break;
		if (!lists_placed(lists, a) ||
		    lists->place[a] > lists->place[write])
			continue;
		if (!is_missed)
			findings_note(findings, A_FRACTURED_READ, view, a,
				      write, seen);
		findings_note(findings, a < seen ? A_READ_SKEW : A_G_MONOTONIC,
			      view, a, write, seen);
		is_missed = true;
	}
	return is_missed;
}

/* Is it its transaction's first write of the key? */
static bool is_first_write(const struct view *view, uint32_t write)
{
	uint32_t a = view->history->ops[view->owner[write]].first_action;

	if (!(view->flags[write] & ACTION_INNER))
		return true;
	while (a < write && (view->key_of[a] != view->key_of[write] ||
			     !view_writes(view, a)))
		a++;
	return a == write;
}

/* `seen` read from another transaction: did its transaction miss others of
 * that one's writes? One is told. */
static void look_for_missed(const struct view *view, const struct lists *lists,
			    uint32_t seen, struct findings *findings)
{
	uint32_t at = lists->first[view->key_of[seen]] + lists->place[seen];
	uint32_t writer = lists->at[at - 1];
	const struct op *op;

	if (writer == NONE || writer == view->owner[seen])
		return;
	op = &view->history->ops[writer];
	for (uint32_t b = op->first_action;
	     b < op->first_action + op->action_count; b++) {
		if (view_writes(view, b) &&
		    view->key_kinds[view->key_of[b]] == KEY_LIST &&
		    view->key_of[b] != view->key_of[seen] &&
		    !(view->flags[b] & ACTION_AMBIGUOUS) &&
		    is_first_write(view, b) &&
		    note_missed(view, lists, seen, b, findings))
			return;
	}
}

void patterns_fractured(const struct view *view, const struct lists *lists,
			const uint8_t *in_cycle, struct findings *findings)
{
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t op = view->owner[a];

		if (op == NONE || !in_cycle[op] || view_writes(view, a) ||
		    view->key_kinds[view->key_of[a]] != KEY_LIST ||
		    !lists_placed(lists, a) || lists->place[a] == 0)
			continue;
		look_for_missed(view, lists, a, findings);
	}
}

/* A set of rw edges: open addressing by both ends. */
struct pairs {
	uint64_t *slots; /* (from << 32 | to) + 1 */
	uint64_t mask;
};

static uint64_t *pair_slot(const struct pairs *pairs, uint32_t from,
			   uint32_t to)
{
	uint64_t pair = ((uint64_t)from << 32 | to) + 1;
	uint64_t i = pair * UINT64_C(0x9E3779B97F4A7C15);

	for (i = (i >> 32) & pairs->mask;
	     pairs->slots[i] && pairs->slots[i] != pair;)
		i = (i + 1) & pairs->mask;
	return &pairs->slots[i];
}

/* True when the two steps can be had on two keys. */
static bool is_skew(const struct analysis *analysis, uint32_t u, uint32_t v)
{
	struct step there = { u, v, EDGE_RW, 0 };
	struct step back = { v, u, EDGE_RW, 0 };
	struct reason one, two;

	struct reason other;

	return reason_find(analysis, &there, NONE, &one) &&
	       reason_find(analysis, &back, NONE, &two) &&
	       (one.key != two.key ||
		reason_find(analysis, &back, one.key, &other) ||
		reason_find(analysis, &there, one.key, &other));
}

static void note_skew(struct analysis *analysis, uint32_t u, uint32_t v,
		      struct arena *arena)
{
	struct finding finding = { .name = A_WRITE_SKEW,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE,
				   .step_count = 2 };

	if (!is_skew(analysis, u, v))
		return;
	finding.steps = arena_array(arena, 2, sizeof(*finding.steps));
	finding.steps[0] = (struct step){ u, v, EDGE_RW, 0 };
	finding.steps[1] = (struct step){ v, u, EDGE_RW, 0 };
	findings_add(&analysis->findings, &finding);
}

/* Calls for each rw edge between transactions in cycles: enters it, or with
 * `seek` looks for its opposite. */
static void each_rw(struct analysis *analysis, const struct graph *graph,
		    const uint8_t *in_cycle, struct pairs *pairs, bool seek,
		    struct arena *arena)
{
	uint32_t txns = analysis->view.op_count;

	for (uint32_t u = 0; u < txns; u++) {
		if (!in_cycle[u])
			continue;
		for (uint32_t e = graph->starts[u]; e < graph->starts[u + 1];
		     e++) {
			uint32_t v = edge_node(graph->targets[e]);

			if (edge_kind(graph->targets[e]) != EDGE_RW ||
			    v >= txns || !in_cycle[v])
				continue;
			if (!seek)
				*pair_slot(pairs, u, v) =
					((uint64_t)u << 32 | v) + 1;
			else if (u < v && *pair_slot(pairs, u, v) &&
				 *pair_slot(pairs, v, u)) {
				note_skew(analysis, u, v, arena);
				/* The same two may have several edges. */
				*pair_slot(pairs, u, v) = UINT64_MAX;
			}
		}
	}
}

void patterns_write_skew(struct analysis *analysis, const struct graph *graph,
			 const uint8_t *in_cycle, struct arena *arena)
{
	struct pairs pairs = { NULL, 63 };
	uint64_t count = 0;

	for (uint64_t e = 0; e < graph->edge_count; e++)
		count += edge_kind(graph->targets[e]) == EDGE_RW;
	while (pairs.mask < count * 2)
		pairs.mask = pairs.mask * 2 + 1;
	pairs.slots = heap_zeroed(pairs.mask + 1, sizeof(*pairs.slots));
	each_rw(analysis, graph, in_cycle, &pairs, false, arena);
	each_rw(analysis, graph, in_cycle, &pairs, true, arena);
	free(pairs.slots);
}

void patterns_long_fork(struct findings *findings)
{
	size_t count = findings->count;

	for (size_t i = 0; i < count; i++) {
		struct finding fork = findings->items[i];
		const struct step *steps = fork.steps;

		if (fork.name != A_G_NONADJACENT_ITEM || fork.step_count != 4)
			continue;
		if (steps[0].kind == EDGE_RW && steps[1].kind == EDGE_WR &&
		    steps[2].kind == EDGE_RW && steps[3].kind == EDGE_WR) {
			fork.name = A_LONG_FORK;
			findings_add(findings, &fork);
		}
	}
}
