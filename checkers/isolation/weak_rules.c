/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/weak_rules.h"

#include <stdlib.h>

#include "checkers/isolation/order.h"
#include "harness/core/arena.h"

static int compare_keys(const void *one, const void *two)
{
	const uint32_t *a = one, *b = two;

	return (*a > *b) - (*a < *b);
}

void weak_init(struct weak *weak, const struct analysis *analysis,
	       const struct graph *graph)
{
	const struct view *view = &analysis->view;
	uint32_t count = 0;

	*weak = (struct weak){ .view = view,
			       .registers = &analysis->registers,
			       .graph = graph };
	weak->process_count = order_processes(view, &weak->process_of);
	weak->write_first = heap_zeroed((size_t)view->op_count + 2,
					sizeof(uint32_t));
	weak->write_keys = heap_zeroed((size_t)view->action_count + 1,
				       sizeof(uint32_t));
	for (uint32_t t = 0; t < view->op_count; t++) {
		const struct op *op = &view->history->ops[t];

		weak->write_first[t] = count;
		for (uint32_t a = op->first_action;
		     a < op->first_action + op->action_count; a++) {
			if (registers_concern(view, a) &&
			    registers_final(view, a))
				weak->write_keys[count++] = view->key_of[a];
		}
		if (count > weak->write_first[t] + 1)
			qsort(weak->write_keys + weak->write_first[t],
			      count - weak->write_first[t], sizeof(uint32_t),
			      compare_keys);
	}
	weak->write_first[view->op_count] = count;
}

void weak_release(struct weak *weak)
{
	free(weak->process_of);
	free(weak->write_first);
	free(weak->write_keys);
}

bool weak_writes(const struct weak *weak, uint32_t txn, uint32_t key)
{
	uint32_t low = weak->write_first[txn];
	uint32_t high = weak->write_first[txn + 1];

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (weak->write_keys[middle] < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low < weak->write_first[txn + 1] &&
	       weak->write_keys[low] == key;
}

/* The transaction's last write of the key. */
static uint32_t write_of(const struct weak *weak, uint32_t txn, uint32_t key)
{
	const struct op *op = &weak->view->history->ops[txn];
	uint32_t a = op->first_action;

	while (weak->view->key_of[a] != key ||
	       !registers_final(weak->view, a))
		a++;
	return a;
}

void weak_infer(const struct weak *weak, struct inferred *inferred,
		uint32_t read, uint32_t t2)
{
	uint32_t t1 = weak_writer(weak, read);

	if (t1 != SOURCE_INITIAL) {
		inferred->reads = array_reserve(inferred->reads,
						&inferred->capacity,
						inferred->edges.count + 1,
						sizeof(*inferred->reads));
		inferred->reads[inferred->edges.count] = read;
		edges_add(&inferred->edges, t2, t1, EDGE_WW);
	} else if (inferred->late_read == NONE) {
		inferred->late_read = read;
		inferred->missed = write_of(weak, t2,
					    weak->view->key_of[read]);
	}
}

/* The reads of one transaction at hand, by key: a read + 1. */
struct reads {
	uint32_t *one; /* by key: the read, or the nearest later one */
	uint32_t *two; /* by key: the nearest of another writer */
	uint32_t *keys; /* that have an entry */
	uint32_t count;
	uint32_t *seen; /* by transaction: who read from it last, + 1 */
};

static void reads_init(struct reads *reads, const struct view *view)
{
	size_t keys = (size_t)view->key_count + 1;

	*reads = (struct reads){
		.one = heap_zeroed(keys, sizeof(uint32_t)),
		.two = heap_zeroed(keys, sizeof(uint32_t)),
		.keys = heap_zeroed(keys, sizeof(uint32_t)),
		.seen = heap_zeroed((size_t)view->op_count + 1,
				    sizeof(uint32_t)),
	};
}

static void reads_clear(struct reads *reads)
{
	for (uint32_t i = 0; i < reads->count; i++) {
		reads->one[reads->keys[i]] = 0;
		reads->two[reads->keys[i]] = 0;
	}
	reads->count = 0;
}

static void reads_release(struct reads *reads)
{
	free(reads->one);
	free(reads->two);
	free(reads->keys);
	free(reads->seen);
}

/* The read of `key` whose writer comes after t2, if any. */
static void relate(const struct weak *weak, const struct reads *reads,
		   uint32_t key, uint32_t t2, struct inferred *inferred)
{
	uint32_t read = reads->one[key];

	if (read && weak_writer(weak, read - 1) == t2)
		read = reads->two[key];
	if (read)
		weak_infer(weak, inferred, read - 1, t2);
}

/* All keys that are both in `reads` and written by t2, by way of the smaller
 * set. */
static void intersect(const struct weak *weak, const struct reads *reads,
		      uint32_t t2, struct inferred *inferred)
{
	uint32_t first = weak->write_first[t2];
	uint32_t end = weak->write_first[t2 + 1];

	if (end - first <= reads->count) {
		for (uint32_t i = first; i < end; i++)
			relate(weak, reads, weak->write_keys[i], t2, inferred);
		return;
	}
	for (uint32_t i = 0; i < reads->count; i++) {
		if (weak_writes(weak, t2, reads->keys[i]))
			relate(weak, reads, reads->keys[i], t2, inferred);
	}
}

static void enter(const struct weak *weak, struct reads *reads, uint32_t read)
{
	uint32_t key = weak->view->key_of[read];
	uint32_t *one = &reads->one[key];

	if (!*one)
		reads->keys[reads->count++] = key;
	else if (weak_writer(weak, *one - 1) != weak_writer(weak, read))
		reads->two[key] = *one;
	*one = read + 1;
}

/*
 * Marks the first read from each transaction: the last one to be met when
 * going backwards. `first_of` by action: true for it.
 */
static bool is_first_from(const struct weak *weak, struct reads *reads,
			  uint32_t read)
{
	const struct op *op =
		&weak->view->history->ops[weak->view->owner[read]];
	uint32_t t2 = weak_writer(weak, read);

	if (reads->seen[t2] <= op->first_action)
		return true;
	return reads->seen[t2] - 1 == read;
}

static void read_committed_txn(const struct weak *weak, struct reads *reads,
			       uint32_t t, struct inferred *inferred)
{
	const struct op *op = &weak->view->history->ops[t];
	uint32_t end = op->first_action + op->action_count;

	for (uint32_t a = op->first_action; a < end; a++) {
		uint32_t t2;

		if (!weak_reads(weak, a))
			continue;
		t2 = weak_writer(weak, a);
		if (t2 != SOURCE_INITIAL && is_first_from(weak, reads, a))
			reads->seen[t2] = a + 1;
	}
	for (uint32_t a = end; a-- > op->first_action;) {
		uint32_t t2;

		if (!weak_reads(weak, a))
			continue;
		t2 = weak_writer(weak, a);
		if (t2 != SOURCE_INITIAL && is_first_from(weak, reads, a))
			intersect(weak, reads, t2, inferred);
		enter(weak, reads, a);
	}
	reads_clear(reads);
}

void weak_read_committed(const struct weak *weak, struct inferred *inferred)
{
	struct reads reads;

	reads_init(&reads, weak->view);
	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (weak->view->status[t] == TXN_OK)
			read_committed_txn(weak, &reads, t, inferred);
	}
	reads_release(&reads);
}

