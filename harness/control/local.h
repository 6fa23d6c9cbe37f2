/* SPDX-License-Identifier: MIT */
/* The local cluster: nodes on this machine that look like real ones. */
#ifndef ORDEAL_CONTROL_LOCAL_H
#define ORDEAL_CONTROL_LOCAL_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Each node has network, PID, mount and UTS namespaces of its own, an overlay
 * of this machine's root (what it writes, it alone sees), its own /tmp and
 * /run, an address on a private bridge in 198.18.0.0/15 and an sshd with
 * throw-away keys. The bridge has a network namespace of its own, so that no
 * firewall rule of this machine has a say in it; IPv6 addresses are in
 * fd98:6f72:6465::/48, by the names n1-ip6 and so on. Needs root. Everything is
 * found again from the state folder /run/ordeal/clusters/NAME, so that another
 * process (or the same program after a crash) can use it or take it down.
 */

/* Could a local cluster be made here? -1 with what is missing. */
int local_check(struct error *err);

/*
 * Claims the cluster of that name for this process, so that no other `ordeal`
 * makes, uses or removes it meanwhile. A descriptor to close when done, or -1
 * when another process has it. It ends with the process in any case.
 */
int local_claim(const char *name, struct error *err);

/* Makes `count` nodes n1.. called cluster `name` ("default"); when it is there
 * already with as many nodes and alive it is used as it is, else what is left
 * of it is taken down first. */
int local_up(const char *name, size_t count, struct error *err);

/* Ends its processes, removes its mounts, namespaces, bridge, files. Nothing
 * that is not of this cluster is touched. Success when there is none. */
int local_down(const char *name, struct error *err);

/* The nodes as cluster_open wants them, in `arena`; count is 0 when there is
 * no such cluster. */
int local_nodes(const char *name, struct arena *arena,
		struct node_config **nodes, size_t *count, struct error *err);

struct local_status {
	const char *name;
	const char *bridge; /* this machine's interface to it */
	struct {
		const char *name;
		const char *address;
		bool is_alive; /* its init and its sshd are there */
	} * nodes;
	size_t count;
};

/* All clusters on this machine, in `arena`. */
int local_list(struct arena *arena, struct local_status **clusters,
	       size_t *count, struct error *err);

#endif
