/* SPDX-License-Identifier: MIT */
/* results.json: a judgement for machines. Its form: results/README.md. */
#ifndef ORDEAL_REPORT_RESULTS_H
#define ORDEAL_REPORT_RESULTS_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/engine/judge.h"

#include <jansson.h>

/*
 * The document: no times of judging, no paths, no host, so that judging again
 * gives the same bytes. `history` is the one that was judged; NULL where it
 * could not be read (then there is no evidence either). To be released with
 * json_decref.
 */
json_t *results_json(const struct judgement *judgement,
		     const struct history *history);

/* true, false, or "unknown". */
json_t *results_valid(enum verdict_kind kind);

/* Writes RUN/results.json, whole or not at all, and seals the history (see
 * seal.h): for the run itself, once it has ended. */
int results_write(const struct judgement *judgement,
		  const struct history *history, const char *run,
		  struct error *err);

/* The same when the run is judged again: its seal stays. -1, with nothing
 * written, when the history is not the one that was sealed. A run that never
 * came to its end (or has not yet) gets no seal. */
int results_rewrite(const struct judgement *judgement,
		    const struct history *history, const char *run,
		    struct error *err);

/*
 * An operation in words, for the terminal and for pages, not yet made safe to
 * show: "process 1 (n2): cas 3 [17,18], indeterminate: timeout".
 */
const char *op_text(const struct history *history, uint32_t op,
		    struct arena *arena);

#endif
