/* SPDX-License-Identifier: MIT */
/* A bad network, as ping sees it, and what it leaves behind; for tests. */
#ifndef ORDEAL_TESTS_PINGS_H
#define ORDEAL_TESTS_PINGS_H

#include "tests/support/etcd_cluster.h"

#include <stdbool.h>
#include <stddef.h>

/* Who spoils packets, a value of packet.by, in all that is opened below: tests
 * run once by the agent, and once more where the kernel has netem. */
extern const char *pings_by;

/* Has the nodes' kernel netem? */
bool pings_have_tc(struct bed *bed);

/* The fault "packet" by pings_by, without correlation, with these options
 * (NULL: its own). */
struct bed_fault *pings_open(struct bed *bed, const char *const *options);

/* Of the node: "1" when it spoils packets by pings_by, else "0". */
const char *pings_spoiled(struct bed *bed, size_t node);

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
 * dates), the agent's processes, what tc shows, and our notes of it. In the
 * bed's arena. */
const char *pings_states(struct bed *bed);

/* Prints the number, and fails unless it is from `least` to `most`. */
void expect_within(const char *what, double number, double least, double most);

#endif
