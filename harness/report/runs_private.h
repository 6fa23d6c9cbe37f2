/* SPDX-License-Identifier: MIT */
/* Reading a run's summary; for runs*.c alone. */
#ifndef ORDEAL_REPORT_RUNS_PRIVATE_H
#define ORDEAL_REPORT_RUNS_PRIVATE_H

#include "harness/report/runs.h"

/* Fills what the files say; path, time, state (of a run without results) and
 * stamp are the caller's. `root` is an open folder. */
void run_summary_read(struct run_summary *run, int root, struct arena *arena);

/* A copy whose texts are in the arena. */
void run_summary_copy(struct run_summary *to, const struct run_summary *from,
		      struct arena *arena);

#endif
