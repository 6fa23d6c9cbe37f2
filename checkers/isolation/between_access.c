/* SPDX-License-Identifier: MIT */
/* Levels that ask for the accesses of a transaction one by one. */
#include "checkers/isolation/between_private.h"

#include "harness/core/arena.h"

/* The node of an access. */
static uint32_t access_node(const struct question *q, uint32_t action)
{
	return q->accesses + action;
}

static void dependency(struct question *q, uint32_t v, uint32_t w,
		       enum edge_kind kind)
{
	if (kind != EDGE_RW)
		edges_add(&q->edges, v, w, kind);
}

/* From a read to those who made the next version. */
static void add_missed(struct question *q, struct edges *edges, uint32_t read)
{
	const struct view *view = &q->analysis->view;
	const struct lists *lists = &q->analysis->lists;
	uint32_t key = view->key_of[read];
	uint32_t next = lists->after[lists->first[key] + lists->place[read]];

	if (next != NONE) {
		if (next != view->owner[read])
			edges_add(edges, access_node(q, read), next, EDGE_RW);
		return;
	}
	for (uint32_t i = lists->unseen_first[key];
	     i < lists->unseen_first[key + 1]; i++) {
		next = view->owner[lists->unseen[i]];
		if (next != view->owner[read])
			edges_add(edges, access_node(q, read), next, EDGE_RW);
	}
}

/* Who made what an access saw, or what it was put behind; or NONE. */
static uint32_t maker_of(const struct question *q, uint32_t action)
{
	const struct lists *lists = &q->analysis->lists;
	uint32_t key = q->analysis->view.key_of[action];
	uint32_t place = lists->place[action];

	if (place == PLACE_NONE && view_writes(&q->analysis->view, action))
		place = lists->length[key];
	while (place < PLACE_ASTRAY && place-- > 0) {
		uint32_t maker = lists->at[lists->first[key] + place];

		if (maker != NONE || !view_writes(&q->analysis->view, action))
			return maker;
	}
	return NONE;
}

/* The accesses of transactions in cycles, each behind the one before: what
 * they depend on, and what the reads missed. */
static void add_accesses(struct question *q, struct edges *missed,
			 bool commits)
{
	const struct view *view = &q->analysis->view;

	q->edges.node_count = q->accesses + view->action_count;
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t t = view->owner[a], maker;
		bool is_write = view_writes(view, a);

		if (t == NONE || !q->in_cycle[t] ||
		    view->key_kinds[view->key_of[a]] != KEY_LIST)
			continue;
		maker = maker_of(q, a);
		if (maker != NONE && maker != t)
			edges_add(&q->edges, maker, access_node(q, a),
				  is_write ? EDGE_WW : EDGE_WR);
		if (!is_write && lists_placed(&q->analysis->lists, a))
			add_missed(q, missed, a);
	}
	for (uint32_t t = 0; t < view->op_count; t++) {
		const struct op *op = &view->history->ops[t];
		uint32_t last = op->first_action + op->action_count - 1;

		if (!q->in_cycle[t])
			continue;
		for (uint32_t a = op->first_action; a < last; a++)
			edges_add(&q->edges, access_node(q, a),
				  access_node(q, a + 1), EDGE_PROCESS);
		if (commits)
			edges_add(&q->edges, access_node(q, last), t,
				  EDGE_PROCESS);
	}
}

void ask_monotonic_view(struct question *q)
{
	question_begin(q, 0);
	question_each(q, dependency);
	add_accesses(q, &q->starts, false);
	question_has_single(q, A_MV_CYCLE);
	question_end(q);
}

void ask_snapshot_reads(struct question *q)
{
	question_begin(q, 0);
	question_each(q, dependency);
	add_accesses(q, &q->edges, true);
	question_has_cycle(q, A_MSR_CYCLE);
	question_end(q);
}

/* Does t2 write the key before version `place`? */
static bool writes_before(const struct question *q, uint32_t t2, uint32_t key,
			  uint32_t place)
{
	const struct view *view = &q->analysis->view;
	const struct op *op = &view->history->ops[t2];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (view_writes(view, a) && view->key_of[a] == key &&
		    q->analysis->lists.place[a] < place)
			return true;
	}
	return false;
}

/* Does t write a key after t2 did? */
static bool overwrites(const struct question *q, uint32_t t, uint32_t t2)
{
	const struct view *view = &q->analysis->view;
	const struct op *op = &view->history->ops[t];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (view_writes(view, a) &&
		    writes_before(q, t2, view->key_of[a],
				  q->analysis->lists.place[a]))
			return true;
	}
	return false;
}

/* A read misses a write of t2, which its transaction overwrote. */
static bool note_overwritten(struct question *q, uint32_t read, uint32_t t2)
{
	const struct view *view = &q->analysis->view;
	uint32_t t = view->owner[read];
	struct finding finding = { .name = A_UA_CYCLE,
				   .key = NONE,
				   .shows = NONE,
				   .culprit = NONE,
				   .witness = NONE,
				   .step_count = 2 };

	if (t2 == NONE || t2 == t || !overwrites(q, t, t2))
		return false;
	finding.steps = arena_array(q->arena, 2, sizeof(*finding.steps));
	finding.steps[0] = (struct step){ t, t2, EDGE_RW, 0 };
	finding.steps[1] = (struct step){ t2, t, EDGE_WW, 0 };
	findings_add(&q->found, &finding);
	return true;
}

static bool is_torn(struct question *q, uint32_t read)
{
	const struct view *view = &q->analysis->view;
	const struct lists *lists = &q->analysis->lists;
	uint32_t key = view->key_of[read];

	for (uint32_t p = lists->place[read]; p < lists->length[key]; p++) {
		if (note_overwritten(q, read, lists->at[lists->first[key] + p]))
			return true;
	}
	for (uint32_t i = lists->unseen_first[key];
	     i < lists->unseen_first[key + 1]; i++) {
		if (note_overwritten(q, read, view->owner[lists->unseen[i]]))
			return true;
	}
	return false;
}

void ask_update_atomic(struct question *q)
{
	const struct view *view = &q->analysis->view;

	if (!(anomaly_closure(q->analysis->findings.set) &
	      anomaly_bit(A_G_SINGLE_ITEM)))
		return;
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t t = view->owner[a];

		if (t != NONE && q->in_cycle[t] && !view_writes(view, a) &&
		    !(view->flags[a] & ACTION_INNER) &&
		    view->key_kinds[view->key_of[a]] == KEY_LIST &&
		    lists_placed(&q->analysis->lists, a) && is_torn(q, a))
			return;
	}
}
