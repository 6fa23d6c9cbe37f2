/* SPDX-License-Identifier: MIT */
/* Files that a disk spoils: bits flip, ends are missing, writes went astray or
 * never happened. */
#ifndef ORDEAL_NEMESIS_AGENT_DISK_CORRUPT_H
#define ORDEAL_NEMESIS_AGENT_DISK_CORRUPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct corruption {
	const char *kind; /* bitflip, truncate, copy, restore */
	const char *folder;
	const char *pattern; /* glob for paths below it; '*' matches '/' too */
	uint64_t count; /* of changes */
	uint64_t bytes; /* of a chunk, or that are cut off at most */
	uint64_t seed;
};

/*
 * Spoils regular files. Where files are sparse or full of zeros it looks for
 * bytes that are not. Every change is written down before it is made, with
 * what was there. Prints "ok files N changes N bytes N", of changes that can
 * be read back; returns the exit status.
 */
int corrupt_run(const struct corruption *corruption);

/*
 * Takes back every change that nobody has written over since; what somebody
 * has written over stays as it is, for to put the old bytes back would lose
 * that write. Prints "ok mended N overwritten N gone N".
 */
int corrupt_mend(void);

/* Copies the files that match, for "restore" to put chunks of them back: the
 * writes since then are lost. Prints "ok files N". */
int snapshot_take(const char *folder, const char *pattern);

#endif
