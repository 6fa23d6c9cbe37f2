/* SPDX-License-Identifier: MIT */
/* Is a machine fit to be a node? */
#ifndef ORDEAL_CONTROL_DOCTOR_H
#define ORDEAL_CONTROL_DOCTOR_H

#include "harness/core/arena.h"

#include <stddef.h>

struct node_config;

enum finding_severity {
	FINDING_ERROR,	 /* tests cannot be run, or not with all faults */
	FINDING_WARNING, /* they can, but look at it */
	FINDING_OK,
};

/* Strings are in the arena; `remedy` is NULL where there is nothing to do. */
struct finding {
	enum finding_severity severity;
	const char *check; /* "host key" */
	const char *cause; /* what was found */
	const char *remedy;
};

struct findings {
	struct arena *arena;   /* given by the caller */
	struct finding *items; /* in the arena */
	size_t count;
	size_t capacity;
};

/*
 * Looks at one node, adds what it finds to `findings`, and returns how many
 * of them are errors. Each check comes after those that it depends on, and the
 * first that fails so that nothing behind it can be looked at is the last:
 *
 *   name       the host's name has an address
 *   port       sshd answers there
 *   host key   it is the one in known_hosts
 *   login      a key or the password is accepted; what was tried
 *   root       sudo works, or the login is root
 *   state      /run/ordeal can be made
 *   disk       free space on / and /var: error below 100 MiB, warning 1 GiB
 *   programs   what steps and faults need: a shell and coreutils, setsid,
 *              iptables or nft (error), ip and ps (warning)
 *   clock      not more than half a second from this machine's
 *   IPv6       whether it is there: then faults cut it too
 *
 * With a command prefix the first four are one: "prefix". Takes at most the
 * node's step timeout (30 s) for the connection and as much for the rest. Any
 * thread; changes nothing on the node but the folder /run/ordeal.
 */
size_t doctor_node(const struct node_config *config, struct findings *findings);

/* The same for this machine as the host of local clusters: root, programs,
 * overlay, networks. */
size_t doctor_machine(struct findings *findings);

#endif
