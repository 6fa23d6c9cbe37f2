/* SPDX-License-Identifier: MIT */
/* A bad network on one node: put there, and how much of it there should be. */
#ifndef ORDEAL_NEMESIS_PACKET_NODE_H
#define ORDEAL_NEMESIS_PACKET_NODE_H

#include "harness/control/node.h"
#include "harness/core/error.h"

#include "nemesis/network.h"
#include "nemesis/packet_links.h"
#include "nemesis/packet_rules.h"
#include "nemesis/ports.h"

#include <stdbool.h>
#include <stddef.h>

/* Of the daemon that is the agent's queue, and of its files. */
#define PACKET_DAEMON "packets"
#define PACKET_STATS "/run/ordeal/packets.stats"

/* What is to be put. */
struct packet_plan {
	const struct network *network; /* as the nodes know it */
	struct packet_links links;
	struct ports ports;
	const char *flags;	/* of the agent */
	const char *parameters; /* of netem; NULL: not by tc */
	bool needs_tc;		/* not by the agent */
};

/* Who does it, and if it is the agent though tc was asked for, why. */
struct packet_who {
	enum packet_means means;
	char no_tc[160]; /* or "" */
};

int packet_node_put(struct node *node, const struct packet_plan *plan,
		    struct packet_who *who, struct error *err);

/* How many rules of ours a node then has: one for each address (with ports two:
 * TCP and UDP), and a jump for each family. */
size_t packet_node_rules(const struct packet_plan *plan, size_t self);

#endif
