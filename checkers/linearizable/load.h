/* SPDX-License-Identifier: MIT */
/* A user's own model, from a shared object. */
#ifndef ORDEAL_LINEARIZABLE_LOAD_H
#define ORDEAL_LINEARIZABLE_LOAD_H

#include "checkers/linearizable/model.h"
#include "harness/core/error.h"

#include <stdbool.h>

/*
 * The shared object defines two symbols:
 *
 *	const unsigned ordeal_model_version = MODEL_VERSION;
 *	const struct model ordeal_model = { .name = ..., .init = ..., };
 *
 * See example_model/max_register.c for one, and how to build it. The code runs
 * in this process with all its rights: load only what you trust.
 */
struct loaded_model {
	void *handle;
	const struct model *model;
};

/* True for a name that stands for a file: it has a slash. */
bool model_is_path(const char *name);

/* Loads it; -1 with a sentence. Released by model_unload, when nothing of the
 * model is in use any more. */
int model_load(struct loaded_model *loaded, const char *path,
	       struct error *err);
void model_unload(struct loaded_model *loaded);

#endif
