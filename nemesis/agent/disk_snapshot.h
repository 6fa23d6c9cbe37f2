/* SPDX-License-Identifier: MIT */
/* Copies of files, and chunks of them put back: lost writes. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_SNAPSHOT_H
#define ORDEAL_NEMESIS_AGENT_DISK_SNAPSHOT_H

#include "nemesis/agent/disk_corrupt.h"

/* Here, numbered, with their paths in "index"; they may be large. */
#define SNAPSHOT_FOLDER "/var/tmp/ordeal-snapshot"

/* As corrupt_run, of kind "restore": chunks that have changed since the
 * snapshot become what they were. */
int snapshot_restore(const struct corruption *corruption);

/* Success if there is none. */
int snapshot_remove(void);

#endif
