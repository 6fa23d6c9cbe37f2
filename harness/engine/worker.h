/* SPDX-License-Identifier: MIT */
/* Workers: threads that play processes, and a phase of theirs. */
#ifndef ORDEAL_ENGINE_WORKER_H
#define ORDEAL_ENGINE_WORKER_H

#include "harness/core/error.h"
#include "harness/core/generator.h"
#include "harness/core/op.h"
#include "harness/engine/recorder.h"
#include "harness/engine/scheduler.h"
#include "harness/target.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A worker takes an operation from the scheduler, connects if it has no
 * client, records the invocation, calls the target, and records the
 * completion, made of the same request and what came back. So:
 *
 * - what was asked is never lost, however the operation ends;
 * - a client that cannot connect makes the operation `fail` (it was never
 *   sent), and the worker waits a little longer each time before the next;
 * - after an indeterminate outcome the client is closed, and the next
 *   operation goes through a new one, under a new process number.
 *
 * Thread t talks to node t mod nodes, always.
 */

/* Carries out one operation of the nemesis: `work->f` is VERB_NONE and
 * `work->note` what its schedule says. It records what it does itself. Called
 * by one thread, by none other in the phase. */
typedef void phase_nemesis(void *state, const struct work *work);

/* Called by phase_run's thread about every 100 ms, for progress. True ends
 * the phase as `stop` does. */
typedef bool phase_tick(void *state);

/* All fields are the caller's and stay so. Those after the blank line may be
 * left zero. */
struct phase {
	const struct target *target;
	void *state; /* what target->open returned */
	struct generator *generator;
	struct recorder *recorder;
	size_t threads;	       /* client threads, at least 1 */
	size_t nodes;	       /* at least 1 */
	int32_t *processes;    /* of `threads`: see phase_processes_init */
	int64_t op_timeout_ns; /* for connect, and for apply */

	const char *const *node_names; /* recorded as "node" */
	const struct export_trace *trace; /* clients send it along */
	int64_t deadline_ns;	 /* no operation begins after it; 0: none */
	const atomic_bool *stop; /* ends the phase early (SIGINT) */
	phase_nemesis *nemesis;	 /* NULL: no nemesis thread */
	void *nemesis_state;
	phase_tick *tick;
	void *tick_state;
	int64_t grace_ns; /* how long past its deadline a client may be before
			   * the phase ends without it (the nemesis: 30 times
			   * as long); 0: 10 s */
};

/* Thread t plays process t at first. Before the first phase of a run; the
 * numbers go on from phase to phase. */
void phase_processes_init(int32_t *processes, size_t threads);

/*
 * Runs the phase: until the generator is exhausted, the deadline is over,
 * `stop` is raised or recording fails, and then until every operation in
 * flight is complete. -1 with a sentence when recording failed, or when a
 * client or the nemesis did not come back within its deadline and the grace:
 * that thread is abandoned: it will record nothing more, its operation stays
 * open in the history, and the caller must not close the target's state, which
 * it may still use (`abandoned` is set, unless NULL).
 * Whatever it returns, what was recorded is a history to be judged.
 */
int phase_run(struct phase *phase, bool *abandoned, struct error *err);

#endif
