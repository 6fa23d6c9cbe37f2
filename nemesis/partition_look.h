/* SPDX-License-Identifier: MIT */
/* Is the network cut as a partition wants it? */
#ifndef ORDEAL_NEMESIS_PARTITION_LOOK_H
#define ORDEAL_NEMESIS_PARTITION_LOOK_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

#include "nemesis/cut.h"
#include "nemesis/network.h"
#include "nemesis/ports.h"

#include <stddef.h>
#include <stdint.h>

/* A partition on nodes, or none; what is wanted of the network. */
struct partition_want {
	struct cluster *cluster;
	const struct network *network;
	const struct cut *cut;
	const struct ports *ports; /* that the cut is about */
	int client_port; /* 0: how clients fare does not matter */
	int64_t blocked_timeout_ns;
};

/* What `node` is to drop. In `arena`. */
struct firewall_drops partition_drops(const struct partition_want *want,
				      size_t node, struct arena *arena);

/*
 * Probes all pairs (and from here all nodes, where it is about clients), reads
 * the counters of the rules and compares, until it is as wanted, or a few
 * times. Adds "reaches" to `note` (and "clients-reach"), and where it differs
 * "unexpected": a list of sentences. In `arena`, as `note`.
 */
enum effect partition_look(const struct partition_want *want,
			   struct figure *note, struct arena *arena,
			   struct error *err);

#endif
