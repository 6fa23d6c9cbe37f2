/* SPDX-License-Identifier: MIT */
/* What a node shows of its bad network. */
#ifndef ORDEAL_NEMESIS_PACKET_LOOK_H
#define ORDEAL_NEMESIS_PACKET_LOOK_H

#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"

#include "nemesis/network.h"
#include "nemesis/packet_links.h"
#include "nemesis/ports.h"

#include <stddef.h>
#include <stdint.h>

/* Of the daemon that is the agent's queue, and of its files. */
#define PACKET_DAEMON "packets"
#define PACKET_STATS "/run/ordeal/packets.stats"

/* What the agent counts. */
enum packet_counter {
	PACKET_SEEN,
	PACKET_LOST,
	PACKET_DELAYED,
	PACKET_TWICE,
	PACKET_EARLY,
	PACKET_CORRUPTED,
	PACKET_COUNTERS,
};

struct packet_look {
	size_t rules; /* of ours in the packet filter */
	uint64_t counts[PACKET_COUNTERS];
	double rtt_ms; /* the least mean to a peer; 0: no answer */
	enum daemon_state daemon;
};

/* What is to be looked at. */
struct packet_looking {
	const struct network *network; /* as the nodes know it */
	const struct packet_links *links;
	const struct ports *ports;
	int64_t delay_ns; /* the most that a packet may be late */
};

/* Pings those other nodes to which `node` has a bad link (with ports: has the
 * agent connect to these), then reads what the agent has counted and which
 * rules there are. */
int packet_look_at(struct node *node, const struct packet_looking *looking,
		   struct packet_look *look, struct error *err);

/* Adds it to `group` under the node's name. */
void packet_look_note(const struct packet_look *look, const char *node,
		      struct arena *arena, struct figure *group);

#endif
