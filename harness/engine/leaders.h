/* SPDX-License-Identifier: MIT */
/* Who leads the store, asked while a run goes on, and written down. */
#ifndef ORDEAL_ENGINE_LEADERS_H
#define ORDEAL_ENGINE_LEADERS_H

#include "harness/core/error.h"
#include "harness/engine/recorder.h"
#include "harness/target.h"

#include <stddef.h>

/*
 * A thread of its own asks the target who is primary (target.h), about every
 * half second and when a fault begins or ends. Each time the answer is another
 * one than before, it stands in the history (process "nemesis", type info):
 *
 *   {"f":"leader","value":["n2"]}
 *
 * An empty list: nobody takes himself for the leader. Several: so do several.
 * No answer at all says nothing, and is not written. Times are those of the
 * answers; an election that is over between two questions is not seen.
 */
struct leaders;

struct leaders_setup {
	const struct target *target;
	void *state; /* what target->open returned */
	const char *const *names; /* of nodes */
	size_t count;
	struct recorder *recorder;
};

/* Begins to ask. NULL where the target has no leader to tell, or where a
 * thread cannot be started (`err` has the sentence then; otherwise it is left
 * as it was). */
struct leaders *leaders_start(const struct leaders_setup *setup,
			      struct error *err);

/* Asks at once, or once more when it is asking. Any thread. NULL is accepted.
 */
void leaders_look(struct leaders *leaders);

/* Returns when it asks no more. NULL is accepted. */
void leaders_stop(struct leaders *leaders);

#endif
