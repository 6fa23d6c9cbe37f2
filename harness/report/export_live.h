/* SPDX-License-Identifier: MIT */
/* Operations as spans while the run goes on. */
#ifndef ORDEAL_REPORT_EXPORT_LIVE_H
#define ORDEAL_REPORT_EXPORT_LIVE_H

#include "harness/core/error.h"
#include "harness/report/export.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A thread of its own follows the history's file as it grows and posts each
 * operation that has ended, in batches, about every second: whoever records
 * does not wait for it, and the file is its buffer. It holds one batch, the
 * operations that are open, and a bit for each index. A batch that a server
 * does not take within some seconds is counted and left; export_spans() after
 * the run sends what is missing, with the run, its phases and its faults, and
 * whatever was not reached in time.
 */
struct export_live;

/* What became of it. */
struct export_told {
	uint64_t taken; /* spans, by every server */
	uint64_t lost;	/* spans that some server did not take in time */
	struct error why; /* of the first that were lost */
};

/* Begins to follow `history_path`, which is there. `to`: URLs; files are for
 * after the run. NULL without a sentence in `err` when there is no URL. */
struct export_live *export_live_start(const char *folder,
				      const char *history_path,
				      int64_t epoch_ns,
				      const struct export_to *to,
				      struct error *err);

/* Sends no more; NULL is accepted. */
void export_live_stop(struct export_live *live, struct export_told *told);
void export_live_free(struct export_live *live); /* NULL is accepted */

/* True if all servers took the operation invoked at that index; after it was
 * stopped. NULL: false. */
bool export_live_has(const struct export_live *live, uint64_t index);

#endif
