/* SPDX-License-Identifier: MIT */
/* A bad network, as ping sees it, and what it leaves behind; for tests. */
#ifndef ORDEAL_TESTS_PINGS_H
#define ORDEAL_TESTS_PINGS_H

#include "tests/support/etcd_cluster.h"

#include <stddef.h>

/* What ping says. */
struct pings {
	int received;
	int duplicates;
	double least_ms, mean_ms, deviation_ms;
};

/* `count` of `bytes` from one node to another; it gives up after 8 s, for ping
 * may wait for ever where packets are corrupted. */
struct pings pings_from(struct bed *bed, size_t from, size_t to, int count,
			int bytes);

/* All that a network fault may leave on the nodes: rules (without counters and
 * dates), and the agent's processes. In the bed's arena. */
const char *pings_states(struct bed *bed);

/* Prints the number, and fails unless it is from `least` to `most`. */
void expect_within(const char *what, double number, double least, double most);

#endif
