/* SPDX-License-Identifier: MIT */
#include "nemesis/partition_look.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/fault.h"

#include "nemesis/client_probe.h"
#include "nemesis/cut.h"
#include "nemesis/firewall.h"
#include "nemesis/network.h"
#include "nemesis/pick.h"

/* A look may come too early (a probe of the other side was not under way yet
 * when the counters were read) or meet a slow machine. */
#define LOOKS_MAX 3

/* One look, and where it differs from what is wanted. */
struct looking {
	const struct partition_want *want;
	struct sight sight;
	bool *clients_reach;
	struct arena *arena;
	struct figure *list; /* of sentences, or NULL */
	enum effect effect;
};

static const char *name_of(const struct looking *looking, size_t node)
{
	return node_name(cluster_node(looking->want->cluster, node));
}

/* Worse than all before, or as bad. */
static void differ(struct looking *looking, enum effect effect,
		   const char *sentence)
{
	if (looking->effect == EFFECT_PROVEN || effect == EFFECT_ABSENT)
		looking->effect = effect;
	if (looking->list)
		figure_add_text(looking->list, looking->arena, NULL, sentence);
}

static struct addresses more(struct addresses all, struct addresses some,
			     struct arena *arena)
{
	const char **texts =
		arena_array(arena, all.count + some.count + 1, sizeof(*texts));

	if (all.count)
		memcpy(texts, all.texts, all.count * sizeof(*texts));
	if (some.count)
		memcpy(texts + all.count, some.texts,
		       some.count * sizeof(*texts));
	return (struct addresses){ texts, all.count + some.count };
}

struct firewall_drops partition_drops(const struct partition_want *want,
				      size_t node, struct arena *arena)
{
	const struct network *network = want->network;
	const struct grudge *grudge = &want->cut->grudge;
	struct firewall_drops drops = { .ports = want->ports->numbers,
					.port_count = want->ports->count };
	struct addresses refused = { 0 };
	struct addresses peers = { 0 };

	for (size_t j = 0; j < grudge->count; j++) {
		struct addresses some;

		if (j == node)
			continue;
		some = network_sources(network, node, j, arena);
		peers = more(peers, some, arena);
		if (grudge_refuses(grudge, node, j))
			refused = more(refused, some, arena);
	}
	drops.sources = refused.texts;
	drops.count = refused.count;
	if (!want->cut->clients[node])
		return drops;
	drops.client_port = want->client_port;
	drops.peers = peers.texts;
	drops.peer_count = peers.count;
	for (size_t i = 0; i < network->nodes[node].own.count; i++)
		drops.has_ipv6 =
			drops.has_ipv6 ||
			strchr(network->nodes[node].own.texts[i], ':');
	return drops;
}

/* What is amiss from `a` to `b`: NULL, or half a sentence. */
static const char *compare_pair(const struct looking *looking, size_t a,
				size_t b, enum effect *effect)
{
	const struct grudge *grudge = &looking->want->cut->grudge;
	const struct sight *sight = &looking->sight;
	size_t ports = looking->want->ports->count;
	size_t i = a * grudge->count + b;
	bool is_parted = grudge_parts(grudge, a, b);
	const bool *answers = sight->answers + i * ports;
	size_t answered = 0;

	for (size_t port = 0; port < ports; port++)
		answered += answers[port];
	*effect = EFFECT_UNKNOWN;
	if (!sight->can_tell[i])
		return "has no way to probe";
	*effect = EFFECT_ABSENT;
	if (is_parted && !ports && sight->reaches[i])
		return "still reaches";
	if (is_parted && answered)
		return "still reaches a port of";
	*effect = EFFECT_UNKNOWN;
	if ((!is_parted || ports) && !sight->reaches[i])
		return "does not reach";
	if (!is_parted && answered < ports)
		return "does not reach a port of";
	*effect = EFFECT_ABSENT;
	if (grudge_refuses(grudge, a, b) != sight->drops[i])
		return sight->drops[i] ? "has dropped packets from" :
					 "has dropped no packet from";
	return NULL;
}

