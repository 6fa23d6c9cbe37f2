/* SPDX-License-Identifier: MIT */
/* The network between the nodes: their addresses, and who reaches whom. */
#ifndef ORDEAL_NEMESIS_NETWORK_H
#define ORDEAL_NEMESIS_NETWORK_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include "nemesis/firewall.h"
#include "nemesis/grudge.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How one node can find out that another answers. */
enum probe {
	PROBE_NONE,
	PROBE_PING,
	PROBE_TCP, /* port 22; that it is refused is an answer */
};

struct addresses {
	const char **texts; /* as inet_ntop writes them */
	size_t count;
};

/* What a node sees of the others; [i] is about node i. */
struct network_node {
	struct arena arena;
	enum firewall_tool tool;
	struct addresses own;	 /* all that are not of this machine alone */
	struct addresses *peers; /* what their names mean there */
	enum probe *probes;
};

struct network {
	struct cluster *cluster;
	size_t count;
	struct network_node *nodes;
	enum firewall_tool allowed; /* FIREWALL_NONE: any */
	bool is_known;
};

void network_init(struct network *network, struct cluster *cluster,
		  enum firewall_tool allowed, struct arena *arena);
void network_release(struct network *network);

/* Asks all nodes in parallel, once; the network should be whole. -1 when one
 * has no packet filter or cannot name another. */
int network_learn(struct network *network, struct error *err);

/* The addresses by which packets from `from` come to `node`: all that `from`
 * has, without those that another node has as well. In `arena`. */
struct addresses network_sources(const struct network *network, size_t node,
				 size_t from, struct arena *arena);

/* What a look is to find out. */
struct probing {
	const struct grudge *grudge; /* who should not reach whom */
	const int *ports;	     /* by these ports alone; */
	size_t port_count;	     /* 0: not at all */
	int64_t blocked_timeout_ns;
};

/* What a look at the nodes brought; matrices of count * count. */
struct sight {
	bool *reaches;	/* [i * count + j]: j answered i */
	bool *can_tell; /* i has a way to find out */
	bool *answers;	/* [(i * count + j) * port_count + p]: so did that
			 * port, open or closed */
	bool *drops;	/* i has dropped packets from j */
	bool *drops_clients; /* [i]: and packets of clients */
	size_t *rules;	     /* how many of ours node i has */
};

/*
 * Probes every ordered pair, in parallel, one shell line a node; then lists
 * the rules there. Who the grudge lets talk gets two seconds to answer, the
 * others `blocked_timeout_ns`. Ports are asked by the agent. `sight` is in
 * `arena`.
 */
int network_look(const struct network *network, const struct probing *probing,
		 struct arena *arena, struct sight *sight, struct error *err);

#endif
