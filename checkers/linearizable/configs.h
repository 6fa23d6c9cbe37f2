/* SPDX-License-Identifier: MIT */
/* Sets of configurations: where a search can be. */
#ifndef ORDEAL_LINEARIZABLE_CONFIGS_H
#define ORDEAL_LINEARIZABLE_CONFIGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A configuration is `width` words: the model's state (low half) and an event
 * (high half); a bit for each slot whose call took effect; 16 bits for each
 * lane, the number of open calls used. Of two that agree in all but the lanes
 * the one that used fewer in every lane can do whatever the other can: a set
 * keeps only those that no other dominates (an antichain).
 */
struct configs {
	size_t head_words; /* state and bits */
	size_t width;
	uint64_t *records;
	uint32_t *next; /* in the chain of records with equal heads */
	size_t count; /* dominated ones included */
	size_t capacity;
	uint32_t *slots; /* first record of a chain + 1, or 0 */
	size_t slot_count;
	uint32_t *touched; /* slots in use, to clear them fast */
	size_t touched_count;
	size_t touched_capacity;
	size_t bytes_max;
};

#define CONFIG_DOMINATED UINT32_MAX /* nothing new */
#define CONFIG_FULL (UINT32_MAX - 1) /* no room within bytes_max */
#define CONFIG_LANE_MAX 0x7fffu

void configs_init(struct configs *configs, size_t mask_words,
		  size_t lane_words, size_t bytes_max);
void configs_release(struct configs *configs);
void configs_clear(struct configs *configs);
size_t configs_bytes(const struct configs *configs);

/* Adds a copy; its number, CONFIG_DOMINATED or CONFIG_FULL. */
uint32_t configs_insert(struct configs *configs, const uint64_t *record);

static inline uint64_t *configs_at(const struct configs *configs, size_t number)
{
	return configs->records + number * configs->width;
}

/* True once a later record has dominated it. */
bool configs_is_dead(const struct configs *configs, size_t number);

static inline uint32_t config_state(const uint64_t *record)
{
	return (uint32_t)record[0];
}

static inline uint32_t config_event(const uint64_t *record)
{
	return (uint32_t)(record[0] >> 32);
}

static inline void config_set(uint64_t *record, uint32_t state, uint32_t event)
{
	record[0] = (uint64_t)event << 32 | state;
}

static inline bool config_bit(const uint64_t *record, uint32_t slot)
{
	return record[1 + slot / 64] >> (slot % 64) & 1;
}

static inline void config_flip(uint64_t *record, uint32_t slot)
{
	record[1 + slot / 64] ^= UINT64_C(1) << (slot % 64);
}

static inline uint32_t config_lane(const struct configs *configs,
				   const uint64_t *record, uint32_t lane)
{
	return (uint32_t)(record[configs->head_words + lane / 4] >>
			  (lane % 4 * 16)) & 0xffff;
}

static inline void config_lane_add(const struct configs *configs,
				   uint64_t *record, uint32_t lane)
{
	record[configs->head_words + lane / 4] += UINT64_C(1)
						  << (lane % 4 * 16);
}

static inline void config_lane_clear(const struct configs *configs,
				     uint64_t *record, uint32_t lane)
{
	record[configs->head_words + lane / 4] &=
		~(UINT64_C(0xffff) << (lane % 4 * 16));
}

#endif
