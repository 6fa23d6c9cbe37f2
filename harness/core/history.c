/* SPDX-License-Identifier: MIT */
#include "harness/core/history.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/history_private.h"

#define RETIRED (HISTORY_NONE - 1)

struct history *history_new(void)
{
	struct history *history = heap_zeroed(1, sizeof(*history));

	history->private = heap_zeroed(1, sizeof(*history->private));
	history->values = values_new();
	return history;
}

void history_free(struct history *history)
{
	if (!history)
		return;
	values_free(history->values);
	free(history->ops);
	free(history->actions);
	free(history->entry_ops);
	free(history->entry_indexes);
	free(history->private->seats);
	free(history->private->names);
	free(history->private->f_of_text);
	free(history->private);
	free(history);
}

size_t history_bytes(const struct history *history)
{
	const struct history_private *private = history->private;

	return values_bytes(history->values) +
	       private->op_capacity * sizeof(*history->ops) +
	       private->action_capacity * sizeof(*history->actions) +
	       private->entry_capacity * sizeof(*history->entry_ops) +
	       private->index_capacity * sizeof(*history->entry_indexes) +
	       private->seat_size * sizeof(*private->seats);
}

static size_t seat_slot(const struct history_private *private, int32_t process)
{
	size_t mask = private->seat_size - 1;
	size_t slot = (uint32_t)process * UINT32_C(2654435769) & mask;

	while (private->seats[slot].is_taken &&
	       private->seats[slot].process != process)
		slot = (slot + 1) & mask;
	return slot;
}

static struct history_seat *seat_of(struct history_private *private,
				    int32_t process)
{
	struct history_seat *seat;

	if (private->seat_count * 2 >= private->seat_size) {
		struct history_seat *old = private->seats;
		size_t old_size = private->seat_size;

		private->seat_size = old_size ? old_size * 2 : 64;
		private->seats =
			heap_zeroed(private->seat_size, sizeof(*old));
		for (size_t i = 0; i < old_size; i++) {
			if (old[i].is_taken)
				private->seats[seat_slot(private,
							 old[i].process)] =
					old[i];
		}
		free(old);
	}
	seat = &private->seats[seat_slot(private, process)];
	if (!seat->is_taken) {
		*seat = (struct history_seat){ .process = process,
					       .is_taken = true,
					       .state = HISTORY_NONE };
		private->seat_count++;
	}
	return seat;
}

static void push_entry(struct history *history, const struct entry *entry,
		       uint32_t op)
{
	struct history_private *private = history->private;
	size_t position = history->entry_count;

	history->entry_ops =
		array_reserve(history->entry_ops, &private->entry_capacity,
			      position + 1, sizeof(*history->entry_ops));
	history->entry_ops[position] = op;
	if (!history->entry_indexes && entry->index != position) {
		history->entry_indexes = array_reserve(
			NULL, &private->index_capacity, position + 1,
			sizeof(*history->entry_indexes));
		for (size_t i = 0; i < position; i++)
			history->entry_indexes[i] = i;
	}
	if (history->entry_indexes) {
		history->entry_indexes = array_reserve(
			history->entry_indexes, &private->index_capacity,
			position + 1, sizeof(*history->entry_indexes));
		history->entry_indexes[position] = entry->index;
	}
	history->entry_count++;
}

/* A new operation; results are the completion's to bring. */
static uint32_t push_op(struct history *history, const struct entry *entry,
			bool keep_results)
{
	struct history_private *private = history->private;
	size_t number = history->op_count;
	size_t first = history->action_count;

	history->ops = array_reserve(history->ops, &private->op_capacity,
				     number + 1, sizeof(*history->ops));
	history->actions =
		array_reserve(history->actions, &private->action_capacity,
			      first + entry->action_count + 1,
			      sizeof(*history->actions));
	for (size_t i = 0; i < entry->action_count; i++) {
		history->actions[first + i] = entry->actions[i];
		if (!keep_results)
			history->actions[first + i].result = value_nil();
	}
	history->ops[number] = (struct op){
		.invoke_ns = entry->time_ns,
		.complete_ns = -1,
		.invoke = (uint32_t)history->entry_count,
		.complete = HISTORY_NONE,
		.first_action = (uint32_t)first,
		.action_count = (uint16_t)entry->action_count,
		.f = entry->f,
		.process = entry->process,
		.outcome = OUTCOME_INDETERMINATE,
		.error = entry->error,
		.node = entry->node,
	};
	history->action_count += entry->action_count;
	history->op_count++;
	return (uint32_t)number;
}

static int check_room(const struct history *history, const struct entry *entry,
		      struct error *err)
{
	size_t last = history->entry_count;

	if (entry->action_count > UINT16_MAX)
		return error_set(err, "a transaction of %zu actions; at most "
				      "65535 are read", entry->action_count);
	if (history->entry_count >= RETIRED ||
	    history->action_count + entry->action_count >= RETIRED)
		return error_set(err, "more than 4 billion entries");
	if (last > 0 &&
	    entry->index <= history_index(history, (uint32_t)last - 1))
		return error_set(err,
				 "index %" PRIu64 " after index %" PRIu64
				 "; indexes must grow", entry->index,
				 history_index(history, (uint32_t)last - 1));
	return 0;
}

