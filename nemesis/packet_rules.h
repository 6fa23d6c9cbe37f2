/* SPDX-License-Identifier: MIT */
/* Rules that send a node's packets to what spoils them: shell lines. */
#ifndef ORDEAL_NEMESIS_PACKET_RULES_H
#define ORDEAL_NEMESIS_PACKET_RULES_H

#include "harness/core/arena.h"

#include <stddef.h>

/*
 * They are in chains of our own, ORDEAL-OUT of the table mangle, of iptables
 * and ip6tables, with one jump from OUTPUT, all tagged with the comment
 * "ordeal". Where the table was not there before, it is removed with the rules
 * if nobody else has put anything into it.
 */
enum packet_means {
	PACKET_BY_AGENT, /* NFQUEUE: packets pass when nobody listens there, or
			  * when their mark says that the agent made them */
	PACKET_BY_TC,	 /* the class NETEM_CLASS (netem.h) */
};

/* Sends there what goes to `addresses` (IPv4 and IPv6; with ports: TCP and UDP
 * from or to one of these), in place of what was there before. */
const char *packet_rules_put_line(struct arena *arena, enum packet_means means,
				  const char *const *addresses, size_t count,
				  const int *ports, size_t port_count);

/* Ends the agent's process that serves the queue, and removes the rules and
 * netem; success if there is nothing. One line, needs nobody: an undo_line. */
const char *packet_rules_remove_line(void);

/* Prints a line "rule ..." for each rule of ours, the jumps included. */
const char *packet_rules_list_line(void);

#endif
