/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/patterns.h"

#include <stdlib.h>
#include <string.h>

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

/* An access to a list. Those of one process stand together, in its order: so
 * that memory is read from end to end. */
struct access {
	uint32_t action;
	uint32_t key;
	uint32_t place;
	bool writes;
	bool is_last; /* of its transaction */
};

struct guarantees {
	const struct view *view;
	const struct lists *lists;
	struct findings *findings;
	struct memory *memory; /* by key */
	uint32_t process; /* + 1 */
};

static bool concerns(const struct view *view, const struct lists *lists,
		     uint32_t action)
{
	if (view->key_kinds[view->key_of[action]] != KEY_LIST)
		return false;
	if (view_writes(view, action))
		return !(view->flags[action] & ACTION_AMBIGUOUS);
	return lists_placed(lists, action);
}

static struct memory *memory_of(const struct guarantees *g, uint32_t key)
{
	struct memory *memory = &g->memory[key];

	if (memory->process != g->process)
		*memory = (struct memory){ .process = g->process };
	return memory;
}

static void check_access(const struct guarantees *g,
			 const struct access *access)
{
	const struct memory *memory = memory_of(g, access->key);
	uint32_t place = access->place;

	if (access->writes) {
		/* An unseen append comes after all that was seen. */
		if (memory->written && place < memory->written - 1)
			findings_note(g->findings, A_MONOTONIC_WRITES, g->view,
				      access->action, memory->write,
				      g->lists->longest[access->key]);
		if (place < memory->seen)
			findings_note(g->findings, A_WRITES_FOLLOW_READS,
				      g->view, access->action, memory->read,
				      g->lists->longest[access->key]);
		return;
	}
	if (place < memory->seen)
		findings_note(g->findings, A_MONOTONIC_READS, g->view,
			      access->action, memory->read, NONE);
	if (place < memory->written)
		findings_note(g->findings, A_READ_YOUR_WRITES, g->view,
			      access->action, memory->write, NONE);
}

static void remember(const struct guarantees *g, const struct access *access)
{
	struct memory *memory = memory_of(g, access->key);
	uint32_t place = access->place;

	if (access->writes) {
		uint32_t version = place == PLACE_NONE ? NONE : place + 1;

		if (version > memory->written) {
			memory->written = version;
			memory->write = access->action;
		}
	} else if (place > memory->seen) {
		memory->seen = place;
		memory->read = access->action;
	}
}

/* A transaction's accesses, from `access` on: what it did itself is no matter
 * of sessions. How many they are. */
static size_t check_txn(const struct guarantees *g,
			const struct access *access)
{
	size_t count = 0;

	do
		check_access(g, &access[count]);
	while (!access[count++].is_last);
	for (size_t i = 0; i < count; i++)
		remember(g, &access[i]);
	return count;
}

/* Where the accesses of each process can begin, and one more. */
static size_t *make_room(const struct view *view, const uint32_t *process_of,
			 uint32_t count)
{
	size_t *starts = heap_zeroed((size_t)count + 2, sizeof(*starts));

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view_committed(view, t))
			starts[process_of[t] + 1] +=
				view->history->ops[t].action_count;
	}
	for (uint32_t p = 0; p < count; p++)
		starts[p + 1] += starts[p];
	return starts;
}

/* Copies the accesses of a transaction to `to`; the end of them. */
static struct access *gather_txn(const struct view *view,
				 const struct lists *lists, uint32_t t,
				 struct access *to)
{
	const struct op *op = &view->history->ops[t];
	struct access *from = to;

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (concerns(view, lists, a))
			*to++ = (struct access){ a, view->key_of[a],
						 lists->place[a],
						 view_writes(view, a), false };
	}
	if (to > from)
		to[-1].is_last = true;
	return to;
}

void patterns_sessions(const struct view *view, const struct lists *lists,
		       struct findings *findings)
{
	uint32_t *process_of;
	uint32_t count = order_processes(view, &process_of);
	size_t *starts = make_room(view, process_of, count);
	size_t *ends = heap_alloc(((size_t)count + 1) * sizeof(*ends));
	struct access *accesses =
		heap_alloc((starts[count] + 1) * sizeof(*accesses));
	struct guarantees g = {
		.view = view,
		.lists = lists,
		.findings = findings,
		.memory = heap_zeroed((size_t)view->key_count + 1,
				      sizeof(*g.memory)),
	};

	memcpy(ends, starts, count * sizeof(*ends));
	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view_committed(view, t)) {
			size_t *end = &ends[process_of[t]];

			*end = (size_t)(gather_txn(view, lists, t,
						   accesses + *end) -
					accesses);
		}
	}
	for (uint32_t p = 0; p < count; p++) {
		g.process = p + 1;
		for (size_t i = starts[p]; i < ends[p];)
			i += check_txn(&g, accesses + i);
	}
	free(g.memory);
	free(accesses);
	free(ends);
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
