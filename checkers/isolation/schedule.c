/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "checkers/isolation/least.h"
#include "harness/core/arena.h"

/* How an action begins a chain. */
enum head { HEAD_NONE, HEAD_FREE, HEAD_INITIAL };

/* A key as it is at the moment. */
struct key_state {
	uint32_t current; /* the write that is seen, or NONE */
	uint32_t claim; /* who has a snapshot and is to write it, + 1 */
	bool has_initial; /* a chain of it begins at the initial state */
	uint32_t *waiting; /* heap of nodes; malloc */
	uint32_t count;
	size_t capacity;
};

struct schedule {
	const struct view *view;
	const struct registers *registers;
	const struct chains *chains;
	const struct digraph *graph;
	bool in_layers;
	uint8_t *heads; /* by action: enum head */
	uint32_t *degree; /* by node: predecessors to come */
	uint32_t *pending; /* by write: who has yet to read it */
	struct key_state *keys;
	uint32_t *woken_from; /* by node: a key + 1 */
	bool *is_taken; /* by node */
	uint32_t *ready; /* heap */
	uint32_t ready_count;
	uint32_t *passing; /* nodes that are no transactions */
	uint32_t passing_count;
	uint32_t *parked; /* heap; some are no longer parked */
	size_t parked_capacity;
	uint32_t parked_count;
	uint32_t *rank;
	uint32_t taken;
};

/* So many transactions are looked at when none can go on. */
#define UNLOCK_TRIES 64

/* What may keep a transaction from going on: all, what an early snapshot
 * minds, or nothing. */
enum care { CARE_FOR_ALL, CARE_FOR_SNAPSHOT, CARE_FOR_NOTHING };

static uint32_t txn_of(const struct schedule *s, uint32_t node)
{
	return s->in_layers ? node / 2 : node;
}

static bool is_final_write(const struct schedule *s, uint32_t action)
{
	return registers_concern(s->view, action) &&
	       registers_final(s->view, action);
}

/* Is the chain that is under way not complete, or is it somebody's turn? */
static bool is_claimed(const struct schedule *s, uint32_t txn, uint32_t action)
{
	const struct key_state *key = &s->keys[s->view->key_of[action]];

	if (s->heads[action] == HEAD_FREE && key->current == NONE &&
	    key->has_initial)
		return true;
	return (key->current != NONE &&
		s->chains->next[key->current] != NONE) ||
	       (key->claim && key->claim != txn + 1);
}

/* The key for which the transaction has to wait, or NONE. */
static uint32_t blocking_key(const struct schedule *s, uint32_t txn,
			     enum care care)
{
	const struct op *op = &s->view->history->ops[txn];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		const struct key_state *key = &s->keys[s->view->key_of[a]];

		if (s->heads[a] == HEAD_NONE)
			continue;
		if (is_claimed(s, txn, a) ||
		    (care == CARE_FOR_ALL && key->current != NONE &&
		     s->pending[key->current] > 0))
			return s->view->key_of[a];
	}
	return NONE;
}

/* The first of those who wait for a key may try again. */
static void wake(struct schedule *s, uint32_t key)
{
	struct key_state *state = &s->keys[key];

	while (state->count > 0) {
		uint32_t node = least_pop(state->waiting, &state->count);

		if (s->is_taken[node])
			continue;
		s->woken_from[node] = key + 1;
		least_push(s->ready, &s->ready_count, node);
		return;
	}
}

static void park(struct schedule *s, uint32_t node, uint32_t key)
{
	uint32_t from = s->woken_from[node];

	s->woken_from[node] = 0;
	s->parked = array_reserve(s->parked, &s->parked_capacity,
				  (size_t)s->parked_count + 1,
				  sizeof(*s->parked));
	least_push(s->parked, &s->parked_count, node);
	if (key != NONE) {
		struct key_state *state = &s->keys[key];

		state->waiting = array_reserve(state->waiting,
					       &state->capacity,
					       (size_t)state->count + 1,
					       sizeof(*state->waiting));
		least_push(state->waiting, &state->count, node);
	}
	if (from && from != key + 1)
		wake(s, from - 1);
}

static void release(struct schedule *s, uint32_t node)
{
	if (txn_of(s, node) < s->view->op_count)
		least_push(s->ready, &s->ready_count, node);
	else
		s->passing[s->passing_count++] = node;
}

static void take_node(struct schedule *s, uint32_t node)
{
	const struct digraph *graph = s->graph;

	s->is_taken[node] = true;
	s->rank[node] = s->taken++;
	for (uint32_t e = graph->out[node]; e;
	     e = graph->edges[e - 1].next_out) {
		uint32_t next = graph->edges[e - 1].to;

		if (--s->degree[next] == 0)
			release(s, next);
	}
}

static void take_snapshot(struct schedule *s, uint32_t txn)
{
	const struct view *view = s->view;
	const struct op *op = &view->history->ops[txn];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		uint32_t key = view->key_of[a], source;

		if (is_final_write(s, a) && !s->keys[key].claim)
			s->keys[key].claim = txn + 1;
		source = s->registers->source[a];
		if (source < SOURCE_INITIAL && registers_concern(view, a) &&
		    registers_external(view, s->registers, a) &&
		    --s->pending[source] == 0)
			wake(s, key);
	}
}

