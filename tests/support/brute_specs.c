/* SPDX-License-Identifier: MIT */
/* Specifications for the brute-force judge. */
#include "tests/support/brute.h"

#include "tests/support/history_builder.h"

bool brute_register(struct brute_state *state, const struct brute_op *op,
		    int choice)
{
	if (choice)
		return false;
	if (op->verb == VERB_READ)
		return op->is_open || op->result == state->cells[0];
	if (op->is_refused)
		return op->expected != state->cells[0];
	if (op->verb == VERB_CAS && op->expected != state->cells[0])
		return false;
	state->cells[0] = op->arg;
	return true;
}

static void put(struct brute_state *state, int64_t value)
{
	state->cells[state->count++] = value;
}

static void take(struct brute_state *state, int index)
{
	state->count--;
	for (int i = index; i < state->count; i++)
		state->cells[i] = state->cells[i + 1];
}

static bool is_insertion(const struct brute_op *op)
{
	return op->verb == VERB_ENQUEUE || op->verb == VERB_PUSH ||
	       op->verb == VERB_ADD;
}

/* Takes or shows the item at `index`, which is whose turn it is. */
static bool hand_out(struct brute_state *state, const struct brute_op *op,
		     int index)
{
	if (state->count == 0)
		return !op->is_open && op->result == NIL;
	if (!op->is_open && op->result != state->cells[index])
		return false;
	if (op->verb != VERB_PEEK)
		take(state, index);
	return true;
}

bool brute_queue(struct brute_state *state, const struct brute_op *op,
		 int choice)
{
	if (choice)
		return false;
	if (is_insertion(op)) {
		put(state, op->arg);
		return true;
	}
	return hand_out(state, op, 0);
}

bool brute_stack(struct brute_state *state, const struct brute_op *op,
		 int choice)
{
	if (choice)
		return false;
	if (is_insertion(op)) {
		put(state, op->arg);
		return true;
	}
	return hand_out(state, op, state->count - 1);
}

bool brute_priority(struct brute_state *state, const struct brute_op *op,
		    int choice)
{
	int highest = 0;

	if (choice)
		return false;
	if (is_insertion(op)) {
		put(state, op->arg);
		return true;
	}
	for (int i = 1; i < state->count; i++) {
		if (state->cells[i] > state->cells[highest])
			highest = i;
	}
	return hand_out(state, op, highest);
}

bool brute_bag(struct brute_state *state, const struct brute_op *op,
	       int choice)
{
	int64_t wanted = op->verb == VERB_REMOVE ? op->arg : op->result;

	if (is_insertion(op)) {
		put(state, op->arg);
		return choice == 0;
	}
	if (op->is_open && op->verb == VERB_PEEK)
		return choice == 0;
	if (op->is_open && op->verb != VERB_REMOVE) {
		if (choice >= state->count)
			return false;
		take(state, choice);
		return true;
	}
	if (choice)
		return false;
	if (wanted == NIL)
		return state->count == 0;
	for (int i = 0; i < state->count; i++) {
		if (state->cells[i] != wanted)
			continue;
		if (op->verb != VERB_PEEK)
			take(state, i);
		return true;
	}
	return false;
}

static int find(const struct brute_state *state, int64_t value)
{
	for (int i = 0; i < state->count; i++) {
		if (state->cells[i] == value)
			return i;
	}
	return -1;
}

static bool list_has(const struct brute_op *op, int64_t value)
{
	for (int i = 0; i < op->list_length; i++) {
		if (op->list[i] == value)
			return true;
	}
	return false;
}

bool brute_set(struct brute_state *state, const struct brute_op *op,
	       int choice)
{
	int at = find(state, op->arg);
	bool told = !op->is_open && op->result != NIL;

	if (choice)
		return false;
	switch (op->verb) {
	case VERB_CONTAINS:
		return !told || (op->result != 0) == (at >= 0);
	case VERB_ADD:
		if (told && (op->result != 0) != (at < 0))
			return false;
		if (at < 0)
			put(state, op->arg);
		return true;
	case VERB_REMOVE:
		if (told && (op->result != 0) != (at >= 0))
			return false;
		if (at >= 0)
			take(state, at);
		return true;
	default:
		break;
	}
	if (op->is_open)
		return true;
	for (int i = 0; i < state->count; i++) {
		if (!list_has(op, state->cells[i]))
			return false;
	}
	for (int i = 0; i < op->list_length; i++) {
		if (find(state, op->list[i]) < 0)
			return false;
	}
	return true;
}

