/* SPDX-License-Identifier: MIT */
#include "nemesis/packet_node.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "harness/control/agent.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"

#include "nemesis/netem.h"
#include "nemesis/network.h"
#include "nemesis/packet_rules.h"

/* Everywhere that the nodes are to which `self` has a bad link. */
static struct addresses peers_of(const struct packet_plan *plan, size_t self,
				 struct arena *arena)
{
	size_t count = plan->network->count;
	struct addresses all = { 0 };

	all.texts = arena_array(arena, 1, sizeof(*all.texts));
	for (size_t j = 0; j < count; j++) {
		struct addresses some;
		const char **texts;

		if (!plan->links.sends[self * count + j])
			continue;
		some = network_sources(plan->network, self, j, arena);
		texts = arena_array(arena, all.count + some.count + 1,
				    sizeof(*texts));
		if (all.count)
			memcpy(texts, all.texts, all.count * sizeof(*texts));
		if (some.count)
			memcpy(texts + all.count, some.texts,
			       some.count * sizeof(*texts));
		all = (struct addresses){ texts, all.count + some.count };
	}
	return all;
}

/* The queue has somebody who serves it before packets come. */
static int start_agent(struct node *node, const char *flags,
		       struct arena *arena, struct error *err)
{
	struct daemon daemon = {
		.name = PACKET_DAEMON,
		.line = arena_printf(arena,
				     AGENT_PROGRAM
				     " packets --stats " PACKET_STATS " %s",
				     flags),
		.log = "/run/ordeal/packets.log",
	};

	if (agent_install(node, err) < 0)
		return -1;
	return node_daemon_start(node, &daemon, err);
}

/* The kernel's own way where it has one, else the agent's. */
static int choose(struct node *node, const struct packet_plan *plan,
		  const struct addresses *peers, struct arena *arena,
		  struct packet_who *who, struct error *err)
{
	const char *out = "";

	if (!plan->parameters)
		return 0;
	if (node_run(node, arena, &out, err, "%s",
		     netem_put_line(arena, peers->texts, peers->count,
				    plan->parameters)) < 0)
		return -1;
	if (strcmp(out, "tc") == 0)
		who->means = PACKET_BY_TC;
	else if (plan->needs_tc)
		return error_set(err, "node %s: no tc: %s", node_name(node),
				 out);
	else
		snprintf(who->no_tc, sizeof(who->no_tc), "%s", out);
	return 0;
}

int packet_node_put(struct node *node, const struct packet_plan *plan,
		    struct packet_who *who, struct error *err)
{
	struct arena arena = { 0 };
	struct addresses peers = peers_of(plan, node_index(node), &arena);
	int result = node_run(node, NULL, NULL, err, "%s",
			      packet_rules_remove_line());

	*who = (struct packet_who){ .means = PACKET_BY_AGENT };
	if (result == 0)
		result = choose(node, plan, &peers, &arena, who, err);
	if (result == 0 && who->means == PACKET_BY_AGENT)
		result = start_agent(node, plan->flags, &arena, err);
	if (result == 0)
		result = node_run(
			node, NULL, NULL, err, "%s",
			packet_rules_put_line(&arena, who->means, peers.texts,
					      peers.count, plan->ports.numbers,
					      plan->ports.count));
	arena_release(&arena);
	return result;
}

size_t packet_node_rules(const struct packet_plan *plan, size_t self)
{
	struct arena arena = { 0 };
	struct addresses peers = peers_of(plan, self, &arena);
	size_t of_ipv6 = 0;
	size_t rules;

	for (size_t i = 0; i < peers.count; i++)
		of_ipv6 += strchr(peers.texts[i], ':') != NULL;
	rules = peers.count * (plan->ports.count ? 2 : 1) + (of_ipv6 > 0) +
		(of_ipv6 < peers.count);
	arena_release(&arena);
	return rules;
}
