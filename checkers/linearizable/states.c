/* SPDX-License-Identifier: MIT */
#include "checkers/linearizable/model.h"

#include <stdlib.h>
#include <string.h>

struct states_table {
	uint32_t *words; /* all sequences, one after the other */
	size_t word_count;
	size_t word_capacity;
	size_t *starts; /* of each sequence; starts[count] is the end */
	size_t count;
	size_t start_capacity;
	uint32_t *slots; /* state + 1, or 0 */
	size_t slot_count;
	uint32_t *scratch;
	size_t scratch_capacity;
};

struct states *states_new(const struct history *history,
			  const struct model_settings *settings)
{
	struct states *states = heap_zeroed(1, sizeof(*states));
	struct states_table *table = heap_zeroed(1, sizeof(*table));

	states->history = history;
	states->settings = settings;
	states->table = table;
	table->words = array_reserve(NULL, &table->word_capacity, 1,
				     sizeof(*table->words));
	table->slot_count = 64;
	table->slots = heap_zeroed(table->slot_count, sizeof(*table->slots));
	table->starts = array_reserve(NULL, &table->start_capacity, 1,
				      sizeof(*table->starts));
	table->starts[0] = 0;
	return states;
}

void states_free(struct states *states)
{
	if (!states)
		return;
	free(states->table->words);
	free(states->table->starts);
	free(states->table->slots);
	free(states->table->scratch);
	free(states->table);
	free(states);
}

size_t states_bytes(const struct states *states)
{
	const struct states_table *table = states->table;

	return table->word_capacity * sizeof(*table->words) +
	       table->start_capacity * sizeof(*table->starts) +
	       table->slot_count * sizeof(*table->slots) +
	       table->scratch_capacity * sizeof(*table->scratch);
}

static uint64_t hash_words(const uint32_t *words, size_t count)
{
	uint64_t hash = UINT64_C(0x9e3779b97f4a7c15) ^ count;

	for (size_t i = 0; i < count; i++) {
		hash = (hash ^ words[i]) * UINT64_C(0xff51afd7ed558ccd);
		hash ^= hash >> 32;
	}
	return hash;
}

const uint32_t *states_words(const struct states *states, uint32_t state,
			     size_t *count)
{
	const struct states_table *table = states->table;

	*count = table->starts[state + 1] - table->starts[state];
	return table->words + table->starts[state];
}

/* The slot of that sequence, or the free one where it belongs. */
static size_t find_slot(const struct states *states, const uint32_t *words,
			size_t count)
{
	const struct states_table *table = states->table;
	size_t mask = table->slot_count - 1;
	size_t slot = hash_words(words, count) & mask;

	while (table->slots[slot]) {
		size_t there_count;
		const uint32_t *there = states_words(
			states, table->slots[slot] - 1, &there_count);

		if (there_count == count &&
		    (!count ||
		     memcmp(there, words, count * sizeof(*words)) == 0))
			break;
		slot = (slot + 1) & mask;
	}
	return slot;
}

static void grow_slots(struct states *states)
{
	struct states_table *table = states->table;

	free(table->slots);
	table->slot_count *= 2;
	table->slots = heap_zeroed(table->slot_count, sizeof(*table->slots));
	for (size_t i = 0; i < table->count; i++) {
		size_t count;
		const uint32_t *words =
			states_words(states, (uint32_t)i, &count);

		table->slots[find_slot(states, words, count)] =
			(uint32_t)i + 1;
	}
}

uint32_t states_intern(struct states *states, const uint32_t *words,
		       size_t count)
{
	struct states_table *table = states->table;
	size_t slot = find_slot(states, words, count);

	if (table->slots[slot])
		return table->slots[slot] - 1;
	table->words = array_reserve(table->words, &table->word_capacity,
				     table->word_count + count,
				     sizeof(*table->words));
	if (count)
		memcpy(table->words + table->word_count, words,
		       count * sizeof(*words));
	table->word_count += count;
	table->count++;
	table->starts = array_reserve(table->starts, &table->start_capacity,
				      table->count + 1,
				      sizeof(*table->starts));
	table->starts[table->count] = table->word_count;
	table->slots[slot] = (uint32_t)table->count;
	if (table->count * 2 > table->slot_count)
		grow_slots(states);
	return (uint32_t)table->count - 1;
}

uint32_t *states_scratch(struct states *states, size_t count)
{
	struct states_table *table = states->table;

	table->scratch = array_reserve(table->scratch,
				       &table->scratch_capacity, count,
				       sizeof(*table->scratch));
	return table->scratch;
}
