/* SPDX-License-Identifier: MIT */
/* What comes before what: sessions, reads, and what follows from them. */
#ifndef ORDEAL_CAUSAL_RELATION_H
#define ORDEAL_CAUSAL_RELATION_H

#include "checkers/causal/trace.h"

/* Reads of nobody, or of everybody, follow the write that they saw. */
#define READS_OF_NONE UINT32_MAX
#define READS_OF_ALL (UINT32_MAX - 1)

/* Something that follows: `before` must come before `after`, since `read`
 * comes after `before` and yet saw `after`, both writes of one key; or (read is
 * TRACE_NONE) `after` began when `before` had ended; for more see processor.h.
 */
struct inference {
	uint32_t before;
	uint32_t after;
	uint32_t read;
};

/*
 * Edges: each event after the one before it in its session; each read of
 * `readers` (a session, or one of the above) after the write that it saw; and
 * the inferences.
 */
struct relation {
	const struct trace *trace;
	uint32_t readers;
	struct inference *inferences;
	size_t inference_count;
	size_t inference_capacity;
	/* Inferences by their `after`; see relation_index. */
	uint32_t *starts;
	uint32_t *by_after;
	/* Scratch of relation_sort. */
	uint32_t *next;
	uint32_t *stack;
};

void relation_init(struct relation *relation, const struct trace *trace,
		   uint32_t readers);
void relation_release(struct relation *relation);

void relation_infer(struct relation *relation, uint32_t before, uint32_t after,
		    uint32_t read);
void relation_index(struct relation *relation); /* after the last infer */
void relation_forget(struct relation *relation); /* all inferences */

/* Infers real time: each event after those that had ended when it began, but
 * for what follows from others. At most operations * sessions. */
void relation_infer_time(struct relation *relation);

/* The i-th event directly before `e`, TRACE_NONE beyond the last. */
uint32_t relation_before(const struct relation *relation, uint32_t e,
			 uint32_t i);

/* A cycle: each event comes before the next, the last before the first. */
struct cycle {
	uint32_t *events;
	uint32_t length; /* 0: there is none */
};

/*
 * Writes to `order` (room for all) the events that come before `root`
 * (TRACE_NONE: all events), and root, so that each follows what comes before
 * it; their number is returned. When there is a cycle, it is in *cycle (to be
 * freed), as short as a few searches from it find, and the order is worth
 * nothing. Depth-first without recursion: O(events + edges).
 */
uint32_t relation_sort(struct relation *relation, uint32_t root,
		       uint32_t *order, struct cycle *cycle);

/* The same of all events where there is no cycle, taking them in the order of
 * `roots` as far as may be. */
void relation_sort_from(struct relation *relation, const uint32_t *roots,
			uint32_t *order);

/* Why `before` comes directly before `after`: the inference, or NULL for
 * session order and reads. */
const struct inference *relation_why(const struct relation *relation,
				     uint32_t before, uint32_t after);

/*
 * Clocks: clocks[e * session_count + s] is how many events of session s come
 * before e. For the events of an order, which follow what comes before them;
 * rows of other events are not touched. O(events * sessions).
 */
void relation_clocks(const struct relation *relation, const uint32_t *order,
		     uint32_t count, uint32_t *clocks);

/* Does a come before b? */
static inline bool clock_before(const struct trace *trace,
				const uint32_t *clocks, uint32_t a, uint32_t b)
{
	const struct event *event = &trace->events[a];

	return clocks[(size_t)b * trace->session_count + event->session] >
	       event->position;
}

/* The first write of the run that `seen` (TRACE_INITIAL: any) comes before, by
 * the clocks, and that is not `read` itself; TRACE_NONE if there is none.
 * O(log of the run). */
uint32_t clock_first_after(const struct trace *trace, const uint32_t *clocks,
			   const struct run *run, uint32_t seen, uint32_t read);

#endif
