/* SPDX-License-Identifier: MIT */
/* Changes to files, written down so that they can be taken back. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_CHANGE_H
#define ORDEAL_NEMESIS_AGENT_DISK_CHANGE_H

#include <stddef.h>
#include <stdint.h>

#define CHANGE_BYTES_MAX (64 * 1024 * 1024)

/* Where: on the disk, for what was done to files outlives the kernel, and
 * what is below /run does not. AGENT_CHANGES in harness/control/agent.h. */
#define CHANGE_STATE "/var/lib/ordeal"
#define CHANGE_FOLDER CHANGE_STATE "/agent"
#define CHANGE_FILE CHANGE_FOLDER "/changes"

/* `before` stands at `offset`, `after` is to stand there instead; without any
 * `after` the file ends there. */
struct change {
	const char *path;
	int64_t offset;
	const char *before;
	uint32_t before_size;
	const char *after;
	uint32_t after_size;
};

/* Writes it down, makes it, syncs it and reads it back: 0, or -1 with
 * errno. */
int change_make(const struct change *change);

struct change_counts {
	uint64_t mended;
	uint64_t overwritten; /* somebody wrote there since */
	uint64_t gone; /* files that are not there any more */
};

/* Takes back what is written down, the newest first, and forgets it. */
int change_mend_all(struct change_counts *counts);

#endif
