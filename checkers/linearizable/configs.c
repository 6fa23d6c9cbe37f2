/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/configs.h"

#include <stdlib.h>
#include <string.h>

#include "harness/core/arena.h"

#define CHAIN_END UINT32_MAX
#define CHAIN_DEAD (UINT32_MAX - 1)
#define HIGH_BITS UINT64_C(0x8000800080008000)

void configs_init(struct configs *configs, size_t mask_words,
		  size_t lane_words, size_t bytes_max)
{
	*configs = (struct configs){
		.head_words = 1 + mask_words,
		.width = 1 + mask_words + lane_words,
		.bytes_max = bytes_max,
		.slot_count = 64,
	};
	configs->slots =
		heap_zeroed(configs->slot_count, sizeof(*configs->slots));
}

void configs_release(struct configs *configs)
{
	free(configs->records);
	free(configs->next);
	free(configs->slots);
	free(configs->touched);
	*configs = (struct configs){ 0 };
}

void configs_clear(struct configs *configs)
{
	for (size_t i = 0; i < configs->touched_count; i++)
		configs->slots[configs->touched[i]] = 0;
	configs->touched_count = 0;
	configs->count = 0;
}

static size_t bytes_of(const struct configs *configs, size_t capacity,
		       size_t slot_count, size_t touched_capacity)
{
	return capacity * (configs->width * sizeof(*configs->records) +
			   sizeof(*configs->next)) +
	       slot_count * sizeof(*configs->slots) +
	       touched_capacity * sizeof(*configs->touched);
}

size_t configs_bytes(const struct configs *configs)
{
	return bytes_of(configs, configs->capacity, configs->slot_count,
			configs->touched_capacity);
}

bool configs_is_dead(const struct configs *configs, size_t number)
{
	return configs->next[number] == CHAIN_DEAD;
}

static uint64_t hash_head(const struct configs *configs,
			  const uint64_t *record)
{
	uint64_t hash = UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = 0; i < configs->head_words; i++) {
		hash = (hash ^ record[i]) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	return hash;
}

static size_t find_slot(const struct configs *configs, const uint64_t *record)
{
	size_t mask = configs->slot_count - 1;
	size_t slot = hash_head(configs, record) & mask;

	while (configs->slots[slot] &&
	       memcmp(configs_at(configs, configs->slots[slot] - 1), record,
		      configs->head_words * sizeof(*record)) != 0)
		slot = (slot + 1) & mask;
	return slot;
}

/* True when a used no more of any lane than b. */
static bool uses_no_more(const struct configs *configs, const uint64_t *a,
			 const uint64_t *b)
{
	for (size_t i = configs->head_words; i < configs->width; i++) {
		if ((((b[i] | HIGH_BITS) - a[i]) & HIGH_BITS) != HIGH_BITS)
			return false;
	}
	return true;
}

/* True when a record of the chain dominates this one; unlinks those that it
 * dominates. */
static bool is_dominated(struct configs *configs, size_t slot,
			 const uint64_t *record)
{
	uint32_t first = configs->slots[slot] - 1;
	uint32_t *link = &first;

	for (uint32_t i = first; i != CHAIN_END; i = *link) {
		if (uses_no_more(configs, configs_at(configs, i), record))
			return true;
		if (uses_no_more(configs, record, configs_at(configs, i))) {
			*link = configs->next[i];
			configs->next[i] = CHAIN_DEAD;
		} else {
			link = &configs->next[i];
		}
	}
	/* An empty chain would lose its slot to the probing of others: the
	 * caller links the new record in before anyone looks. */
	configs->slots[slot] = first == CHAIN_END ? 0 : first + 1;
	return false;
}

static bool make_room(struct configs *configs)
{
	size_t capacity = configs->capacity;
	size_t slot_count = configs->slot_count;

	if (configs->count < capacity &&
	    configs->touched_count * 2 < slot_count)
		return true;
	if (configs->count == capacity)
		capacity = capacity ? capacity + capacity / 2 : 32;
	if (configs->touched_count * 2 >= slot_count)
		slot_count *= 2;
	if (bytes_of(configs, capacity, slot_count, slot_count / 2 + 1) >
		    configs->bytes_max ||
	    capacity > UINT32_MAX / 2)
		return false;
	if (capacity != configs->capacity) {
		size_t grown = configs->capacity;

		configs->records =
			array_reserve(configs->records, &grown, capacity,
				      configs->width *
					      sizeof(*configs->records));
		configs->next = array_reserve(configs->next,
					      &configs->capacity, capacity,
					      sizeof(*configs->next));
		configs->capacity = grown < configs->capacity ?
					    grown : configs->capacity;
	}
	if (slot_count != configs->slot_count) {
		uint32_t *old = configs->slots;
		size_t touched_count = configs->touched_count;

		configs->slot_count = slot_count;
		configs->slots = heap_zeroed(slot_count, sizeof(*old));
		for (size_t i = 0; i < touched_count; i++) {
			uint32_t head = old[configs->touched[i]];
			size_t slot = find_slot(configs,
						configs_at(configs, head - 1));

			configs->slots[slot] = head;
			configs->touched[i] = (uint32_t)slot;
		}
		free(old);
	}
	return true;
}

uint32_t configs_insert(struct configs *configs, const uint64_t *record)
{
	uint32_t number;
	size_t slot;
	bool is_new;

	if (!make_room(configs))
		return CONFIG_FULL;
	slot = find_slot(configs, record);
	is_new = !configs->slots[slot];
	if (!is_new && is_dominated(configs, slot, record))
		return CONFIG_DOMINATED;
	number = (uint32_t)configs->count++;
	memcpy(configs_at(configs, number), record,
	       configs->width * sizeof(*record));
	configs->next[number] = configs->slots[slot] ?
					configs->slots[slot] - 1 : CHAIN_END;
	configs->slots[slot] = number + 1;
	if (is_new) {
		configs->touched = array_reserve(configs->touched,
						 &configs->touched_capacity,
						 configs->touched_count + 1,
						 sizeof(*configs->touched));
		configs->touched[configs->touched_count++] = (uint32_t)slot;
	}
	return number;
}
