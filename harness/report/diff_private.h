/* SPDX-License-Identifier: MIT */
/* For diff*.c alone. */
#ifndef ORDEAL_REPORT_DIFF_PRIVATE_H
#define ORDEAL_REPORT_DIFF_PRIVATE_H

#include "harness/report/diff.h"

/* A configuration as one object: {"workload.keys": "5", "faults.kill.await":
 * "5s", ...}. Members of a list of objects go by the name that each has. NULL
 * becomes {}. */
json_t *diff_flatten(json_t *config, struct arena *arena);

#endif
