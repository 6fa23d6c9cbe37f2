/* SPDX-License-Identifier: MIT */
/* The recorder: writes the history as it happens. */
#ifndef ORDEAL_ENGINE_RECORDER_H
#define ORDEAL_ENGINE_RECORDER_H

#include "harness/core/error.h"
#include "harness/core/op.h"
#include "harness/core/value.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Index and time of an entry are taken under one mutex, so the order of the
 * file is the order of indexes and of times. Entries gather in a buffer that
 * a thread of the recorder's own writes out every 20 ms, or sooner when there
 * is much: what kill -9 can lose is younger than 50 ms, and a line is torn
 * only at the very end. When the disk is slower than the workers, they wait.
 *
 * When writing fails (disk full), the file is cut after its last whole line
 * and nothing more is recorded: every later call says so, workers end, and
 * what was recorded can be judged.
 */
struct recorder;

/* Creates the file (an existing one is replaced). `start_ns` is the time, as
 * clock_now_ns gives it, that entries count from. NULL with a sentence. */
struct recorder *recorder_open(const char *path, int64_t start_ns,
			       struct error *err);

/* Where a caller builds the text of one line; zero it before first use. Each
 * thread has its own. */
struct pen {
	char *text;
	size_t length;
	size_t capacity;
};

void pen_release(struct pen *pen);

/*
 * Records one entry: its index and time_ns are set, all else is as given. Its
 * values are of `values`, which only the caller uses meanwhile. Any thread.
 * -1 when recording has ended.
 */
int recorder_entry(struct recorder *recorder, struct pen *pen,
		   const struct values *values, struct entry *entry,
		   struct error *err);

/*
 * Records an entry of the nemesis (process "nemesis", type info): `f` is the
 * name of a fault or a phase, `value` what was done, `error` a string or nil.
 * Any thread. -1 when recording has ended. `index` may be NULL.
 */
int recorder_nemesis(struct recorder *recorder, struct pen *pen,
		     const struct values *values, const char *f,
		     struct value value, struct value error, uint64_t *index,
		     struct error *err);

/* How many entries of client processes there are of each type. */
struct recorder_counts {
	uint64_t entries; /* all, those of the nemesis included */
	uint64_t of_type[OP_INFO + 1];
	uint64_t bytes; /* recorded, perhaps not yet written */
};

/* Any thread. */
void recorder_counts(struct recorder *recorder, struct recorder_counts *counts);

/* True, with the sentence in `err`, once writing has failed. Any thread. */
bool recorder_has_failed(struct recorder *recorder, struct error *err);

/*
 * Somebody who wants to see every entry at once (a streaming checker): called
 * in the order of indexes, under the recorder's lock, by whichever thread
 * records, so it must be quick and must not record. Entry and values are
 * valid during the call. Set before the first entry.
 */
typedef void recorder_tap(void *state, const struct entry *entry,
			  const struct values *values);
void recorder_set_tap(struct recorder *recorder, recorder_tap *tap,
		      void *state);

/* Returns once all that was recorded before is in the file (in the kernel's
 * hands, safe from our death). -1 when writing has failed. */
int recorder_flush(struct recorder *recorder, struct error *err);

/* Writes the rest, closes the file, frees. -1, with the sentence, if writing
 * failed now or before. NULL is accepted. */
int recorder_close(struct recorder *recorder, struct error *err);

#endif
