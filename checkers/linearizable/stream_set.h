/* SPDX-License-Identifier: MIT */
/*
 * What the watcher of a set knows of it.
 *
 * Elements that nobody tried to remove only grow: of two reads of the whole
 * set one shows all that the other does. So they are kept in blocks, in order
 * of the reads that show them: a read shows some blocks, a part of the next,
 * which it splits, and nothing above.
 */
#ifndef ORDEAL_LINEARIZABLE_STREAM_SET_H
#define ORDEAL_LINEARIZABLE_STREAM_SET_H

#include "checkers/linearizable/stream.h"
#include "checkers/linearizable/value_map.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In no block: not shown yet, or somebody tried to remove it. */
#define STREAM_NO_BLOCK UINT32_MAX

struct watched_element {
	struct value value;
	uint32_t adds; /* that began and did not fail */
	uint32_t open; /* calls that may still change it */
	uint32_t block;
	uint64_t seen; /* the last read that showed it */
	uint64_t began; /* no addition did before */
	uint64_t in; /* for certain since; STREAM_NEVER */
	uint64_t out; /* for certain since; STREAM_NEVER */
	uint64_t changed; /* the last return of a call that changes it */
	bool is_removed; /* somebody at least began to */
};

/* Elements that the same reads show. */
struct watched_block {
	uint32_t size;
	uint32_t seen; /* by the read that is looked at */
};

struct watched_set {
	struct value_map numbers; /* of elements */
	struct watched_element *elements;
	size_t count;
	size_t capacity;
	size_t forget_at;
	size_t present; /* elements that are not out for certain */
	struct watched_block *blocks;
	uint32_t *order; /* blocks, from the one that most reads show */
	size_t block_count;
	size_t block_capacity;
	size_t order_capacity;
	size_t settle_at; /* about so many blocks they are looked through */
	uint64_t reads;
};

/* The element of that value, NULL if it is not known. */
struct watched_element *stream_set_find(const struct watched_set *state,
					struct value value);

/* Somebody found the element, or put it in. */
void stream_set_put_in(const struct stream *stream,
		       struct watched_element *element);

/* May the call have found the element (NULL: never heard of)? */
bool stream_set_may_find(const struct stream *stream,
			 const struct watched_element *element,
			 const struct stream_call *call,
			 struct error *reason);

/* Takes the element out of its block, if it is in one. */
void stream_set_leave_block(struct watched_set *state,
			    struct watched_element *element);

/* Looks at a read of the whole set that completed: false with a sentence if
 * it is impossible. */
bool stream_set_read(const struct stream *stream, struct watched_set *state,
		     const struct stream_call *call, struct error *reason);

#endif
