/* SPDX-License-Identifier: MIT */
/* What is known on disk of the local clusters; for the local_* files. */
#ifndef ORDEAL_CONTROL_LOCAL_STATE_H
#define ORDEAL_CONTROL_LOCAL_STATE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stddef.h>
#include <stdint.h>

#define LOCAL_NAME_SIZE_MAX 40
#define LOCAL_NODES_MAX 200
#define LOCAL_NO_SUBNET (-1)

/* Where a cluster lives. Strings are in the arena given to local_open. */
struct local {
	struct arena *arena;
	const char *name;
	const char *folder; /* /run/ordeal/clusters/NAME: keys, scripts */
	const char *disk; /* /var/lib/ordeal/clusters/NAME: what nodes write */
	int subnet;	  /* 0..511, or LOCAL_NO_SUBNET */
	size_t count;	  /* nodes; 0 until it is whole */
	int lock;	  /* of local_lock; -1: not held */
};

/* Reads what there is of cluster `name`; success when there is nothing. */
int local_open(struct local *local, const char *name, struct arena *arena,
	       struct error *err);

/* The names of all clusters, whole or not, sorted. */
int local_names(struct arena *arena, const char ***names, size_t *count,
		struct error *err);

/*
 * One at a time makes or removes clusters on this machine. A lock on the
 * folder of all clusters, which is made when missing; it goes with the
 * process that holds it. Returns a descriptor for local_unlock, or -1.
 */
int local_lock(int64_t deadline_ns, struct error *err);

/* Removes the folder too when it is empty. */
void local_unlock(int fd);

/* Writes one small file, whole or not at all. */
int local_write(const char *path, int mode, const char *text,
		struct error *err);

/* Folder `path` with its parents. */
int local_make_folder(struct arena *arena, const char *path, int mode,
		      struct error *err);

/* All that is known of it on disk, with the folders that it made. */
int local_forget(const struct local *local, struct error *err);

/*
 * Runs a shell line on this machine that has to succeed; -1 with the last line
 * it printed. Its standard input is the lock (or nothing): were this process
 * killed meanwhile, nobody else gets in before the line has come to its end.
 */
int local_shell(const struct local *local, const char *line,
		int64_t deadline_ns, struct error *err);

#endif
