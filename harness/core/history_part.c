/* SPDX-License-Identifier: MIT */
#include "harness/core/history_part.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/history_write.h"

/* What is kept of an operation. */
enum keep { KEEP_NOTHING, KEEP_WRITES, KEEP_ALL };

/* An element that a read brought. */
struct seen {
	struct value key;
	struct value element;
};

struct part {
	const struct history *from;
	struct history *to;
	uint8_t *keep; /* by operation */
	struct seen *seen;
	size_t seen_count, seen_capacity;
	struct action *actions; /* of the entry at hand */
	size_t action_capacity;
};

static bool is_write(const struct action *action)
{
	return action->verb != VERB_READ && !value_is_nil(action->arg);
}

static void add_seen(struct part *part, struct value key, struct value element)
{
	part->seen = array_reserve(part->seen, &part->seen_capacity,
				   part->seen_count + 1, sizeof(*part->seen));
	part->seen[part->seen_count++] = (struct seen){ key, element };
}

/* A list's elements, or the value itself. */
static void note_result(struct part *part, const struct action *action)
{
	const struct values *values = part->from->values;
	struct value result = action->result;

	if (value_is_nil(result))
		return;
	if (value_kind(values, result) != VALUE_LIST) {
		add_seen(part, action->key, result);
		return;
	}
	for (size_t n = value_list_length(values, result); n > 0; n--) {
		add_seen(part, action->key, value_list_last(values, result));
		result = value_list_rest(values, result);
	}
}

static int compare_seen(const void *a, const void *b)
{
	const struct seen *one = a, *two = b;

	if (one->key.bits != two->key.bits)
		return one->key.bits < two->key.bits ? -1 : 1;
	if (one->element.bits != two->element.bits)
		return one->element.bits < two->element.bits ? -1 : 1;
	return 0;
}

static bool was_seen(const struct part *part, const struct action *action)
{
	struct seen wanted = { action->key, action->arg };

	return part->seen_count > 0 && is_write(action) &&
	       bsearch(&wanted, part->seen, part->seen_count,
		       sizeof(*part->seen), compare_seen);
}

static void find_kept(struct part *part, const uint32_t *ops, size_t count)
{
	const struct history *from = part->from;

	for (size_t i = 0; i < count; i++) {
		const struct op *op = &from->ops[ops[i]];

		part->keep[ops[i]] = KEEP_ALL;
		for (uint32_t a = 0; a < op->action_count; a++)
			note_result(part, &op_actions(from, op)[a]);
	}
	if (part->seen_count > 0)
		qsort(part->seen, part->seen_count, sizeof(*part->seen),
		      compare_seen);
	for (size_t i = 0; i < from->op_count; i++) {
		const struct op *op = &from->ops[i];

		for (uint32_t a = 0;
		     part->keep[i] == KEEP_NOTHING && a < op->action_count; a++)
			if (was_seen(part, &op_actions(from, op)[a]))
				part->keep[i] = KEEP_WRITES;
	}
}

static struct value copy(const struct part *part, struct value value)
{
	return value_copy(part->to->values, part->from->values, value);
}

static size_t copy_actions(struct part *part, const struct entry *entry,
			   enum keep keep)
{
	size_t count = 0;

	part->actions = array_reserve(part->actions, &part->action_capacity,
				      entry->action_count + 1,
				      sizeof(*part->actions));
	for (size_t i = 0; i < entry->action_count; i++) {
		struct action action = entry->actions[i];

		if (keep == KEEP_WRITES && entry->f == VERB_TXN &&
		    !is_write(&action))
			continue;
		action.key = copy(part, action.key);
		action.expected = copy(part, action.expected);
		action.arg = copy(part, action.arg);
		action.result = copy(part, action.result);
		part->actions[count++] = action;
	}
	return count;
}

/* The number of a name in the part; false if it cannot have one. */
static bool name_again(struct part *part, uint16_t *f, struct error *err)
{
	const char *name;

	if (*f < VERB_COUNT)
		return true;
	name = history_f_name(part->from, *f);
	*f = history_f(part->to, name, strlen(name), err);
	return *f != VERB_NONE;
}

static int copy_entry(struct part *part, uint32_t position, struct error *err)
{
	struct entry entry = history_entry(part->from, position);
	enum keep keep = part->keep[part->from->entry_ops[position]];

	if (keep == KEEP_NOTHING || entry.process < 0)
		return 0;
	entry.action_count = copy_actions(part, &entry, keep);
	entry.actions = part->actions;
	entry.error = copy(part, entry.error);
	entry.node = copy(part, entry.node);
	for (size_t i = 0; i < entry.action_count; i++) {
		if (!name_again(part, &part->actions[i].verb, err))
			return -1;
	}
	if (!name_again(part, &entry.f, err))
		return -1;
	return history_append(part->to, &entry, err);
}

struct history *history_part(const struct history *history,
			     const uint32_t *ops, size_t count,
			     struct error *err)
{
	struct part part = { .from = history, .to = history_new() };
	int result = 0;

	part.keep = heap_zeroed(history->op_count + 1, 1);
	find_kept(&part, ops, count);
	for (size_t i = 0; i < history->entry_count && result == 0; i++)
		result = copy_entry(&part, (uint32_t)i, err);
	free(part.keep);
	free(part.seen);
	free(part.actions);
	if (result == 0)
		return part.to;
	history_free(part.to);
	return NULL;
}
