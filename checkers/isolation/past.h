/* SPDX-License-Identifier: MIT */
/*
 * The writes that a sweep over the transactions has passed, so that the latest
 * of one key by one process up to some turn of that process is found in
 * logarithmic time. A *place* is a key and a process; the writes of a place
 * stand together in memory, since there may be many places, and each look at
 * one is likely to be a wait for memory.
 */
#ifndef ORDEAL_ISOLATION_PAST_H
#define ORDEAL_ISOLATION_PAST_H

#include <stddef.h>
#include <stdint.h>

struct past_write {
	uint32_t turn;
	uint32_t depth; /* how many of its place come before */
};

struct past {
	size_t places;
	uint32_t *latest; /* by place: the turn of the latest write, 0: none */
	uint32_t *ends; /* by place: where its writes end */
	struct past_write *writes;
};

/* Room for so many places and writes; ended by past_release. */
void past_init(struct past *past, size_t places, size_t writes);
void past_release(struct past *past);

/* Before a sweep: forgets all; then past_expect for each write that will come,
 * in any order; then makes room for them. */
void past_clear(struct past *past);
static inline void past_expect(struct past *past, size_t place)
{
	past->ends[place]++;
}
void past_make_room(struct past *past);

/* Adds a write. Turns, which count from 1, grow within a place. */
static inline void past_add(struct past *past, size_t place, uint32_t turn)
{
	struct past_write *write = &past->writes[past->ends[place]++];

	write->turn = turn;
	write->depth = past->latest[place] ? write[-1].depth + 1 : 0;
	past->latest[place] = turn;
}

/* The turn of the latest write at this place that is not after `turn`; 0 if
 * there is none. There is some write at this place. */
uint32_t past_find(const struct past *past, size_t place, uint32_t turn);

/* Where the next write of this place will be: to be fetched beforehand. */
static inline const struct past_write *past_next(const struct past *past,
						 size_t place)
{
	return &past->writes[past->ends[place]];
}

#endif
