/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/words.h"

#include <inttypes.h>

#define ELEMENTS_SHOWN 6
#define ACCESSES_SHOWN 12

static const char *list_end(const struct view *view, struct value list,
			    size_t length, struct arena *arena)
{
	const struct values *values = view->history->values;
	struct value end[ELEMENTS_SHOWN];
	char *text = arena_strdup(arena, "[...");

	for (size_t i = ELEMENTS_SHOWN; i-- > 0;) {
		end[i] = value_list_last(values, list);
		list = value_list_rest(values, list);
	}
	for (size_t i = 0; i < ELEMENTS_SHOWN; i++)
		text = arena_printf(arena, "%s, %s", text,
				    value_text(values, end[i], arena));
	return arena_printf(arena, "%s] (%zu elements)", text, length);
}

const char *words_value(const struct view *view, struct value value,
			struct arena *arena)
{
	const struct values *values = view->history->values;

	if (value_is_nil(value))
		return "nil";
	if (value_kind(values, value) == VALUE_LIST) {
		size_t length = value_list_length(values, value);

		if (length > 2 * ELEMENTS_SHOWN)
			return list_end(view, value, length, arena);
	}
	return value_text(values, value, arena);
}

const char *words_key(const struct view *view, uint32_t key,
		      struct arena *arena)
{
	const struct values *values = view->history->values;

	if (value_kind(values, view->keys[key]) == VALUE_STRING)
		return value_as_string(values, view->keys[key], NULL);
	return words_value(view, view->keys[key], arena);
}

const char *words_access(const struct view *view, uint32_t action,
			 struct arena *arena)
{
	const struct action *access = view_action(view, action);
	const char *key = words_key(view, view->key_of[action], arena);

	if (view_writes(view, action))
		return arena_printf(arena, "%s %s to %s",
				    access->verb == VERB_APPEND ? "append" :
				    access->verb == VERB_ADD	? "add" :
								  "write",
				    words_value(view, access->arg, arena),
				    key);
	if (!view_has_result(view, action))
		return arena_printf(arena, "read %s", key);
	if (value_is_nil(access->result) &&
	    view->key_kinds[view->key_of[action]] != KEY_REGISTER &&
	    view->key_kinds[view->key_of[action]] != KEY_UNKNOWN)
		return arena_printf(arena, "read %s = []", key);
	return arena_printf(arena, "read %s = %s", key,
			    words_value(view, access->result, arena));
}

uint64_t words_index(const struct view *view, uint32_t op)
{
	return history_index(view->history, view->history->ops[op].invoke);
}

const char *words_txn(const struct view *view, uint32_t op,
		      struct arena *arena)
{
	const struct op *record = &view->history->ops[op];
	char *text = arena_printf(arena, "operation %" PRIu64
					 " of process %" PRId32,
				  words_index(view, op), record->process);
	const char *mark = ": ";

	if (view->status[op] == TXN_ABORTED)
		mark = " (aborted): ";
	else if (view->status[op] != TXN_OK)
		mark = " (indeterminate): ";
	for (uint32_t i = 0; i < record->action_count; i++) {
		if (i == ACCESSES_SHOWN)
			return arena_printf(arena, "%s, and %d more", text,
					    record->action_count - i);
		text = arena_printf(arena, "%s%s%s", text, mark,
				    words_access(view,
						 record->first_action + i,
						 arena));
		mark = ", ";
	}
	return text;
}
