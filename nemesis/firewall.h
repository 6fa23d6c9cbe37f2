/* SPDX-License-Identifier: MIT */
/* Packet filters on nodes: shell lines, and what they print. */
#ifndef ORDEAL_NEMESIS_FIREWALL_H
#define ORDEAL_NEMESIS_FIREWALL_H

#include "harness/core/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * All rules of ours are in a place of our own: with nft the table "ordeal" of
 * the family inet, with iptables and ip6tables the chain ORDEAL and one jump to
 * it from INPUT; each tagged with the comment "ordeal". Nothing else is read,
 * changed or flushed. nft comes first where it works: both families change in
 * one transaction, and when its table is gone nothing is left, while iptables
 * over nftables leaves empty base chains behind. Lines are for /bin/sh.
 */
enum firewall_tool {
	FIREWALL_NONE,
	FIREWALL_NFT,
	FIREWALL_IPTABLES,
};

/* Prints "tool NAME", the first that works (of `allowed`: NONE is any). */
const char *firewall_detect_line(enum firewall_tool allowed);

/* FIREWALL_NONE if there is none of that name ("nft", "iptables"). */
enum firewall_tool firewall_tool_from_name(const char *name);

/* What a node is to drop. Addresses are IPv4 and IPv6. */
struct firewall_drops {
	const char *const *sources; /* what comes from there */
	size_t count;
	const int *ports; /* only TCP and UDP, from or to one of these ports */
	size_t port_count; /* 0: all that comes from there */
	int client_port;   /* TCP to this port from anybody else than `peers`
			    * and this machine; 0: no such thing */
	const char *const *peers;
	size_t peer_count;
	bool has_ipv6; /* clients may come by that */
};

/* How many rules that takes. */
size_t firewall_rule_count(const struct firewall_drops *drops);

/* Drops that and nothing else any more; replaces what was there of ours. */
const char *firewall_put_line(enum firewall_tool tool, struct arena *arena,
			      const struct firewall_drops *drops);

/* Removes all that is ours, of both tools; success if there is nothing. */
const char *firewall_remove_line(void);

/* Prints our rules with their counters, of both tools; nothing if there are
 * none. */
const char *firewall_list_line(void);

/* What stands for a source where clients are dropped. */
#define FIREWALL_CLIENTS "clients"

/* Reads a line of that list (NUL-terminated): true, with the source, in the
 * form inet_ntop gives it, and the packets dropped, if it is a rule that
 * drops. */
bool firewall_read_rule(const char *line, struct arena *arena,
			const char **source, uint64_t *packets);

/* The address as inet_ntop writes it, or NULL if it is none. */
const char *firewall_address(struct arena *arena, const char *text,
			     size_t length);

#endif