static void read_atomic_txn(const struct weak *weak, struct reads *reads,
			    uint32_t t, struct inferred *inferred)
{
	const struct op *op = &weak->view->history->ops[t];
	uint32_t end = op->first_action + op->action_count;

	for (uint32_t a = end; a-- > op->first_action;) {
		if (weak_reads(weak, a))
			enter(weak, reads, a);
	}
	for (uint32_t a = op->first_action; a < end; a++) {
		uint32_t t2;

		if (!weak_reads(weak, a))
			continue;
		t2 = weak_writer(weak, a);
		if (t2 == SOURCE_INITIAL || !is_first_from(weak, reads, a))
			continue;
		reads->seen[t2] = a + 1;
		intersect(weak, reads, t2, inferred);
	}
	reads_clear(reads);
}

/* A table of each process's latest write of each key is kept up to so many
 * entries. */
#define LAST_MAX (UINT32_C(1) << 22)

/* Follows one transaction of a session; `last`, by `stride` times key, is the
 * latest of it so far that writes the key, + 1, or one of another session. */
static void follow(const struct weak *weak, uint32_t t, uint32_t *last,
		   size_t stride, struct inferred *inferred)
{
	const struct op *op = &weak->view->history->ops[t];

	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		uint32_t t2 = last[weak->view->key_of[a] * stride];

		if (t2 && weak->process_of[t2 - 1] == weak->process_of[t] &&
		    weak_reads(weak, a) && weak_writer(weak, a) != t2 - 1)
			weak_infer(weak, inferred, a, t2 - 1);
	}
	for (uint32_t i = weak->write_first[t]; i < weak->write_first[t + 1];
	     i++)
		last[weak->write_keys[i] * stride] = t + 1;
}

/* With many keys and processes: one session after the other. */
static void follow_each(const struct weak *weak, struct inferred *inferred)
{
	const struct view *view = weak->view;
	uint32_t *last = heap_zeroed((size_t)view->key_count + 1,
				     sizeof(*last));
	uint32_t *next = heap_zeroed((size_t)view->op_count + 1,
				     sizeof(*next));
	uint32_t *head = heap_zeroed((size_t)weak->process_count + 1,
				     sizeof(*head));

	for (uint32_t t = view->op_count; t-- > 0;) {
		if (!view_committed(view, t))
			continue;
		next[t] = head[weak->process_of[t]];
		head[weak->process_of[t]] = t + 1;
	}
	for (uint32_t p = 0; p < weak->process_count; p++) {
		for (uint32_t n = head[p]; n; n = next[n - 1])
			follow(weak, n - 1, last, 1, inferred);
	}
	free(last);
	free(next);
	free(head);
}

/* The latest writer of each key in each session comes before whom a later
 * transaction of it reads from. */
static void follow_sessions(const struct weak *weak, struct inferred *inferred)
{
	const struct view *view = weak->view;
	size_t stride = weak->process_count;
	uint32_t *last;

	if ((uint64_t)stride * view->key_count > LAST_MAX) {
		follow_each(weak, inferred);
		return;
	}
	last = heap_zeroed(stride * view->key_count + 1, sizeof(*last));
	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view_committed(view, t))
			follow(weak, t, last + weak->process_of[t], stride,
			       inferred);
	}
	free(last);
}

void weak_read_atomic(const struct weak *weak, bool sessions,
		      struct inferred *inferred)
{
	struct reads reads;

	reads_init(&reads, weak->view);
	for (uint32_t t = 0; t < weak->view->op_count; t++) {
		if (weak->view->status[t] == TXN_OK)
			read_atomic_txn(weak, &reads, t, inferred);
	}
	reads_release(&reads);
	if (sessions)
		follow_sessions(weak, inferred);
}
