/* SPDX-License-Identifier: MIT */
/* Watching a run: streaming checkers see entries as they are recorded. */
#ifndef ORDEAL_ENGINE_WATCH_H
#define ORDEAL_ENGINE_WATCH_H

#include "harness/checker.h"
#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"
#include "harness/engine/judge.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * One streaming checker for every judge that has one, fed by a thread of the
 * watch's own. Who records copies the entry and no more; the thread takes
 * what has come every 10 ms. What waits for it is bounded: when checkers
 * are that far behind, the watch gives up, for a history with holes proves
 * nothing, and the run goes on as if nobody watched.
 */
struct watch;

/* What was seen. Valid as long as the watch. */
struct conviction {
	const struct checker *checker;
	struct error reason;
	uint64_t index; /* of the entry that proved it */
	int64_t time_ns; /* of that entry */
	int64_t delay_ns; /* from there to the conviction */
};

/*
 * Watchers for the judges of `panel`, which outlives the watch, and the
 * thread. Times of entries count from `start_ns`. `*watch` is NULL when no
 * judge can watch. -1 with a sentence when there is no thread to be had.
 */
int watch_open(const struct panel *panel, int64_t start_ns,
	       struct watch **watch, struct error *err);

/* A recorder_tap whose state is the watch: copies all but the error's text. */
void watch_take(void *watch, const struct entry *entry,
		const struct values *values);

/* The first conviction, or NULL: one is enough, nothing is watched after it.
 * Any thread; NULL is accepted. */
const struct conviction *watch_conviction(const struct watch *watch);

/* Lets the checkers see what has been taken so far, and ends the thread; what
 * comes later is ignored. May be called twice; NULL is accepted. */
void watch_finish(struct watch *watch);

/* True, after watch_finish, when the checkers were too far behind. */
bool watch_gave_up(const struct watch *watch);

/* Nobody may call watch_take any more. NULL is accepted. */
void watch_close(struct watch *watch);

#endif