static int append_invocation(struct history *history,
			     const struct entry *entry, struct error *err)
{
	struct history_seat *seat = seat_of(history->private, entry->process);

	if (seat->state == RETIRED)
		return error_set(err, "process %" PRId32 " invokes '%s' after "
				      "an operation of its ended "
				      "indeterminate; its number must be "
				      "retired", entry->process,
				 history_f_name(history, entry->f));
	if (seat->state != HISTORY_NONE)
		return error_set(err, "process %" PRId32 " invokes '%s' while "
				      "its operation of index %" PRIu64
				      " is open", entry->process,
				 history_f_name(history, entry->f),
				 history_index(history,
					       history->ops[seat->state]
						       .invoke));
	seat->state = push_op(history, entry, false);
	push_entry(history, entry, seat->state);
	return 0;
}

/* Same, or left out in the completion, or left out in the invocation. */
static bool agree(struct value invoked, struct value completed)
{
	return value_equal(invoked, completed) || value_is_nil(completed) ||
	       value_is_nil(invoked);
}

static int check_actions(const struct history *history, const struct op *op,
			 const struct entry *entry, struct error *err)
{
	const struct action *invoked = op_actions(history, op);

	if (entry->action_count == 0)
		return 0;
	if (entry->action_count != op->action_count)
		return error_set(err, "a completion of %zu actions for an "
				      "invocation of %u", entry->action_count,
				 op->action_count);
	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *completed = &entry->actions[i];

		if (completed->verb != invoked[i].verb)
			return error_set(err, "action %zu is '%s' in the "
					      "completion and '%s' in the "
					      "invocation", i,
					 history_f_name(history,
							completed->verb),
					 history_f_name(history,
							invoked[i].verb));
		if (!agree(invoked[i].key, completed->key))
			return error_set(err, "action %zu has another key in "
					      "the completion than in the "
					      "invocation", i);
		if (!agree(invoked[i].arg, completed->arg) ||
		    !agree(invoked[i].expected, completed->expected))
			return error_set(err, "action %zu ('%s') has another "
					      "value in the completion than "
					      "in the invocation", i,
					 history_f_name(history,
							completed->verb));
	}
	return 0;
}

static void merge_actions(struct history *history, const struct op *op,
			  const struct entry *entry)
{
	struct action *invoked = history->actions + op->first_action;

	for (size_t i = 0; i < entry->action_count; i++) {
		const struct action *completed = &entry->actions[i];

		if (value_is_nil(invoked[i].key))
			invoked[i].key = completed->key;
		if (value_is_nil(invoked[i].arg))
			invoked[i].arg = completed->arg;
		if (value_is_nil(invoked[i].expected))
			invoked[i].expected = completed->expected;
		if (entry->type != OP_FAIL)
			invoked[i].result = completed->result;
	}
}

static int append_completion(struct history *history,
			     const struct entry *entry, struct error *err)
{
	struct history_seat *seat = seat_of(history->private, entry->process);
	struct op *op;

	if (seat->state == RETIRED || seat->state == HISTORY_NONE)
		return error_set(err, "process %" PRId32 " completes '%s' (%s) "
				      "without an invocation", entry->process,
				 history_f_name(history, entry->f),
				 op_type_name(entry->type));
	op = &history->ops[seat->state];
	if (op->f != entry->f)
		return error_set(err, "process %" PRId32 " completes '%s', but "
				      "its open operation of index %" PRIu64
				      " is '%s'", entry->process,
				 history_f_name(history, entry->f),
				 history_index(history, op->invoke),
				 history_f_name(history, op->f));
	if (check_actions(history, op, entry, err))
		return -1;
	merge_actions(history, op, entry);
	op->complete = (uint32_t)history->entry_count;
	op->complete_ns = entry->time_ns;
	op->outcome = entry->type == OP_OK   ? OUTCOME_OK :
		      entry->type == OP_FAIL ? OUTCOME_FAIL :
					       OUTCOME_INDETERMINATE;
	if (!value_is_nil(entry->error))
		op->error = entry->error;
	if (!value_is_nil(entry->node))
		op->node = entry->node;
	push_entry(history, entry, seat->state);
	seat->state = entry->type == OP_INFO ? RETIRED : HISTORY_NONE;
	return 0;
}

int history_append(struct history *history, const struct entry *entry,
		   struct error *err)
{
	if (check_room(history, entry, err))
		return -1;
	if (entry->process == PROCESS_NEMESIS) {
		push_entry(history, entry, push_op(history, entry, true));
		return 0;
	}
	if (entry->process < 0)
		return error_set(err, "process %" PRId32 " is negative",
				 entry->process);
	switch (entry->type) {
	case OP_INVOKE:
		return append_invocation(history, entry, err);
	case OP_OK:
	case OP_FAIL:
	case OP_INFO:
		return append_completion(history, entry, err);
	case OP_NONE:
		break;
	}
	return error_set(err, "an entry without a type");
}

enum op_type history_entry_type(const struct history *history,
				uint32_t position)
{
	const struct op *op = &history->ops[history->entry_ops[position]];

	if (op->process == PROCESS_NEMESIS)
		return OP_INFO;
	if (op->invoke == position)
		return OP_INVOKE;
	switch (op->outcome) {
	case OUTCOME_OK:
		return OP_OK;
	case OUTCOME_FAIL:
		return OP_FAIL;
	default:
		return OP_INFO;
	}
}
