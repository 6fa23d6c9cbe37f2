/* SPDX-License-Identifier: MIT */
/* Do nodes answer clients? Asked from here, where clients are. */
#ifndef ORDEAL_NEMESIS_CLIENT_PROBE_H
#define ORDEAL_NEMESIS_CLIENT_PROBE_H

#include "harness/control/cluster.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Connects to `port` of every node at once and hangs up; sets reaches[i] where
 * something answered, be it that nobody listens. Waits for nodes of which
 * `is_blocked` at most `blocked_timeout_ns`, for the others two seconds. A name
 * that means several addresses is asked at the first.
 */
void client_probe(struct cluster *cluster, int port, const bool *is_blocked,
		  int64_t blocked_timeout_ns, bool *reaches);

#endif
