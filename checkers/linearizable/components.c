/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/components.h"

#include <stdlib.h>

#include "checkers/linearizable/value_map.h"
#include "harness/core/arena.h"

#define KEYS_SHOWN_MAX 8

struct joining {
	const struct history *history;
	struct value_map numbers; /* of keys */
	struct value *keys;
	size_t capacity;
	uint32_t *parents; /* of each key; a forest */
	size_t parent_capacity;
	uint32_t *groups; /* of each key that is a root: its group, plus 1 */
};

static uint32_t number_of(struct joining *joining, struct value key)
{
	size_t known = joining->numbers.count;
	uint32_t number =
		*value_map_put(&joining->numbers, key, (uint32_t)known);

	if (number < known)
		return number;
	joining->keys = array_reserve(joining->keys, &joining->capacity,
				      known + 1, sizeof(*joining->keys));
	joining->parents =
		array_reserve(joining->parents, &joining->parent_capacity,
			      known + 1, sizeof(*joining->parents));
	joining->keys[number] = key;
	joining->parents[number] = number;
	return number;
}

static uint32_t root_of(struct joining *joining, uint32_t number)
{
	uint32_t *parents = joining->parents;

	while (parents[number] != number) {
		parents[number] = parents[parents[number]];
		number = parents[number];
	}
	return number;
}

/* The older root stays, so that groups are in order of appearance. */
static void join(struct joining *joining, uint32_t a, uint32_t b)
{
	a = root_of(joining, a);
	b = root_of(joining, b);
	if (a < b)
		joining->parents[b] = a;
	else
		joining->parents[a] = b;
}

static struct value first_key(const struct history *history,
			      const struct op *op)
{
	return op->action_count ? op_actions(history, op)->key : value_nil();
}

static void join_all(struct joining *joining)
{
	const struct history *history = joining->history;

	for (size_t i = 0; i < history->op_count; i++) {
		const struct op *op = &history->ops[i];
		uint32_t first;

		if (!op_is_client(op))
			continue;
		first = number_of(joining, first_key(history, op));
		for (size_t a = 1; a < op->action_count; a++) {
			if (op->outcome != OUTCOME_FAIL)
				join(joining, first,
				     number_of(joining,
					       op_actions(history, op)[a].key));
		}
	}
}

static uint32_t group_of(struct joining *joining, const struct op *op)
{
	uint32_t first = number_of(joining, first_key(joining->history, op));

	return joining->groups[root_of(joining, first)] - 1;
}

/* The operations of each group, one group after the other. */
static void sort_ops(struct joining *joining, struct history_keys *groups)
{
	const struct history *history = joining->history;
	uint32_t *next = heap_zeroed(groups->count + 1, sizeof(*next));

	groups->starts = heap_zeroed(groups->count + 1, sizeof(*next));
	groups->ops = heap_zeroed(history->op_count, sizeof(*groups->ops));
	for (size_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]))
			groups->starts[group_of(joining, &history->ops[i]) +
				       1]++;
	}
	for (size_t g = 0; g < groups->count; g++) {
		groups->starts[g + 1] += groups->starts[g];
		next[g] = groups->starts[g];
	}
	for (size_t i = 0; i < history->op_count; i++) {
		if (op_is_client(&history->ops[i]))
			groups->ops[next[group_of(joining,
						  &history->ops[i])]++] =
				(uint32_t)i;
	}
	free(next);
}

/* One key is itself, and several are the list of them. */
static struct value name_of(struct values *values, struct value name,
			    size_t place, struct value key)
{
	if (place == 0)
		return key;
	if (place == 1) {
		struct value both[2] = { name, key };

		return value_list(values, both, 2);
	}
	if (place < KEYS_SHOWN_MAX)
		return value_append(values, name, key);
	if (place == KEYS_SHOWN_MAX)
		return value_append(values, name, value_string(values, "..."));
	return name;
}

static void name_groups(struct joining *joining, struct history_keys *groups)
{
	size_t count = joining->numbers.count;
	size_t *places;

	joining->groups = heap_zeroed(count + 1, sizeof(uint32_t));
	groups->keys = heap_zeroed(count + 1, sizeof(*groups->keys));
	places = heap_zeroed(count + 1, sizeof(*places));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t *group = &joining->groups[root_of(joining, i)];

		if (!*group)
			*group = (uint32_t)++groups->count;
		groups->keys[*group - 1] =
			name_of(joining->history->values,
				groups->keys[*group - 1],
				places[*group - 1]++, joining->keys[i]);
	}
	free(places);
}

void components_init(struct history_keys *groups,
		     const struct history *history)
{
	struct joining joining = { .history = history };

	*groups = (struct history_keys){ 0 };
	join_all(&joining);
	name_groups(&joining, groups);
	sort_ops(&joining, groups);
	value_map_release(&joining.numbers);
	free(joining.keys);
	free(joining.parents);
	free(joining.groups);
}