static void take_commit(struct schedule *s, uint32_t txn)
{
	const struct op *op = &s->view->history->ops[txn];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		struct key_state *key = &s->keys[s->view->key_of[a]];

		if (!is_final_write(s, a))
			continue;
		key->current = a;
		if (key->claim == txn + 1)
			key->claim = 0;
		wake(s, s->view->key_of[a]);
	}
}

/* Carries out what the node stands for, if nothing it cares for is against
 * it: all of the transaction where possible. */
static bool try_node(struct schedule *s, uint32_t node, enum care care,
		     uint32_t *key)
{
	uint32_t txn = txn_of(s, node);
	uint32_t first = s->in_layers ? 2 * txn : node;
	uint32_t last = s->in_layers ? 2 * txn + 1 : node;
	bool begins = !s->is_taken[first];
	bool commits = s->degree[last] == 0;

	*key = NONE;
	if ((begins && s->degree[first] > 0) ||
	    (!commits && (!begins || care == CARE_FOR_ALL)))
		return false;
	if (care != CARE_FOR_NOTHING)
		*key = blocking_key(s, txn, care);
	if (*key != NONE)
		return false;
	if (begins) {
		take_node(s, first);
		take_snapshot(s, txn);
		if (care == CARE_FOR_SNAPSHOT && s->in_layers) {
			if (commits)
				least_push(s->ready, &s->ready_count, last);
			return true;
		}
	}
	if (commits) {
		if (!s->is_taken[last])
			take_node(s, last);
		take_commit(s, txn);
	}
	return true;
}

/* Nobody can go on: lets the earliest that can do something do it. */
static bool unlock(struct schedule *s, enum care care)
{
	uint32_t aside[UNLOCK_TRIES], count = 0, key;
	bool is_done = false;

	while (s->parked_count > 0 && !is_done && count < UNLOCK_TRIES) {
		uint32_t node = least_pop(s->parked, &s->parked_count);

		if (s->is_taken[node])
			continue;
		is_done = try_node(s, node, CARE_FOR_ALL, &key) ||
			  ((care == CARE_FOR_NOTHING ||
			    !s->is_taken[node & ~UINT32_C(1)]) &&
			   try_node(s, node, care, &key));
		if (!is_done && (count == 0 || aside[count - 1] != node))
			aside[count++] = node;
	}
	while (count > 0)
		least_push(s->parked, &s->parked_count, aside[--count]);
	return is_done;
}

static void run(struct schedule *s)
{
	for (;;) {
		uint32_t node, key;

		if (s->passing_count > 0) {
			take_node(s, s->passing[--s->passing_count]);
			continue;
		}
		if (s->ready_count == 0) {
			if ((s->in_layers && unlock(s, CARE_FOR_SNAPSHOT)) ||
			    unlock(s, CARE_FOR_NOTHING))
				continue;
			return;
		}
		node = least_pop(s->ready, &s->ready_count);
		if (s->is_taken[node])
			continue;
		if (try_node(s, node, CARE_FOR_ALL, &key))
			s->woken_from[node] = 0;
		else
			park(s, node, key);
	}
}

static void prepare(struct schedule *s)
{
	const struct view *view = s->view;
	const struct chains *chains = s->chains;

	for (size_t e = 0; e < s->graph->edge_count; e++)
		s->degree[s->graph->edges[e].to]++;
	for (uint32_t k = 0; k < view->key_count; k++)
		s->keys[k].current = NONE;
	for (uint32_t a = 0; a < view->action_count; a++)
		s->pending[a] =
			chains->first_read[a + 1] - chains->first_read[a];
	for (uint32_t i = 0; i < chains->count; i++) {
		const struct chain *chain = &chains->items[i];

		s->heads[chain->first] = chain->is_initial ? HEAD_INITIAL :
							     HEAD_FREE;
		s->keys[chain->key].has_initial |= chain->is_initial;
	}
	for (uint32_t v = 0; v < s->graph->node_count; v++) {
		if (s->degree[v] == 0)
			release(s, v);
	}
}

bool schedule_guess(const struct view *view, const struct registers *registers,
		    const struct chains *chains, const struct digraph *graph,
		    bool in_layers, uint32_t *rank)
{
	size_t nodes = (size_t)graph->node_count + 1;
	size_t actions = (size_t)view->action_count + 1;
	struct schedule s = {
		.view = view,
		.registers = registers,
		.chains = chains,
		.graph = graph,
		.in_layers = in_layers,
		.heads = heap_zeroed(actions, 1),
		.degree = heap_zeroed(nodes, sizeof(uint32_t)),
		.pending = heap_zeroed(actions, sizeof(uint32_t)),
		.keys = heap_zeroed((size_t)view->key_count + 1,
				    sizeof(struct key_state)),
		.woken_from = heap_zeroed(nodes, sizeof(uint32_t)),
		.is_taken = heap_zeroed(nodes, sizeof(bool)),
		.ready = heap_zeroed(3 * nodes, sizeof(uint32_t)),
		.passing = heap_zeroed(nodes, sizeof(uint32_t)),
		.rank = rank,
	};

	prepare(&s);
	run(&s);
	for (uint32_t k = 0; k < view->key_count; k++)
		free(s.keys[k].waiting);
	free(s.heads);
	free(s.degree);
	free(s.pending);
	free(s.keys);
	free(s.woken_from);
	free(s.is_taken);
	free(s.ready);
	free(s.passing);
	free(s.parked);
	return s.taken == graph->node_count;
}
