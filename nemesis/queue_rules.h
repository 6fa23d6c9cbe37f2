/* SPDX-License-Identifier: MIT */
/* Rules that send a node's packets to the agent's queue: shell lines. */
#ifndef ORDEAL_NEMESIS_QUEUE_RULES_H
#define ORDEAL_NEMESIS_QUEUE_RULES_H

#include "harness/core/arena.h"

#include <stddef.h>

/*
 * They are in chains of our own, ORDEAL-OUT of the table mangle, of iptables
 * and ip6tables, with one jump from OUTPUT, all tagged with the comment
 * "ordeal". A packet passes when nobody listens at the queue, or when its mark
 * says that the agent made it. Where the table was not there before, it is
 * removed with the rules if nobody else has put anything into it.
 */

/* Queues what goes to `addresses` (IPv4 and IPv6; with ports: TCP and UDP from
 * or to one of these), in place of what was queued before. */
const char *queue_rules_put_line(struct arena *arena,
				 const char *const *addresses, size_t count,
				 const int *ports, size_t port_count);

/* Ends the agent's process that serves the queue, and removes the rules;
 * success if there is nothing. One line, needs nobody: an undo_line. */
const char *queue_rules_remove_line(void);

/* Prints a line "rule ..." for each rule of ours, the jumps included. */
const char *queue_rules_list_line(void);

#endif
