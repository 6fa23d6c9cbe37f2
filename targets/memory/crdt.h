/* SPDX-License-Identifier: MIT */
/* What an asynchronous replica keeps, and how it takes updates in: replicated
 * data types (M. Shapiro et al., "Conflict-free replicated data types", SSS
 * 2011; S. Burckhardt et al., "Replicated data types: specification,
 * verification, optimality", POPL 2014). */
#ifndef ORDEAL_MEMORY_CRDT_H
#define ORDEAL_MEMORY_CRDT_H

#include "harness/core/value.h"
#include "targets/memory/bugs.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct item;

/* In which order a replica takes updates in. Zero is the strongest. */
enum delivery {
	DELIVERY_CAUSAL,
	DELIVERY_FIFO, /* those of each node in its order */
	DELIVERY_ANY,  /* as they come */
};

/* Which of several concurrent writes of a register counts. */
enum conflict {
	CONFLICT_TIMESTAMP, /* the last by the clock of its node */
	CONFLICT_ARRIVAL,   /* the last to come to the key's home */
	CONFLICT_SIBLINGS,  /* all are kept, with version vectors */
};

enum set_type {
	SET_OBSERVED_REMOVE, /* a removal undoes the additions it saw */
	SET_TWO_PHASE,	     /* what was removed is gone for ever */
	SET_GROW_ONLY,
};

enum map_type {
	MAP_OBSERVED_REMOVE,
	MAP_LAST_WRITE, /* each field a register, removal a write */
};

/*
 * An update, made at one node and sent to the others; never changed. It has
 * seen number n of node k exactly if past[k] >= n.
 */
struct update {
	uint16_t object; /* enum object */
	uint16_t verb;	 /* enum verb */
	struct value key;
	struct value field; /* of a set the element; nil in registers */
	struct value value; /* what is written */
	int64_t amount;	    /* what is counted */
	size_t origin;	    /* node */
	uint64_t number;    /* of those of that node, from 1 */
	int64_t time_ns;    /* by the clock of that node */
	/* Which write comes when at the home of its key; NULL: this is no such
	 * announcement. */
	const struct update *announces;
	int64_t arrival;
	bool is_loose; /* taken in without what its writer had seen */
	uint64_t past[];
};

static inline bool update_saw(const struct update *update,
			      const struct update *other)
{
	return update->past[other->origin] >= other->number;
}

/* An update that is in force at a replica. */
struct live {
	const struct update *update;
	int64_t arrival; /* 0: not known (yet) */
};

/*
 * A register, an element of a set, a field of a map, a counter. Of a
 * register by time, or in order of arrival, the winner alone is in force, and
 * in order of arrival those of which the place is not known yet; of all else
 * but counters whatever no other update has seen.
 */
struct cell {
	struct value field;
	struct live *live;
	size_t live_count;
	size_t live_capacity;
	bool was_added;
	bool was_removed; /* by somebody who had seen it */
	int64_t sum;
};

/* How cells are treated; `bug` is what fires on this very update. */
struct treatment {
	enum conflict conflict;
	enum map_type map_type;
	enum bug bug;
};

/* The cell of that field, made when there is none. */
struct cell *cell_of(struct item *item, struct value field);
const struct cell *cell_find(const struct item *item, struct value field);
void cells_free(struct item *item);

/* Takes an update in. */
void cell_take(struct cell *cell, const struct update *update,
	       const struct treatment *treatment);
/* Learns of an announcement. */
void cell_announce(struct cell *cell, const struct update *announcement);

/* The write that a register, or a field, shows; NULL: none. */
const struct update *cell_winner(const struct cell *cell,
				 const struct treatment *treatment);
/* Is the element there? Of a field: is there any value? */
bool cell_is_present(const struct cell *cell, enum set_type type,
		     bool removals_win);

#endif
