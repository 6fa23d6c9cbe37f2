/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/patterns.h"

#include <stdlib.h>

#include "checkers/isolation/order.h"
#include "harness/core/arena.h"

/* What a process has done to a key so far, by earlier transactions. */
struct memory {
	uint32_t process; /* whose this is, + 1 */
	uint32_t seen; /* elements that a read of it saw */
	uint32_t read; /* that read */
	uint32_t written; /* the latest version it wrote, + 1; NONE: unseen */
	uint32_t write; /* that write */
};

struct guarantees {
	const struct view *view;
	const struct lists *lists;
	struct findings *findings;
	struct memory *memory; /* by key */
	uint32_t process; /* + 1 */
};

static bool concerns(const struct guarantees *g, uint32_t action)
{
	const struct view *view = g->view;

	if (view->key_kinds[view->key_of[action]] != KEY_LIST)
		return false;
	if (view_writes(view, action))
		return !(view->flags[action] & ACTION_AMBIGUOUS);
	return lists_placed(g->lists, action);
}

static struct memory *memory_of(const struct guarantees *g, uint32_t action)
{
	struct memory *memory = &g->memory[g->view->key_of[action]];

	if (memory->process != g->process)
		*memory = (struct memory){ .process = g->process };
	return memory;
}

static void check_access(const struct guarantees *g, uint32_t action)
{
	const struct memory *memory = memory_of(g, action);
	uint32_t place = g->lists->place[action];
	uint32_t shown = g->lists->longest[g->view->key_of[action]];

	if (view_writes(g->view, action)) {
		/* An unseen append comes after all that was seen. */
		if (memory->written && place < memory->written - 1)
			findings_note(g->findings, A_MONOTONIC_WRITES, g->view,
				      action, memory->write, shown);
		if (place < memory->seen)
			findings_note(g->findings, A_WRITES_FOLLOW_READS,
				      g->view, action, memory->read, shown);
		return;
	}
	if (place < memory->seen)
		findings_note(g->findings, A_MONOTONIC_READS, g->view, action,
			      memory->read, NONE);
	if (place < memory->written)
		findings_note(g->findings, A_READ_YOUR_WRITES, g->view, action,
			      memory->write, NONE);
}

static void remember(const struct guarantees *g, uint32_t action)
{
	struct memory *memory = memory_of(g, action);
	uint32_t place = g->lists->place[action];

	if (view_writes(g->view, action)) {
		uint32_t version = place == PLACE_NONE ? NONE : place + 1;

		if (version > memory->written) {
			memory->written = version;
			memory->write = action;
		}
	} else if (place > memory->seen) {
		memory->seen = place;
		memory->read = action;
	}
}

static void check_txn(const struct guarantees *g, uint32_t t)
{
	const struct op *op = &g->view->history->ops[t];
	uint32_t end = op->first_action + op->action_count;

	for (uint32_t a = op->first_action; a < end; a++) {
		if (concerns(g, a))
			check_access(g, a);
	}
	for (uint32_t a = op->first_action; a < end; a++) {
		if (concerns(g, a))
			remember(g, a);
	}
}

void patterns_sessions(const struct view *view, const struct lists *lists,
		       struct findings *findings)
{
	uint32_t *process_of;
	uint32_t count = order_processes(view, &process_of);
	uint32_t *starts = heap_zeroed((size_t)count + 2, sizeof(*starts));
	uint32_t *ops = heap_alloc(((size_t)view->op_count + 1) *
				   sizeof(*ops));
	struct guarantees g = {
		.view = view,
		.lists = lists,
		.findings = findings,
		.memory = heap_zeroed((size_t)view->key_count + 1,
				      sizeof(*g.memory)),
	};

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (process_of[t] != NONE)
			starts[process_of[t] + 1]++;
	}
	for (uint32_t p = 0; p < count; p++)
		starts[p + 1] += starts[p];
	for (uint32_t t = 0; t < view->op_count; t++) {
		if (process_of[t] != NONE)
			ops[starts[process_of[t]]++] = t;
	}
	for (uint32_t i = 0; i < starts[count]; i++) {
		g.process = process_of[ops[i]] + 1;
		if (view_committed(view, ops[i]))
			check_txn(&g, ops[i]);
	}
	free(g.memory);
	free(ops);
	free(starts);
	free(process_of);
}

/* Did a transaction of the process of `t`, before it, see that version? The
 * read, or NONE. */
static uint32_t earlier_read(const struct view *view, const struct lists *lists,
			     uint32_t t, uint32_t write)
{
	const struct op *ops = view->history->ops;

	for (uint32_t u = t; u-- > 0;) {
		if (ops[u].process != ops[t].process ||
		    !view_committed(view, u))
			continue;
		for (uint32_t a = ops[u].first_action;
		     a < ops[u].first_action + ops[u].action_count; a++) {
			if (!view_writes(view, a) &&
			    view->key_of[a] == view->key_of[write] &&
			    lists_placed(lists, a) &&
			    lists->place[a] > lists->place[write])
				return a;
		}
	}
	return NONE;
}

/* What the transaction of `missing` saw must have been written by a process
 * that had read what it missed, `write`. */
static void note_follower(const struct view *view, const struct lists *lists,
			  uint32_t missing, uint32_t write,
			  struct findings *findings)
{
	const struct op *op = &view->history->ops[view->owner[missing]];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		uint32_t writer, read;

		if (view_writes(view, a) || !lists_placed(lists, a) ||
		    view->key_kinds[view->key_of[a]] != KEY_LIST ||
		    lists->place[a] == 0)
			continue;
		writer = lists->at[lists->first[view->key_of[a]] +
				   lists->place[a] - 1];
		if (writer == NONE || writer == view->owner[missing] ||
		    writer == view->owner[write])
			continue;
		read = earlier_read(view, lists, writer, write);
		if (read == NONE)
			continue;
		findings_note(findings, A_WRITES_FOLLOW_READS, view, missing,
			      write, read);
		return;
	}
}

void patterns_follow_reads(const struct view *view, const struct lists *lists,
			   struct findings *findings)
{
	size_t count = findings->count;

	for (size_t i = 0; i < count; i++) {
		struct finding finding = findings->items[i];

		if (finding.name == A_CAUSALITY &&
		    lists->place[finding.culprit] != PLACE_NONE)
			note_follower(view, lists, finding.shows,
				      finding.culprit, findings);
	}
}
