/* SPDX-License-Identifier: MIT */
#include "checkers/isolation/reason.h"

/* What is looked for, and where: the accesses of one of the transactions. */
struct quest {
	const struct view *view;
	const struct lists *lists;
	const struct registers *registers;
	const struct sets *sets;
	const struct step *step;
	uint32_t except;
	struct reason *reason;
};

static bool found(const struct quest *quest, uint32_t key, uint32_t from,
		  uint32_t to)
{
	*quest->reason = (struct reason){ key, from, to };
	return true;
}

/* The first unseen append of the later transaction to a key, or NONE. */
static uint32_t unseen_append(const struct quest *quest, uint32_t key)
{
	const struct lists *lists = quest->lists;

	for (uint32_t i = lists->unseen_first[key];
	     i < lists->unseen_first[key + 1]; i++) {
		if (quest->view->owner[lists->unseen[i]] == quest->step->to)
			return lists->unseen[i];
	}
	return NONE;
}

/* The append of the later transaction that is next after the first `count`
 * elements, if it is its. */
static uint32_t next_append(const struct quest *quest, uint32_t key,
			    uint32_t count)
{
	const struct lists *lists = quest->lists;
	uint32_t at = lists->first[key] + count;

	if (lists->after[at] == NONE)
		return unseen_append(quest, key);
	if (lists->after[at] != quest->step->to)
		return NONE;
	while (lists->at[at] == NONE)
		at++;
	return lists->writer[at];
}

static bool list_ww(const struct quest *quest, uint32_t append)
{
	uint32_t key = quest->view->key_of[append], to;

	if (!view_writes(quest->view, append) ||
	    quest->lists->place[append] == PLACE_NONE)
		return false;
	to = next_append(quest, key, quest->lists->place[append] + 1);
	return to != NONE && found(quest, key, append, to);
}

static bool list_rw(const struct quest *quest, uint32_t read)
{
	uint32_t key = quest->view->key_of[read], to;

	if (view_writes(quest->view, read) ||
	    !lists_placed(quest->lists, read))
		return false;
	to = next_append(quest, key, quest->lists->place[read]);
	return to != NONE && found(quest, key, read, to);
}

/* `read` is an access of the later transaction. */
static bool list_wr(const struct quest *quest, uint32_t read)
{
	const struct view *view = quest->view;
	const struct lists *lists = quest->lists;
	uint32_t key = view->key_of[read], place = lists->place[read];
	uint32_t append;

	if (view_writes(view, read) || place == 0 || place == PLACE_NONE)
		return false;
	if (place == PLACE_ASTRAY)
		append = elements_find(
			&lists->elements, view, key,
			value_list_last(view->history->values,
					view_action(view, read)->result));
	else
		append = lists->writer[lists->first[key] + place - 1];
	return append != NONE && view->owner[append] == quest->step->from &&
	       found(quest, key, append, read);
}

/* The last write of a register by a transaction, or NONE. */
static uint32_t final_write(const struct view *view, uint32_t op, uint32_t key)
{
	const struct op *record = &view->history->ops[op];

	for (uint32_t a = record->first_action;
	     a < record->first_action + record->action_count; a++) {
		if (view->key_of[a] == key && registers_final(view, a))
			return a;
	}
	return NONE;
}

/* Registers: whatever access of a key fits the kind. */
static bool try_register(const struct quest *quest, uint32_t action)
{
	const struct view *view = quest->view;
	uint32_t key = view->key_of[action], to;
	uint32_t source = quest->registers->source[action];

	if (quest->step->kind == EDGE_WR)
		return source < SOURCE_INITIAL &&
		       view->owner[source] == quest->step->from &&
		       found(quest, key, source, action);
	if (quest->step->kind == EDGE_RW ? view_writes(view, action) ||
						   source == SOURCE_UNKNOWN :
					   !registers_final(view, action))
		return false;
	/* Who saw it did not come before it. */
	if (quest->step->kind == EDGE_RW && source < SOURCE_INITIAL &&
	    view->owner[source] == quest->step->to)
		return false;
	to = final_write(view, quest->step->to, key);
	return to != NONE && found(quest, key, action, to);
}

/* Rows: `read` is an access of the later transaction where it saw the
 * earlier one's, of the earlier one where it missed the later one's. */
static bool try_set(const struct quest *quest, uint32_t read)
{
	const struct view *view = quest->view;
	bool is_seen = quest->step->kind == EDGE_WR;
	const struct op *op = &view->history->ops[is_seen ? quest->step->from :
							    quest->step->to];

	if (view_writes(view, read) ||
	    (!is_seen && quest->step->kind != EDGE_RW))
		return false;
	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (!view_writes(view, a) ||
		    view->key_of[a] != view->key_of[read] ||
		    sets_shows(view, read, view_arg(view, a)) != is_seen)
			continue;
		return is_seen ? found(quest, view->key_of[a], a, read) :
				 found(quest, view->key_of[a], read, a);
	}
	return false;
}

static bool try_access(const struct quest *quest, uint32_t action)
{
	uint32_t key = quest->view->key_of[action];

	if (key == quest->except)
		return false;
	if (quest->view->key_kinds[key] == KEY_REGISTER)
		return try_register(quest, action);
	if (quest->view->key_kinds[key] == KEY_SET)
		return try_set(quest, action);
	if (quest->view->key_kinds[key] != KEY_LIST)
		return false;
	switch ((enum edge_kind)quest->step->kind) {
	case EDGE_WW:
		return list_ww(quest, action);
	case EDGE_WR:
		return list_wr(quest, action);
	case EDGE_RW:
		return list_rw(quest, action);
	case EDGE_PROCESS:
	case EDGE_REALTIME:
	case EDGE_SAME:
	case EDGE_KINDS:
		break;
	}
	return false;
}

bool reason_find(const struct analysis *analysis, const struct step *step,
		 uint32_t except, struct reason *reason)
{
	const struct view *view = &analysis->view;
	struct quest quest = { view,
			       &analysis->lists,
			       &analysis->registers,
			       &analysis->sets,
			       step,
			       except,
			       reason };
	uint32_t t = step->kind == EDGE_WR ? step->to : step->from;
	const struct op *op = &view->history->ops[t];

	*reason = (struct reason){ NONE, NONE, NONE };
	if (step->kind == EDGE_PROCESS || step->kind == EDGE_REALTIME)
		return true;
	for (uint32_t a = op->first_action;
	     a < op->first_action + op->action_count; a++) {
		if (try_access(&quest, a))
			return true;
	}
	return false;
}
