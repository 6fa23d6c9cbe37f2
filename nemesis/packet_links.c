/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_links.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/figure.h"

#include "nemesis/pick.h"

const char *const packet_directions[] = { "out", "in", "both", NULL };

struct packet_links packet_links_between(const bool *ends, const bool *others,
					 const char *direction, size_t count,
					 struct arena *arena)
{
	struct packet_links links = {
		.count = count,
		.sends = arena_array(arena, count * count, sizeof(bool)),
	};
	bool goes_out = strcmp(direction, "in") != 0;
	bool comes_in = strcmp(direction, "out") != 0;

	for (size_t a = 0; a < count; a++) {
		for (size_t b = 0; b < count; b++) {
			if (a == b || !ends[a] || !others[b])
				continue;
			if (goes_out)
				links.sends[a * count + b] = true;
			if (comes_in)
				links.sends[b * count + a] = true;
		}
	}
	return links;
}

bool packet_links_hit(const struct packet_links *links, size_t a)
{
	size_t count = links->count;
	size_t from = a < count ? a * count : 0;
	size_t to = a < count ? from + count : count * count;

	for (size_t i = from; i < to; i++) {
		if (links->sends[i])
			return true;
	}
	return false;
}

void packet_links_note(const struct packet_links *links,
		       struct cluster *cluster, struct arena *arena,
		       struct figure *note)
{
	struct figure *group = figure_add_group(note, arena, "links");

	for (size_t a = 0; a < links->count; a++) {
		if (packet_links_hit(links, a))
			pick_note(cluster, links->sends + a * links->count,
				  node_name(cluster_node(cluster, a)), arena,
				  group);
	}
}
