/* SPDX-License-Identifier: MIT */
/* The network of a local cluster; for the local_* files. */
#ifndef ORDEAL_CONTROL_LOCAL_NET_H
#define ORDEAL_CONTROL_LOCAL_NET_H

#include "harness/control/local_state.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The bridge is in a network namespace of its own (the switch), and this
 * machine is plugged into it by one interface, ordealN, like one more node.
 * So no firewall rule and no bridge setting of this machine has a say in what
 * passes between nodes, which machines with Docker drop; and all of it goes
 * with the switch's process.
 *
 * Subnet N is 198.18.0.0 + N * 256, /24, and fd98:6f72:6465:N::/64. This
 * machine is .1 there, node K is .10+K.
 */

/* A subnet that no cluster, interface or route of this machine has. */
int local_net_choose(struct local *local, struct error *err);

/* Name of the interface; addresses of node `index`, from 0; in the arena. */
const char *local_net_interface(const struct local *local);
const char *local_net_address(const struct local *local, size_t index);
const char *local_net_address6(const struct local *local, size_t index);

/*
 * Plugs this machine and `count` nodes into the switch. The pids are of
 * processes in the namespaces. Nodes find their interface as eth0.
 */
int local_net_connect(const struct local *local, pid_t the_switch,
		      const pid_t *nodes, size_t count, int64_t deadline_ns,
		      struct error *err);

/* Removes this machine's interface, if there is one. */
int local_net_remove(const struct local *local, struct error *err);

#endif
