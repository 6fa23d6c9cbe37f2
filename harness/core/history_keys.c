/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdlib.h>

#include "harness/core/arena.h"
#include "harness/core/history.h"

/* From key to group: open addressing by the bits of the key. */
struct key_index {
	uint32_t *slots; /* group + 1, or 0 */
	size_t size;
};

static size_t slot_of(const struct key_index *index,
		      const struct history_keys *keys, struct value key)
{
	size_t mask = index->size - 1;
	size_t slot = (key.bits * UINT32_C(2654435769) >> 3) & mask;

	assert(index->slots);
	while (index->slots[slot] &&
	       !value_equal(keys->keys[index->slots[slot] - 1], key))
		slot = (slot + 1) & mask;
	return slot;
}

static void index_grow(struct key_index *index, const struct history_keys *keys)
{
	if (keys->count * 2 < index->size)
		return;
	free(index->slots);
	index->size = index->size ? index->size * 4 : 1024;
	index->slots = heap_zeroed(index->size, sizeof(*index->slots));
	for (size_t i = 0; i < keys->count; i++)
		index->slots[slot_of(index, keys, keys->keys[i])] =
			(uint32_t)i + 1;
}

static struct value key_of(const struct history *history, const struct op *op)
{
	return op->action_count ? op_actions(history, op)->key : value_nil();
}

/* Fills in the keys, and the group of each operation. */
static uint32_t *find_groups(struct history_keys *keys,
			     const struct history *history)
{
	uint32_t *groups = heap_zeroed(history->op_count, sizeof(*groups));
	struct key_index index = { 0 };
	size_t capacity = 0;

	for (size_t i = 0; i < history->op_count; i++) {
		struct value key = key_of(history, &history->ops[i]);
		size_t slot;

		groups[i] = HISTORY_NONE;
		if (!op_is_client(&history->ops[i]))
			continue;
		index_grow(&index, keys);
		assert(index.slots);
		slot = slot_of(&index, keys, key);
		if (!index.slots[slot]) {
			keys->keys = array_reserve(keys->keys, &capacity,
						   keys->count + 1,
						   sizeof(*keys->keys));
			keys->keys[keys->count] = key;
			index.slots[slot] = (uint32_t)++keys->count;
		}
		groups[i] = index.slots[slot] - 1;
	}
	free(index.slots);
	return groups;
}

void history_keys_init(struct history_keys *keys, const struct history *history)
{
	uint32_t *groups;
	uint32_t *next;

	*keys = (struct history_keys){ 0 };
	groups = find_groups(keys, history);
	keys->groups = groups;
	keys->starts = heap_zeroed(keys->count + 1, sizeof(*keys->starts));
	keys->ops = heap_zeroed(history->op_count, sizeof(*keys->ops));
	next = heap_zeroed(keys->count + 1, sizeof(*next));
	for (size_t i = 0; i < history->op_count; i++) {
		if (groups[i] != HISTORY_NONE)
			keys->starts[groups[i] + 1]++;
	}
	for (size_t g = 0; g < keys->count; g++) {
		keys->starts[g + 1] += keys->starts[g];
		next[g] = keys->starts[g];
	}
	for (size_t i = 0; i < history->op_count; i++) {
		if (groups[i] != HISTORY_NONE)
			keys->ops[next[groups[i]]++] = (uint32_t)i;
	}
	free(next);
}

void history_keys_release(struct history_keys *keys)
{
	free(keys->keys);
	free(keys->starts);
	free(keys->ops);
	free(keys->groups);
	*keys = (struct history_keys){ 0 };
}
