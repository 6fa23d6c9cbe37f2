/* SPDX-License-Identifier: MIT */
/*
 * What monitors of containers share: for each value when it went in, was seen
 * and came out; when it was there for certain; whether the container can have
 * been empty when a call found it so.
 */
#ifndef ORDEAL_LINEARIZABLE_CONTAINER_H
#define ORDEAL_LINEARIZABLE_CONTAINER_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/value_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Later than everything. */
#define NEVER UINT32_MAX
#define CALL_NONE UINT32_MAX

/*
 * One value. Intervals are narrowed to what calls imply about each other: it
 * went in before any call that saw it returned; it came out after each of
 * those was invoked.
 */
struct item {
	uint32_t insertion; /* calls; CALL_NONE */
	uint32_t removal;
	uint32_t in_invoke;
	uint32_t in_return; /* narrowed */
	uint32_t out_invoke; /* narrowed; NEVER if it stays */
	uint32_t out_return;
	uint32_t peek_invoke; /* the latest peek */
	uint32_t peek_return; /* the earliest; NEVER */
	struct value value;
};

struct container {
	const struct calls *calls;
	struct monitor_result *result;
	struct value_map numbers;
	struct item *items; /* values that went in or were seen */
	size_t item_count;
	uint32_t *item_of; /* of each call; CALL_NONE: about none */
	uint32_t *open_removals; /* of any value; calls, by invocation */
	size_t open_removal_count;
	size_t empty_count; /* calls that found nothing */
	size_t peek_count;
	uint8_t *is_convicted; /* NULL, or of each item; the caller's */
};

/*
 * Collects the values. False when the result is settled: invalid where a value
 * came out that never went in, twice, or before it went in; unknown where a
 * value went in twice.
 */
bool container_init(struct container *container, const struct calls *calls,
		    struct monitor_result *result);
void container_release(struct container *container);

/* Was the value certainly there at some moment? */
static inline bool item_has_layer(const struct item *item)
{
	return item->in_return < item->out_invoke;
}

static inline bool is_finding_nothing(const struct call *call)
{
	return (call->verb == VERB_DEQUEUE || call->verb == VERB_POP ||
		call->verb == VERB_PEEK) &&
	       !call_is_open(call) && value_is_nil(call->result);
}

/* True when each call that found nothing has a moment at which no value was
 * certainly there; otherwise convicts it with the values that were. */
bool container_check_empties(struct container *container);

/* Marks all calls that found nothing and have no such moment. */
void container_find_blocked(const struct container *container,
			    uint8_t *is_blocked);

/* Adds every call about that item to the core. */
void container_convict(struct container *container, uint32_t item);

/* Adds every call about the items that are marked to the core. */
void container_convict_all(struct container *container,
			   const uint8_t *is_marked);

/*
 * The time line cut at the ends of layers into gaps. A moment is in the gap
 * after the last end that is not later.
 */
struct gaps {
	uint32_t *ends; /* ascending */
	size_t end_count; /* one less than there are gaps */
	uint32_t *directory; /* the first end of each stretch of positions */
	size_t stretches; /* of 2^shift positions, that have ends */
	unsigned shift;
};

void gaps_init(struct gaps *gaps, const struct container *container);
void gaps_release(struct gaps *gaps);

/* The gap just after, and just before, a position. */
uint32_t gap_after(const struct gaps *gaps, uint32_t position);
uint32_t gap_before(const struct gaps *gaps, uint32_t position);

#endif
