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
#include "nemesis/packet_node.h"
#include "nemesis/ports.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the agent counts. Netem counts only what it has seen and lost; the rest
 * is then what pings tell, of all looks since the injection: how many were
 * late, came twice, or were lost though netem has lost none (for whoever gets
 * a packet that was spoiled drops it), and how many looks had some that were
 * much earlier than others. */
enum packet_counter {
	PACKET_SEEN,
	PACKET_LOST,
	PACKET_DELAYED,
	PACKET_TWICE,
	PACKET_EARLY,
	PACKET_CORRUPTED,
	PACKET_COUNTERS,
};

/* Zero but for `who`, before the first look. */
struct packet_look {
	struct packet_who who;
	bool is_served; /* the agent's process runs, or netem is there */
	size_t rules;	/* of ours in the packet filter */
	uint64_t counts[PACKET_COUNTERS];
	double rtt_ms; /* the least mean to a peer; 0: no answer */
};

/* What is to be looked at. */
struct packet_looking {
	const struct network *network; /* as the nodes know it */
	const struct packet_links *links;
	const struct ports *ports;
	int64_t longest_ns; /* the most that a packet may be late */
	double late_ms; /* from where on a ping is late, and by how much some
			 * must be earlier than others */
};

/* Pings those other nodes to which `node` has a bad link (with ports: has the
 * agent connect to these), then reads what the agent or netem has counted and
 * which rules there are. */
int packet_look_at(struct node *node, const struct packet_looking *looking,
		   struct packet_look *look, struct error *err);

/* Adds it to `group` under the node's name. */
void packet_look_note(const struct packet_look *look, const char *node,
		      struct arena *arena, struct figure *group);

#endif
