/* SPDX-License-Identifier: MIT */
/* A store of made-up runs in a folder of its own. */
#ifndef ORDEAL_SUPPORT_RUN_STORE_H
#define ORDEAL_SUPPORT_RUN_STORE_H

#include "harness/core/arena.h"

struct run_store {
	char root[64];
	struct arena arena;
};

/* cmocka's set-up and tear-down: *state is a struct run_store. */
int run_store_set_up(void **state);
int run_store_tear_down(void **state);

/* Removes a folder and all below it. */
int run_store_remove(const char *root);

/* Writes a file below the root, and the folders above it. */
void run_store_put(struct run_store *store, const char *path, const char *text);

/* A run that was judged: `valid` is true, false or "unknown" (with its quotes);
 * `anomaly` is the name of one, or NULL. */
void run_store_add(struct run_store *store, const char *path,
		   const char *target, const char *workload, const char *fault,
		   const char *valid, const char *anomaly);

/* A path below the root. */
const char *run_store_path(struct run_store *store, const char *path);

#endif
