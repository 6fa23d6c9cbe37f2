/* SPDX-License-Identifier: MIT */
/* Which version this is, and of the libraries it runs with. */
#ifndef ORDEAL_REPORT_VERSION_H
#define ORDEAL_REPORT_VERSION_H

#include "harness/core/arena.h"
#include "harness/core/figure.h"

#include <stdio.h>

/* As git describes it; "unknown" when built elsewhere. */
const char *version_ordeal(void);

/* Adds a member per library in use ("libssh2": "1.10.0") to a group. */
void version_add_libraries(struct figure *group, struct arena *arena);

/* What `ordeal --version` prints. */
void version_print(FILE *out);

#endif
