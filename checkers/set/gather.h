/* SPDX-License-Identifier: MIT */
/* Takes a set's operations apart into elements. */
#ifndef ORDEAL_SET_GATHER_H
#define ORDEAL_SET_GATHER_H

#include "checkers/set/set.h"

/* All of one set. The sorted arrays have the bits of elements as keys. */
struct gathered {
	struct reads reads;
	struct sort_item *sightings; /* number: of the read */
	size_t sighting_count;
	struct sort_item *changes; /* number: operation that adds or removes */
	size_t change_count;
	struct sort_item *questions; /* number: operation that asks */
	size_t question_count;
	size_t next_sighting; /* where the next element begins */
	size_t next_change;
	size_t next_question;
	struct update *updates; /* of the element at hand */
	uint32_t *seen;
	size_t *times; /* how often each read of `seen` has it */
};

/*
 * Gathers ops[0 .. count). False, with *needed, if the elements that reads
 * show would take more than `bytes_max`. Released in any case.
 */
bool gather(struct gathered *gathered, struct account *account,
	    const uint32_t *ops, size_t count, uint64_t bytes_max,
	    uint64_t *needed);
void gather_release(struct gathered *gathered);

/* Fills in the next element, whose arrays are valid until the one after it;
 * false at the end. */
bool gather_next(struct gathered *gathered, const struct history *history,
		 struct element *element);

#endif
