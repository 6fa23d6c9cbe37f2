/* SPDX-License-Identifier: MIT */
/* A run's plots and anomalies as files: for READMEs and chat. */
#ifndef ORDEAL_REPORT_PICTURE_H
#define ORDEAL_REPORT_PICTURE_H

#include "harness/core/error.h"
#include "harness/core/history.h"
#include "harness/engine/judge.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes an SVG of each plot that report.html has ("throughput-by-outcome.svg",
 * "latency-of-read.svg", "clock-offsets.svg", ...) and of the operations and
 * the cycle of each of the first 50 anomalies ("anomaly-1-stale-read.svg") into
 * the folder, which is made when it is not there. Files of these names are
 * replaced, others stay. `with_png`: also a PNG beside each, twice its size, by
 * rsvg-convert (Debian: librsvg2-bin), a program and not a library, since
 * loading that one would cost every start of ours; -1 where it is not there,
 * with the SVGs written. `name` is shown in each picture. `*count` is how many
 * pictures there are. History may be NULL. One thread.
 */
int pictures_write(const struct judgement *judgement,
		   const struct history *history, const char *name,
		   const char *folder, bool with_png, size_t *count,
		   struct error *err);

/* `svg` as `png`. 30 s at most. */
int picture_png(const char *svg, const char *png, struct error *err);

#endif
