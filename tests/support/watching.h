/* SPDX-License-Identifier: MIT */
/* Asking the watcher of linearizability about a whole history. */
#ifndef ORDEAL_TESTS_SUPPORT_WATCHING_H
#define ORDEAL_TESTS_SUPPORT_WATCHING_H

#include "harness/core/arena.h"
#include "harness/core/history.h"
#include "harness/core/option.h"

#include <stdbool.h>

struct watching {
	struct arena arena;
	struct options *options;
};

/* For histories of that model ("auto": any), and so many permits. */
void watching_init(struct watching *watching, const char *model,
		   const char *permits);
void watching_release(struct watching *watching);

/* True when the watcher convicts some prefix. */
bool watching_convicts(const struct watching *watching,
		       const struct history *history);

#endif
