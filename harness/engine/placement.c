/* SPDX-License-Identifier: MIT */
#include "harness/engine/placement.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

#define NODES_MAX 64

struct sides {
	const struct history *history;
	struct value nodes[NODES_MAX];
	uint64_t refused[NODES_MAX]; /* in force: a bit for each node that it
				      * does not reach, or is not reached by */
	uint32_t count;
	bool are_too_many;
};

static uint32_t node_number(struct sides *s, struct value node)
{
	for (uint32_t i = 0; i < s->count; i++) {
		if (value_equal(s->nodes[i], node))
			return i;
	}
	if (s->count == NODES_MAX) {
		s->are_too_many = true;
		return 0;
	}
	s->nodes[s->count] = node;
	return s->count++;
}

static struct value member(const struct history *history, struct value map,
			   const char *name)
{
	struct value key =
		value_find_string(history->values, name, strlen(name));

	if (value_is_nil(key) || value_kind(history->values, map) != VALUE_MAP)
		return value_nil();
	return value_map_find(history->values, map, key, NULL);
}

static bool says(const struct history *history, struct value map,
		 const char *name, const char *text)
{
	struct value found = member(history, map, name);

	return value_kind(history->values, found) == VALUE_STRING &&
	       strcmp(value_as_string(history->values, found, NULL), text) == 0;
}

/* The value of a note on partitions, nil if the operation is none. */
static struct value note_of(const struct history *history, const struct op *op)
{
	const char *f = history_f_name(history, op->f);
	const struct action *action = op_actions(history, op);

	if (op_is_client(op) || op->action_count == 0 || !f ||
	    strcmp(f, "partition") != 0)
		return value_nil();
	return value_is_nil(action->arg) ? action->result : action->arg;
}

static void take_row(struct sides *s, struct value node, struct value list)
{
	const struct values *values = s->history->values;
	uint32_t from = node_number(s, node);
	size_t count;
	struct value *others;

	if (value_kind(values, list) != VALUE_LIST)
		return;
	count = value_list_length(values, list);
	others = heap_alloc((count + 1) * sizeof(*others));
	value_list_elements(values, list, others);
	for (size_t i = 0; i < count; i++) {
		uint32_t to = node_number(s, others[i]);

		s->refused[from] |= UINT64_C(1) << to;
		s->refused[to] |= UINT64_C(1) << from;
	}
	free(others);
}

static void take_grudge(struct sides *s, struct value grudge)
{
	const struct values *values = s->history->values;
	size_t count;
	struct value *nodes;
	struct value *lists;

	memset(s->refused, 0, sizeof(s->refused));
	if (value_kind(values, grudge) != VALUE_MAP)
		return;
	count = value_map_length(values, grudge);
	nodes = heap_alloc((count + 1) * sizeof(*nodes));
	lists = heap_alloc((count + 1) * sizeof(*lists));
	value_map_entries(values, grudge, nodes, lists);
	for (size_t i = 0; i < count; i++)
		take_row(s, nodes[i], lists[i]);
	free(nodes);
	free(lists);
}

static bool is_proven(const struct history *history, struct value note)
{
	return says(history, note, "do", "inject") &&
	       says(history, note, "stage", "end") &&
	       says(history, note, "effect", "proven");
}

/* Counts what was invoked from operation `first` on until `over`. */
static void count_between(struct sides *s, uint32_t first, uint32_t over,
			  struct placement *placement)
{
	const struct history *history = s->history;

	for (uint32_t i = first; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		bool answered = op->outcome == OUTCOME_OK;
		uint32_t node;
		struct side *side;
		struct answers *answers;

		if (op->invoke >= over)
			break;
		if (!op_is_client(op) || value_is_nil(op->node) ||
		    op->f == VERB_CAS || (answered && op->complete > over))
			continue;
		node = node_number(s, op->node);
		side = 2 * (uint32_t)__builtin_popcountll(s->refused[node]) <
				       s->count ?
			       &placement->majority :
			       &placement->minority;
		answers = op->f == VERB_READ ? &side->reads : &side->updates;
		answers->asked++;
		answers->answered += answered;
	}
}

/* Grudges may name nodes that no operation went to, and the other way. */
static void find_nodes(struct sides *s)
{
	const struct history *history = s->history;

	for (uint32_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		struct value note = note_of(history, op);

		if (op_is_client(op) && !value_is_nil(op->node))
			node_number(s, op->node);
		else if (!value_is_nil(note))
			take_grudge(s, member(history, note, "grudge"));
	}
}

void placement_measure(const struct history *history,
		       struct placement *placement)
{
	struct sides s = { .history = history };
	uint32_t since = HISTORY_NONE;

	*placement = (struct placement){ .partitions = 0 };
	find_nodes(&s);
	if (s.are_too_many)
		return;
	for (uint32_t i = 0; i <= history->op_count; i++) {
		bool is_end = i == history->op_count;
		struct value note =
			is_end ? value_nil() :
				 note_of(history, &history->ops[i]);

		if (!is_end && value_is_nil(note))
			continue;
		if (since != HISTORY_NONE)
			count_between(&s, since,
				      is_end ? HISTORY_NONE :
					       history->ops[i].invoke,
				      placement);
		since = HISTORY_NONE;
		/* Where clients alone are cut off there are no sides. */
		if (is_end || !is_proven(history, note) ||
		    value_kind(history->values,
			       member(history, note, "grudge")) != VALUE_MAP)
			continue;
		take_grudge(&s, member(history, note, "grudge"));
		since = i + 1;
		placement->partitions++;
	}
}
