/* SPDX-License-Identifier: MIT */
/* The links between nodes that a bad network is about. */
#ifndef ORDEAL_NEMESIS_PACKET_LINKS_H
#define ORDEAL_NEMESIS_PACKET_LINKS_H

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/figure.h"

#include <stdbool.h>
#include <stddef.h>

/* sends[a * count + b]: what a sends to b is hit. */
struct packet_links {
	size_t count;
	bool *sends;
};

/* Values of the option "direction": what those picked send to the others, what
 * they are sent by them, or both. */
extern const char *const packet_directions[];

/*
 * The links from each of `ends` to each of `others` (but itself), in that
 * direction. In `arena`.
 */
struct packet_links packet_links_between(const bool *ends, const bool *others,
					 const char *direction, size_t count,
					 struct arena *arena);

/* Does a send anything that is hit? With `a` of `count`: does anybody? */
bool packet_links_hit(const struct packet_links *links, size_t a);

/* Adds the group "links": of each node whose packets are hit, to whom. */
void packet_links_note(const struct packet_links *links,
		       struct cluster *cluster, struct arena *arena,
		       struct figure *note);

#endif
