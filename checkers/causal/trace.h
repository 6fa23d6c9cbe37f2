/* SPDX-License-Identifier: MIT */
/* Sessions that read and write registers: what causality is judged by. */
#ifndef ORDEAL_CAUSAL_TRACE_H
#define ORDEAL_CAUSAL_TRACE_H

#include "harness/core/arena.h"
#include "harness/core/history.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRACE_NONE UINT32_MAX
#define TRACE_INITIAL (UINT32_MAX - 1) /* the write before all: nil */
#define TRACE_STRANGER (UINT32_MAX - 2) /* nobody wrote that value */

/*
 * An operation that happened: a read, a write, or (cas) both at once.
 * A session is a process; its events are those from session_starts[s] on, in
 * its order, so that an event's number is session_starts[s] + position.
 */
struct event {
	uint32_t op; /* in history.ops */
	uint32_t session;
	uint32_t position;
	uint32_t key;
	uint32_t reads; /* the event that wrote what it saw, or TRACE_INITIAL,
			 * TRACE_STRANGER; TRACE_NONE: it is no read, or the
			 * value has several writers */
	bool is_write;
};

/* The writes of one key by one session, in its order. */
struct run {
	uint32_t session;
	uint32_t start; /* in trace.writes */
	uint32_t count;
};

/*
 * Reads that failed or never came back tell nothing; writes that failed did
 * not happen; those that are indeterminate happened exactly if somebody saw
 * them, which cannot be a loss: who is not seen has no influence. A cas that
 * happened saw the value that it expected.
 */
struct trace {
	const struct history *history;
	struct event *events;
	uint32_t count;
	uint32_t *session_starts; /* session_count + 1 */
	uint32_t session_count;
	struct value *keys;
	uint32_t key_count;
	uint32_t *run_starts; /* key_count + 1, in runs */
	struct run *runs;     /* of each key, by session */
	uint32_t *writes;     /* events */
	uint32_t *reader_starts; /* count + 1, in readers */
	uint32_t *readers;	 /* of each write, ascending */
	uint32_t ambiguous;	 /* reads of a value with several writers */
	uint32_t ambiguous_op;	 /* the first */
	uint32_t strangers;	 /* reads of values that nobody wrote */
};

/* Everything is in the arena. NULL, or why the history is none of this kind.
 * Takes about 100 bytes an operation. */
const char *trace_init(struct trace *trace, const struct history *history,
		       struct arena *arena);

/* The event before it in its session, or TRACE_NONE. */
static inline uint32_t trace_before(const struct trace *trace, uint32_t e)
{
	return trace->events[e].position ? e - 1 : TRACE_NONE;
}

static inline bool trace_is_event(uint32_t e)
{
	return e < TRACE_STRANGER;
}

/* The last write of the run at a position below `bound`, or TRACE_NONE. */
uint32_t trace_last_write(const struct trace *trace, const struct run *run,
			  uint32_t bound);

/* The run of the key that a session writes, or the one where it would stand.
 * O(log of the key's runs). */
uint32_t trace_run_at(const struct trace *trace, uint32_t key,
		      uint32_t session);

/* The run that a write belongs to. */
static inline uint32_t trace_run_of(const struct trace *trace, uint32_t write)
{
	const struct event *event = &trace->events[write];

	return trace_run_at(trace, event->key, event->session);
}

#endif