bool brute_mutex(struct brute_state *state, const struct brute_op *op,
		 int choice)
{
	if (choice || (op->verb == VERB_ACQUIRE) != (state->count == 0))
		return false;
	state->count = op->verb == VERB_ACQUIRE;
	return true;
}

bool brute_owner(struct brute_state *state, const struct brute_op *op,
		 int choice)
{
	if (choice)
		return false;
	if (op->verb == VERB_ACQUIRE) {
		if (state->count)
			return false;
		put(state, op->process);
		return true;
	}
	if (!state->count || state->cells[0] != op->process)
		return false;
	state->count = 0;
	return true;
}

bool brute_reentrant(struct brute_state *state, const struct brute_op *op,
		     int choice)
{
	if (choice)
		return false;
	if (op->verb == VERB_ACQUIRE) {
		if (state->count && state->cells[0] != op->process)
			return false;
		put(state, op->process);
		return true;
	}
	if (!state->count || state->cells[0] != op->process)
		return false;
	state->count--;
	return true;
}

bool brute_semaphore(struct brute_state *state, const struct brute_op *op,
		     int choice)
{
	int permits = op->arg == NIL ? 1 : (int)op->arg;

	if (choice)
		return false;
	state->count += op->verb == VERB_ACQUIRE ? permits : -permits;
	return state->count >= 0 && state->count <= 2;
}

/* Cell 0: the last token. A token that is not known is any from -4 to 15; the
 * tests' own are 0 to 6, so that leaves room on both sides. */
bool brute_fenced(struct brute_state *state, const struct brute_op *op,
		  int choice)
{
	int64_t token = op->result;

	if (op->verb == VERB_RELEASE) {
		if (choice || !state->count ||
		    (op->arg != NIL && op->arg != state->cells[0]))
			return false;
		state->count = 0;
		return true;
	}
	if (state->count)
		return false;
	if (op->is_open || token == NIL) {
		token = (state->cells[0] == NIL ? -5 : state->cells[0]) + 1 +
			choice;
		if (token > 15)
			return false;
	} else if (choice || (state->cells[0] != NIL &&
			      token <= state->cells[0])) {
		return false;
	}
	state->cells[0] = token;
	state->count = 1;
	return true;
}

bool brute_counter(struct brute_state *state, const struct brute_op *op,
		   int choice)
{
	int64_t amount = op->arg == NIL ? 1 : op->arg;
	int64_t value = state->count; /* starts at 0 */

	if (choice)
		return false;
	if (op->verb == VERB_READ)
		return op->is_open ||
		       (op->result == NIL ? 0 : op->result) == value;
	value += op->verb == VERB_INCREMENT ? amount : -amount;
	state->count = (int)value;
	return op->is_open || op->result == NIL || op->result == value;
}

bool brute_list(struct brute_state *state, const struct brute_op *op,
		int choice)
{
	if (choice)
		return false;
	if (op->verb == VERB_APPEND) {
		put(state, op->arg);
		return true;
	}
	if (op->is_open)
		return true;
	if (op->list_length != state->count)
		return false;
	for (int i = 0; i < state->count; i++) {
		if (op->list[i] != state->cells[i])
			return false;
	}
	return true;
}

bool brute_log(struct brute_state *state, const struct brute_op *op,
	       int choice)
{
	int from = op->arg == NIL ? 0 : (int)op->arg;

	if (choice)
		return false;
	if (op->verb == VERB_SEND) {
		if (!op->is_open && op->result != NIL &&
		    op->result != state->count)
			return false;
		put(state, op->arg);
		return true;
	}
	for (int i = 0; !op->is_open && i < op->list_length; i++) {
		if (from + i >= state->count ||
		    state->cells[from + i] != op->list[i])
			return false;
	}
	return true;
}
