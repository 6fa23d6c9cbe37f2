/* SPDX-License-Identifier: MIT */
/* Monitors: methods that decide one kind of object in O(n log n). */
#ifndef ORDEAL_LINEARIZABLE_MONITOR_H
#define ORDEAL_LINEARIZABLE_MONITOR_H

#include "checkers/linearizable/call.h"
#include "checkers/linearizable/judge.h"
#include "harness/core/budget.h"
#include "harness/core/verdict.h"

#include <stdbool.h>
#include <stddef.h>

/* What a monitor says. */
struct monitor_result {
	enum verdict_kind kind; /* unknown: outside of what it decides */
	const char *why; /* it is unknown; a literal */
	struct calls core; /* invalid: calls that are so by themselves, and
			    * that may be judged apart from the others;
			    * unknown: if there are any, those that are valid
			    * iff all are; freed by the caller */
	struct value concerned[2]; /* elements of a set read whole that the
				    * core is about: it is invalid even where
				    * reads say nothing of others */
	size_t concerned_count; /* 0: all */
	const struct budget *budget; /* for its clock; NULL: no hurry */
	bool is_late; /* time ran out before it was decided */
};

/*
 * A monitor is sound and complete: valid and invalid are what the search would
 * say. What it cannot decide it leaves unknown.
 */
struct monitor {
	const char *name; /* "register-zones" */
	const char *why; /* it is taken; a literal */
	const char *models[4]; /* names, NULL at the end */
	void (*decide)(const struct judge *judge, const struct calls *calls,
		       struct monitor_result *result);
};

/*
 * Registers whose values are each written once: all calls about one value, or
 * about values joined by cas, must be next to each other; each such block
 * covers a zone of time, and zones tell whether blocks can be put in order
 * (Gibbons and Korach, "Testing shared memories", 1997; with cas as chains).
 */
extern const struct monitor monitor_register_zones;

/* Containers, each value put in once; see monitor_container.h. */
extern const struct monitor monitor_fifo_queue;
extern const struct monitor monitor_stack;
extern const struct monitor monitor_priority_queue;
extern const struct monitor monitor_bag;

/* A set judged element by element. */
extern const struct monitor monitor_set_elements;
/* A set that only grows, read whole: reads must form a chain. */
extern const struct monitor monitor_set_growing;

/* Locks by the earliest deadline, by their holds, and a lock with tokens in
 * their order. */
extern const struct monitor monitor_mutex;
extern const struct monitor monitor_semaphore;
extern const struct monitor monitor_owner_mutex;
extern const struct monitor monitor_reentrant_mutex;
extern const struct monitor monitor_fenced_lock;

/* A counter that moves by one step in one direction, by the earliest
 * deadline. */
extern const struct monitor monitor_counter;

/* A list read whole: each read is a prefix of the next. */
extern const struct monitor monitor_list;

/* The monitors for that model, in the order to try them; NULL at the end. */
const struct monitor *monitor_at(const struct model *model, size_t number);

/* Asked between the phases of a monitor while nothing is decided: true when
 * time is up; then the result is unknown, and the monitor gives up. */
bool monitor_is_late(struct monitor_result *result);

/* The same within a phase, now and then: `round` counts the steps. */
static inline bool monitor_is_late_at(struct monitor_result *result,
				      size_t round)
{
	return (round & 0xffff) == 0xffff && monitor_is_late(result);
}

/* Adds a copy of the call to the core of an invalid result. */
void monitor_convict(struct monitor_result *result, const struct call *call);

#endif
