/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/view.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

/* Open addressing from the bits of a key to its number. */
struct key_table {
	uint32_t *slots; /* number + 1 */
	uint32_t mask;
	size_t capacity; /* of view->keys */
};

static uint32_t key_hash(struct value key)
{
	uint32_t hash = key.bits * UINT32_C(0x9E3779B1);

	return hash ^ hash >> 15;
}

static void key_table_grow(struct key_table *table, const struct view *view)
{
	table->mask = table->mask * 2 + 1;
	free(table->slots);
	table->slots = heap_zeroed((size_t)table->mask + 1,
				   sizeof(*table->slots));
	for (uint32_t k = 0; k < view->key_count; k++) {
		uint32_t i = key_hash(view->keys[k]) & table->mask;

		while (table->slots[i])
			i = (i + 1) & table->mask;
		table->slots[i] = k + 1;
	}
}

static uint32_t key_number(struct key_table *table, struct view *view,
			   struct value key)
{
	uint32_t i = key_hash(key) & table->mask;

	for (; table->slots[i]; i = (i + 1) & table->mask) {
		if (value_equal(view->keys[table->slots[i] - 1], key))
			return table->slots[i] - 1;
	}
	view->keys = array_reserve(view->keys, &table->capacity,
				   (size_t)view->key_count + 1,
				   sizeof(*view->keys));
	view->keys[view->key_count++] = key;
	table->slots[i] = view->key_count;
	if (view->key_count > table->mask / 2)
		key_table_grow(table, view);
	return view->key_count - 1;
}

static bool is_access(const struct action *action)
{
	return action->verb == VERB_READ || action->verb == VERB_WRITE ||
	       action->verb == VERB_APPEND || action->verb == VERB_ADD;
}

static bool is_transaction(const struct history *history, const struct op *op)
{
	const struct action *actions = op_actions(history, op);

	if (!op_is_client(op) || op->action_count == 0)
		return false;
	for (uint16_t i = 0; i < op->action_count; i++) {
		if (!is_access(&actions[i]))
			return false;
	}
	return true;
}

/* Removals are no strangers: what they may hide is said in analysis.c. */
static void note_stranger(struct view *view, uint32_t number)
{
	const struct history *history = view->history;
	const struct op *op = &history->ops[number];
	const struct action *actions = op_actions(history, op);

	if (view->stranger != HISTORY_NONE || !op_is_client(op) ||
	    op->outcome == OUTCOME_FAIL)
		return;
	for (uint16_t i = 0; i < op->action_count; i++) {
		if (is_access(&actions[i]) || actions[i].verb == VERB_REMOVE)
			continue;
		view->stranger = number;
		view->stranger_f = actions[i].verb;
		return;
	}
}

static enum txn_status status_of(const struct op *op)
{
	switch ((enum outcome)op->outcome) {
	case OUTCOME_OK:
		return TXN_OK;
	case OUTCOME_FAIL:
		return TXN_ABORTED;
	case OUTCOME_INDETERMINATE:
		break;
	}
	return TXN_OPEN;
}

static void number_keys(struct view *view)
{
	const struct history *history = view->history;
	struct key_table table = { .mask = 511 };

	key_table_grow(&table, view);
	for (uint32_t t = 0; t < view->op_count; t++) {
		const struct op *op = &history->ops[t];

		if (!is_transaction(history, op)) {
			note_stranger(view, t);
			continue;
		}
		view->status[t] = (uint8_t)status_of(op);
		view->txn_count++;
		view->ok_count += view->status[t] == TXN_OK;
		for (uint32_t a = op->first_action;
		     a < op->first_action + op->action_count; a++) {
			view->owner[a] = t;
			view->key_of[a] =
				key_number(&table, view,
					   history->actions[a].key);
		}
	}
	free(table.slots);
}

static uint8_t kind_after(uint8_t kind, const struct action *action)
{
	uint8_t wanted = action->verb == VERB_APPEND ? KEY_LIST :
			 action->verb == VERB_ADD    ? KEY_SET :
						       KEY_REGISTER;

	return kind == KEY_UNKNOWN || kind == wanted ? wanted : KEY_MIXED;
}

/* Kinds of keys, flags of actions. `last` holds the latest access to a key;
 * it belongs to the transaction at hand if it is not before its actions. */
static void look_at_actions(struct view *view)
{
	uint32_t *last = heap_zeroed((size_t)view->key_count + 1,
				     sizeof(*last));
	uint32_t *last_write = heap_zeroed((size_t)view->key_count + 1,
					   sizeof(*last_write));

	for (uint32_t a = 0; a < view->action_count; a++) {
		uint32_t key = view->key_of[a], first;

		if (view->owner[a] == NONE)
			continue;
		first = view->history->ops[view->owner[a]].first_action;
		if (last[key] > first)
			view->flags[a] |= ACTION_INNER;
		last[key] = a + 1;
		if (view_action(view, a)->verb == VERB_READ)
			continue;
		view->flags[a] |= ACTION_WRITES;
		view->key_kinds[key] = kind_after(view->key_kinds[key],
						  view_action(view, a));
		view->writes[key]++;
		if (last_write[key] > first)
			view->flags[last_write[key] - 1] |= ACTION_NOT_FINAL;
		last_write[key] = a + 1;
	}
	free(last);
	free(last_write);
}

/* A key that nobody writes is what its reads say. */
static void guess_kinds(struct view *view)
{
	for (uint32_t a = 0; a < view->action_count; a++) {
		const struct action *action = view_action(view, a);
		uint8_t *kind = &view->key_kinds[view->key_of[a]];

		if (view->owner[a] == NONE || *kind != KEY_UNKNOWN ||
		    value_is_nil(action->result))
			continue;
		*kind = value_kind(view->history->values, action->result) ==
					VALUE_LIST ?
				KEY_LIST :
				KEY_REGISTER;
	}
}

void view_init(struct view *view, const struct history *history)
{
	size_t actions = history->action_count + 1;

	*view = (struct view){ .history = history, .stranger = HISTORY_NONE };
	view->op_count = (uint32_t)history->op_count;
	view->action_count = (uint32_t)history->action_count;
	view->status = heap_zeroed(history->op_count + 1, 1);
	view->owner = heap_alloc(actions * sizeof(*view->owner));
	memset(view->owner, 0xff, actions * sizeof(*view->owner));
	view->key_of = heap_zeroed(actions, sizeof(*view->key_of));
	view->flags = heap_zeroed(actions, 1);
	number_keys(view);
	view->key_kinds = heap_zeroed((size_t)view->key_count + 1, 1);
	view->writes = heap_zeroed((size_t)view->key_count + 1,
				   sizeof(*view->writes));
	look_at_actions(view);
	if (view_has_kind(view, KEY_UNKNOWN))
		guess_kinds(view);
}

bool view_has_kind(const struct view *view, enum key_kind kind)
{
	for (uint32_t k = 0; k < view->key_count; k++) {
		if (view->key_kinds[k] == kind)
			return true;
	}
	return false;
}

void view_release(struct view *view)
{
	free(view->status);
	free(view->owner);
	free(view->key_of);
	free(view->flags);
	free(view->keys);
	free(view->key_kinds);
	free(view->writes);
	*view = (struct view){ 0 };
}
