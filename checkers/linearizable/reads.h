/* SPDX-License-Identifier: MIT */
/* Reads of whole sets and lists, as the monitor of those sees them. */
#ifndef ORDEAL_LINEARIZABLE_READS_H
#define ORDEAL_LINEARIZABLE_READS_H

#include "checkers/linearizable/levels.h"
#include "checkers/linearizable/monitor.h"
#include "checkers/linearizable/sort.h"
#include "checkers/linearizable/value_map.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define READS_NONE UINT32_MAX

struct reads {
	const struct values *values;
	const struct calls *calls;
	struct monitor_result *result;
	struct value_map numbers; /* of elements */
	uint32_t *additions; /* call that added each element, or READS_NONE */
	uint32_t *levels; /* of each element: the first read that shows it */
	struct sort_item *order; /* reads by length */
	size_t read_count;
	struct sort_item *placed; /* calls by level */
	size_t placed_count;
};

/* A read whose result is known. */
bool reads_is_read(const struct call *call);

/* How many elements the read shows. */
size_t reads_length(const struct reads *reads, const struct call *call);

/* What the read shows, in memory that the caller frees. */
struct value *reads_elements(const struct reads *reads,
			     const struct call *read);

/* The element's number; READS_NONE if nobody added it. */
uint32_t reads_number(const struct reads *reads, struct value element);

/* The core of the result is about this element of a set: of two at most. */
void reads_concern(struct reads *reads, struct value element);

/* The read of that rank lacks what one before it, which is not longer, shows:
 * so each shows what the other does not. Levels are known up to this read. */
void reads_convict_pair(struct reads *reads, size_t rank);

/*
 * One of two calls returned before the other began, which must be before it.
 * They are wrong by themselves, with what tells their order: an addition is
 * before another if a read shows that one only.
 */
void reads_convict_conflict(struct reads *reads,
			    const struct levels_conflict *conflict);

#endif
