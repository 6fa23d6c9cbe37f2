/* SPDX-License-Identifier: MIT */
/* The scheduler: hands the generator's operations to threads. */
#ifndef ORDEAL_ENGINE_SCHEDULER_H
#define ORDEAL_ENGINE_SCHEDULER_H

#include "harness/core/generator.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * One mutex around a tree of generators. A thread that comes for work brings
 * what became of its last operation, and asks for itself first; whatever else
 * is on offer by then is handed to the threads that wait. An offer for later
 * wakes `scheduler_dispatch`, which the phase's own thread sits in. Threads
 * that wait sleep, each on a condition of its own; nobody polls.
 *
 * Threads 0 .. threads-1 are those of clients, thread `threads` is the
 * nemesis's, if there is one. A thread counts as free from the start, and
 * from the moment it asks until work is handed to it.
 */
struct scheduler;

struct scheduler_setup {
	struct generator *generator;
	size_t threads;
	bool has_nemesis;
	/* The process each client thread plays: read, and changed when one is
	 * retired. `threads` of them; the caller's, to carry from one phase to
	 * the next. */
	int32_t *processes;
	int64_t deadline_ns; /* nothing is handed out after it; 0: none */
};

struct scheduler *scheduler_new(const struct scheduler_setup *setup);
void scheduler_free(struct scheduler *scheduler); /* NULL is accepted */

/*
 * What a thread is to do. It is the thread's own from scheduler_next to the
 * next call of it: values may be added to the table, which is cleared between
 * operations when it has grown large.
 */
struct work {
	struct values *values;
	struct action *actions;
	size_t action_count;
	uint16_t f; /* enum verb */
	bool is_transaction;
	int32_t process;  /* PROCESS_NEMESIS for the nemesis */
	const void *note; /* of the nemesis's schedule */
	uint32_t hop; /* see struct gen_op */
};

/*
 * Waits for work for `thread`. NULL when there is none and never will be.
 * `done` says how the work before ended (OP_NONE the first time): the
 * generator is told, with the results in its actions as far as they are nil,
 * booleans or small integers (others are told as nil: no generator needs
 * them, and lists are costly to copy under a lock). After OP_INFO a client
 * thread plays another process: its number plus the count of client threads.
 */
struct work *scheduler_next(struct scheduler *scheduler, size_t thread,
			    enum op_type done);

/*
 * Hands out work as its time comes, until `until_ns` (clock_now_ns) or until
 * the phase is over. True when it is over: no more work, and every thread has
 * left. One thread, which is none of those that ask.
 */
bool scheduler_dispatch(struct scheduler *scheduler, int64_t until_ns);

/* Nothing is handed out after this; threads get NULL when they come next. Any
 * thread. */
void scheduler_stop(struct scheduler *scheduler);

/* True when no more work will be handed out, though some may be in flight:
 * exhausted, past the deadline, or stopped. Any thread. */
bool scheduler_is_over(struct scheduler *scheduler);

/* Sleeps until `until_ns`, or the end of the phase if that is sooner. Called
 * by a thread that has work. */
void scheduler_pause(struct scheduler *scheduler, size_t thread,
		     int64_t until_ns);

/* The last call of a thread. True when everybody has left a scheduler that was
 * disowned: then the thread is to free it. */
bool scheduler_leave(struct scheduler *scheduler, size_t thread);

/* Gives up on a thread, once the phase is over: nothing that it does later
 * counts, and its process is retired if it was at work. False if it has left
 * already. */
bool scheduler_abandon(struct scheduler *scheduler, size_t thread);

/* Leaves the scheduler to those who were abandoned; the last of them is told
 * to free it. True if none is there any more: then the caller is to. */
bool scheduler_disown(struct scheduler *scheduler);

/* True when a client thread is at work and for so long none has begun or
 * ended any: it hangs, and others wait for it. Any thread. */
bool scheduler_is_stalled(struct scheduler *scheduler, int64_t limit_ns);

/* How many client threads have work just now. Any thread. */
size_t scheduler_in_flight(struct scheduler *scheduler);

#endif