static void compare_pairs(struct looking *looking)
{
	size_t count = looking->want->cut->grudge.count;

	for (size_t i = 0; i < count * count; i++) {
		size_t a = i / count;
		size_t b = i % count;
		enum effect effect;
		const char *what =
			a == b ? NULL : compare_pair(looking, a, b, &effect);

		if (what)
			differ(looking, effect,
			       arena_printf(looking->arena, "%s %s %s",
					    name_of(looking, a), what,
					    name_of(looking, b)));
	}
}

static void compare_clients(struct looking *looking)
{
	const struct partition_want *want = looking->want;

	for (size_t i = 0; want->client_port && i < want->cut->grudge.count;
	     i++) {
		bool is_cut = want->cut->clients[i];
		bool is_reached = looking->clients_reach[i];
		const char *node = name_of(looking, i);

		if (is_cut && is_reached)
			differ(looking, EFFECT_ABSENT,
			       arena_printf(looking->arena,
					    "clients still reach %s", node));
		else if (!is_cut && !is_reached)
			differ(looking, EFFECT_UNKNOWN,
			       arena_printf(looking->arena,
					    "clients do not reach %s", node));
		if (is_cut != looking->sight.drops_clients[i])
			differ(looking, EFFECT_ABSENT,
			       arena_printf(looking->arena,
					    "%s has dropped %s of clients",
					    node,
					    is_cut ? "no packet" : "packets"));
	}
}

/* Rules that should not be there, or that should. */
static void compare_rules(struct looking *looking)
{
	for (size_t i = 0; i < looking->want->cut->grudge.count; i++) {
		struct firewall_drops drops =
			partition_drops(looking->want, i, looking->arena);
		size_t wanted = firewall_rule_count(&drops);

		if (looking->sight.rules[i] != wanted)
			differ(looking, EFFECT_ABSENT,
			       arena_printf(looking->arena,
					    "%s has %zu rules instead of %zu",
					    name_of(looking, i),
					    looking->sight.rules[i], wanted));
	}
}

static void compare(struct looking *looking)
{
	looking->effect = EFFECT_PROVEN;
	compare_pairs(looking);
	compare_clients(looking);
	compare_rules(looking);
}

static void note_sight(struct looking *looking, struct figure *note)
{
	struct cluster *cluster = looking->want->cluster;
	struct figure *group =
		figure_add_group(note, looking->arena, "reaches");
	size_t count = looking->want->cut->grudge.count;

	for (size_t i = 0; i < count; i++)
		pick_note(cluster, looking->sight.reaches + i * count,
			  name_of(looking, i), looking->arena, group);
	if (looking->want->client_port)
		pick_note(cluster, looking->clients_reach, "clients-reach",
			  looking->arena, note);
}

enum effect partition_look(const struct partition_want *want,
			   struct figure *note, struct arena *arena,
			   struct error *err)
{
	struct probing probing = {
		.grudge = &want->cut->grudge,
		.ports = want->ports->numbers,
		.port_count = want->ports->count,
		.blocked_timeout_ns = want->blocked_timeout_ns,
	};
	struct looking looking = {
		.want = want,
		.arena = arena,
		.effect = EFFECT_UNKNOWN,
	};

	looking.clients_reach =
		arena_array(arena, cluster_count(want->cluster), sizeof(bool));
	for (int i = 0; i < LOOKS_MAX && looking.effect != EFFECT_PROVEN;
	     i++) {
		/* Their packets are counted when the nodes are asked. */
		if (want->client_port)
			client_probe(want->cluster, want->client_port,
				     want->cut->clients,
				     want->blocked_timeout_ns,
				     looking.clients_reach);
		if (network_look(want->network, &probing, arena,
				 &looking.sight, err) < 0)
			return EFFECT_UNKNOWN;
		compare(&looking);
	}
	note_sight(&looking, note);
	if (looking.effect != EFFECT_PROVEN) {
		looking.list = figure_add_list(note, arena, "unexpected");
		compare(&looking);
	}
	return looking.effect;
}
