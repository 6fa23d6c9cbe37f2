/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/registers.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

void registers_init(struct registers *registers, struct view *view)
{
	size_t size = ((size_t)view->action_count + 1) *
		      sizeof(*registers->source);

	registers->source = heap_alloc(size);
	memset(registers->source, 0xff, size);
	elements_init(&registers->elements, view, KEY_REGISTER);
	if (!view_has_kind(view, KEY_REGISTER))
		return;
	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a], write;
		struct value result = view_action(view, a)->result;
		uint8_t *status;

		if (view->owner[a] == NONE || view_writes(view, a) ||
		    view->key_kinds[key] != KEY_REGISTER ||
		    !view_has_result(view, a))
			continue;
		write = elements_find(&registers->elements, view, key, result);
		if (write == NONE || view->flags[write] & ACTION_AMBIGUOUS) {
			if (value_is_nil(result))
				registers->source[a] = SOURCE_INITIAL;
			continue;
		}
		registers->source[a] = write;
		status = &view->status[view->owner[write]];
		if (*status == TXN_OPEN)
			*status = TXN_SEEN;
	}
}

void registers_release(struct registers *registers)
{
	elements_release(&registers->elements);
	free(registers->source);
	*registers = (struct registers){ 0 };
}

/* Working memory of the scan; by key, an action + 1 as in lists_scan.c. */
struct scan {
	const struct view *view;
	const struct registers *registers;
	struct findings *findings;
	uint32_t *last; /* the latest access that tells the value */
	uint32_t *read; /* the first read, if nothing came before it */
	uint32_t *updater; /* by version: its update, + 1; by write action,
			    * then by key for the initial one */
	uint32_t first_action;
};

static struct value value_after(const struct view *view, uint32_t action)
{
	return view_writes(view, action) ? view_arg(view, action) :
					   view_action(view, action)->result;
}

static void check_source(struct scan *scan, uint32_t read)
{
	const struct view *view = scan->view;
	uint32_t write = scan->registers->source[read];

	if (write == SOURCE_UNKNOWN) {
		struct value result = view_action(view, read)->result;
		struct finding finding = { .name = A_GARBAGE_READ,
					   .key = view->key_of[read],
					   .value = result,
					   .shows = read,
					   .culprit = NONE,
					   .witness = NONE };

		if (elements_find(&scan->registers->elements, view,
				  finding.key, result) == NONE)
			findings_add(scan->findings, &finding);
		return;
	}
	if (write == SOURCE_INITIAL)
		return;
	if (view->owner[write] == view->owner[read]) {
		if (write > read)
			findings_note(scan->findings, A_FUTURE_READ, view,
				      read, write, NONE);
	} else if (view->status[view->owner[write]] == TXN_ABORTED) {
		findings_note(scan->findings, A_G1A, view, read, write, NONE);
	} else if (view->flags[write] & ACTION_NOT_FINAL) {
		findings_note(scan->findings, A_G1B, view, read, write, NONE);
	}
}

static void check_inner(struct scan *scan, uint32_t read)
{
	const struct view *view = scan->view;
	uint32_t before = scan->last[view->key_of[read]];

	if (before <= scan->first_action ||
	    value_equal(value_after(view, before - 1),
			view_action(view, read)->result))
		return;
	findings_note(scan->findings, A_INTERNAL, view, read, before - 1,
		      NONE);
	if (!view_writes(view, before - 1))
		findings_note(scan->findings, A_NON_REPEATABLE_READ, view,
			      read, before - 1, NONE);
}

/* The first write of a key that its transaction had read from another. */
static void check_update(struct scan *scan, uint32_t write)
{
	const struct view *view = scan->view;
	uint32_t key = view->key_of[write], read = scan->read[key], source;
	uint32_t *slot;

	if (read <= scan->first_action ||
	    scan->last[key] <= scan->first_action ||
	    view_writes(view, scan->last[key] - 1))
		return;
	source = scan->registers->source[read - 1];
	if (source == SOURCE_UNKNOWN)
		return;
	slot = &scan->updater[source == SOURCE_INITIAL ?
				      view->action_count + key :
				      source];
	if (*slot && view->owner[*slot - 1] != view->owner[write])
		findings_note(scan->findings, A_LOST_UPDATE, view, write,
			      *slot - 1, read - 1);
	else
		*slot = write + 1;
}

static void scan_txn(struct scan *scan, uint32_t t)
{
	const struct view *view = scan->view;
	const struct op *op = &view->history->ops[t];

	scan->first_action = op->first_action;
	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		uint32_t key = view->key_of[a];

		if (view->key_kinds[key] != KEY_REGISTER)
			continue;
		if (view_writes(view, a)) {
			check_update(scan, a);
		} else {
			check_source(scan, a);
			check_inner(scan, a);
			if (!(view->flags[a] & ACTION_INNER))
				scan->read[key] = a + 1;
		}
		scan->last[key] = a + 1;
	}
}

void registers_scan(const struct view *view, const struct registers *registers,
		    struct findings *findings)
{
	size_t keys = (size_t)view->key_count + 1;
	struct scan scan = {
		.view = view,
		.registers = registers,
		.findings = findings,
		.last = heap_zeroed(keys, sizeof(uint32_t)),
		.read = heap_zeroed(keys, sizeof(uint32_t)),
		.updater = heap_zeroed(view->action_count + keys,
				       sizeof(uint32_t)),
	};

	for (uint32_t t = 0; t < view->op_count; t++) {
		if (view->status[t] == TXN_OK)
			scan_txn(&scan, t);
	}
	free(scan.last);
	free(scan.read);
	free(scan.updater);
}
