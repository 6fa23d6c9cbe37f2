/* SPDX-License-Identifier: MIT */
/* Who wrote a value: from a key and a value to the action. */
#ifndef ORDEAL_ISOLATION_ELEMENTS_H
#define ORDEAL_ISOLATION_ELEMENTS_H

#include "checkers/isolation/view.h"

#include <stdint.h>

/*
 * One table for each key: by the value itself where the values lie densely
 * (as when a generator counts), else by hash. Where no two keys have a value
 * in common and all values together lie densely, one table is for all keys: a
 * generator that counts for all of them makes such histories, and what was
 * written lately is then close together.
 */
struct elements {
	uint64_t *first; /* of each key's slots */
	uint32_t *size; /* of each key's table */
	uint32_t *low; /* the least code of a value; NONE: by hash */
	uint8_t *shift; /* 1 where all values are small integers */
	uint32_t *slots; /* action + 1 */
	uint32_t shared_size; /* of the one table for all; 0: there is none */
	uint32_t shared_low;
	uint64_t ambiguous; /* values that several transactions wrote */
	uint32_t ambiguous_action;
};

/*
 * Enters all writes of keys of `kind`. Where several transactions wrote one
 * value, those that aborted do not count if another did not; if more than one
 * is left, all are flagged ACTION_AMBIGUOUS in `view` and counted.
 */
void elements_init(struct elements *elements, struct view *view,
		   enum key_kind kind);
void elements_release(struct elements *elements);

/* The write, or NONE. */
uint32_t elements_find(const struct elements *elements,
		       const struct view *view, uint32_t key,
		       struct value value);

/* The same for many values of a key: their bits are replaced by the writes. */
void elements_find_all(const struct elements *elements,
		       const struct view *view, uint32_t key, uint32_t *items,
		       uint32_t count);

#endif
