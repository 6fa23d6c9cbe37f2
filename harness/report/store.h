/* SPDX-License-Identifier: MIT */
/* The store: where runs are kept. */
#ifndef ORDEAL_REPORT_STORE_H
#define ORDEAL_REPORT_STORE_H

#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>

/*
 * ROOT/<target>-<workload>/<UTC time>/ is a run; ROOT/latest points to the
 * newest. Paths are in the arena given.
 */

/* `given` (--store) if not NULL; results/runs in the source tree that the
 * program was built in; else ./results/runs. Need not exist. */
const char *store_root(const char *given, struct arena *arena);

/* Makes the folder of a new run (and those above it). Names may hold anything:
 * what is not fit for a path becomes "_". NULL with a sentence. */
const char *store_create(const char *root, const char *target,
			 const char *workload, struct arena *arena,
			 struct error *err);

/* Makes a folder named by the time it is, in `folder`, which is made too. */
const char *store_create_below(const char *folder, struct arena *arena,
			       struct error *err);

/* A name as one part of a path, in the arena: no slashes, not hidden. */
const char *store_part(struct arena *arena, const char *name);

/* Lets ROOT/latest point to the run, in one step. */
int store_set_latest(const char *root, const char *run, struct error *err);

/* Makes a folder and those above it; no error if it is there. */
int make_folders(const char *path, struct error *err);

/* What a user names on the command line. */
struct found {
	const char *run;     /* the folder, or NULL for a plain file */
	const char *history; /* the file to read */
};

/*
 * Finds `what`: a file, the folder of a run, "latest", a run's path below the
 * root ("etcd-register/20260731T101502.123Z"), or the newest run of
 * "etcd-register". -1 with a sentence that says what there is.
 */
int store_find(const char *root, const char *what, struct found *found,
	       struct arena *arena, struct error *err);

/* True when the path is the folder of a run: it holds a history. */
bool store_is_run(const char *path);

#endif
