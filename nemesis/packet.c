/* SPDX-License-Identifier: MIT */
/* A bad network: packets to other nodes are late, lost, doubled, ... */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/agent.h"
#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/network.h"
#include "nemesis/packet_look.h"
#include "nemesis/pick.h"
#include "nemesis/queue_rules.h"

#define NS_PER_US 1000

/* A rare event may not come among the first pings. */
#define LOOKS_MAX 6

static const char *const behaviours[] = { "delay",   "loss",	"duplicate",
					  "reorder", "corrupt", "bandwidth",
					  NULL };

struct packet {
	const struct fault_setup *setup;
	struct network network;
	const char *behaviour; /* in force, or NULL */
	const char *flags;     /* of the agent */
	bool *picked;
	struct packet_look *looks; /* [i]: of node i, the last */
};

static void *packet_open(const struct fault_setup *setup, struct error *err)
{
	static const char *const shares[] = { "loss", "duplicate", "reorder",
					      "corrupt", "correlation" };
	struct packet *state = arena_alloc(setup->arena, sizeof(*state));
	size_t count = cluster_count(setup->cluster);

	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++) {
		double share = options_real(setup->options, shares[i]);

		if (!(share >= 0 && share <= 1)) {
			error_set(err,
				  "packet.%s is a share, from 0%% to 100%%",
				  shares[i]);
			return NULL;
		}
	}
	state->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	state->picked = arena_array(setup->arena, count, sizeof(bool));
	state->looks = arena_array(setup->arena, count, sizeof(*state->looks));
	network_init(&state->network, setup->cluster, FIREWALL_NONE,
		     setup->arena);
	return state;
}

static void packet_close(void *context)
{
	struct packet *state = context;

	if (state)
		network_release(&state->network);
}

/* The agent's flags for the behaviour; with reordering goes a delay, for
 * there is nothing to overtake otherwise. */
static const char *flags_of(const struct packet *state, const char *behaviour)
{
	const struct options *options = state->setup->options;
	struct arena *arena = state->setup->arena;
	const char *flags =
		arena_printf(arena, "--correlation %g --seed %" PRIu64,
			     options_real(options, "correlation"),
			     rng_below(state->setup->rng, UINT64_C(1) << 32));

	if (strcmp(behaviour, "bandwidth") == 0)
		return arena_printf(arena, "%s --rate %" PRId64, flags,
				    options_int(options, "bandwidth"));
	if (strcmp(behaviour, "delay") == 0 ||
	    strcmp(behaviour, "reorder") == 0)
		flags = arena_printf(
			arena,
			"%s --delay-us %" PRId64 " --jitter-us %" PRId64
			" --normal %d",
			flags,
			options_duration_ns(options, "delay") / NS_PER_US,
			options_duration_ns(options, "jitter") / NS_PER_US,
			options_is(options, "distribution", "normal"));
	if (strcmp(behaviour, "delay") == 0)
		return flags;
	return arena_printf(arena, "%s --%s %g", flags, behaviour,
			    options_real(options, behaviour));
}

/* Everywhere that the other nodes are. */
static struct addresses peers_of(const struct packet *state, size_t self,
				 struct arena *arena)
{
	struct addresses all = { 0 };

	all.texts = arena_array(arena, 1, sizeof(*all.texts));
	for (size_t j = 0; j < state->network.count; j++) {
		struct addresses some;
		const char **texts;

		if (j == self)
			continue;
		some = network_sources(&state->network, self, j, arena);
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
static int begin_node(struct node *node, void *argument, struct error *err)
{
	const struct packet *state = argument;
	struct arena arena = { 0 };
	struct addresses peers = peers_of(state, node_index(node), &arena);
	struct daemon daemon = {
		.name = PACKET_DAEMON,
		.line = arena_printf(&arena,
				     AGENT_PROGRAM
				     " packets --stats " PACKET_STATS " %s",
				     state->flags),
		.log = "/run/ordeal/packets.log",
	};
	int result = -1;

	if (agent_install(node, err) == 0 &&
	    node_run(node, NULL, NULL, err, "%s", queue_rules_remove_line()) ==
		    0 &&
	    node_daemon_start(node, &daemon, err) == 0)
		result = node_run(
			node, NULL, NULL, err, "%s",
			queue_rules_put_line(&arena, peers.texts, peers.count));
	arena_release(&arena);
	return result;
}

static int packet_inject(void *context, const char *target, struct figure *note,
			 struct error *err)
{
	struct packet *state = context;
	const struct fault_setup *setup = state->setup;
	const char *behaviour = pick_choice(
		options_list(setup->options, "behaviours"), setup->rng);

	if (!behaviour)
		behaviour = behaviours[0];
	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, state->picked);
	state->flags = flags_of(state, behaviour);
	state->behaviour = behaviour;
	figure_add_text(note, setup->arena, "behaviour", behaviour);
	figure_add_text(note, setup->arena, "parameters", state->flags);
	if (network_learn(&state->network, err) < 0 ||
	    cluster_each(setup->cluster, state->picked, begin_node, state,
			 err) < 0)
		return error_wrap(err, "packet");
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	const struct packet *state = argument;
	const struct options *options = state->setup->options;
	int64_t longest_ns = options_duration_ns(options, "delay") +
			     6 * options_duration_ns(options, "jitter");

	return packet_look_at(node, state->setup->cluster, longest_ns,
			      &state->looks[node_index(node)], err);
}

/* One for each address, and a jump for each family. */
static size_t rules_wanted(const struct packet *state, size_t self,
			   struct arena *arena)
{
	struct addresses peers = peers_of(state, self, arena);
	size_t of_ipv6 = 0;

	for (size_t i = 0; i < peers.count; i++)
		of_ipv6 += strchr(peers.texts[i], ':') != NULL;
	return peers.count + (of_ipv6 > 0) + (of_ipv6 < peers.count);
}

/* Does what the node shows agree with what was injected? NULL, or why not. */
static const char *doubt(const struct packet *state, size_t self,
			 struct arena *arena)
{
	static const int proofs[] = { PACKET_DELAYED,	PACKET_LOST,
				      PACKET_TWICE,	PACKET_EARLY,
				      PACKET_CORRUPTED, PACKET_DELAYED };
	const struct packet_look *look = &state->looks[self];
	int64_t delay_ns = options_duration_ns(state->setup->options, "delay");
	size_t kind = 0;

	while (strcmp(behaviours[kind], state->behaviour) != 0)
		kind++;
	if (look->daemon != DAEMON_RUNNING)
		return "the agent does not serve the queue";
	if (look->rules != rules_wanted(state, self, arena))
		return "rules are missing";
	if (!look->counts[PACKET_SEEN])
		return "no packet came to the queue";
	if (!look->counts[proofs[kind]])
		return "no packet was hit";
	if (kind == 0 && look->rtt_ms > 0 &&
	    look->rtt_ms * 1e6 < (double)delay_ns / 2)
		return "pings are faster than the delay";
	return NULL;
}

static enum effect packet_verify(void *context, struct figure *note,
				 struct error *err)
{
	struct packet *state = context;
	const struct fault_setup *setup = state->setup;
	const char *why = NULL;
	struct figure *group;

	if (!state->behaviour) {
		error_set(err, "packet: nothing was injected");
		return EFFECT_ABSENT;
	}
	for (int look = 0; look == 0 || (why && look < LOOKS_MAX); look++) {
		if (cluster_each(setup->cluster, state->picked, look_at_node,
				 state, err) < 0)
			return EFFECT_UNKNOWN;
		why = NULL;
		for (size_t i = 0; i < state->network.count && !why; i++) {
			if (!state->picked[i])
				continue;
			why = doubt(state, i, setup->arena);
			if (why)
				error_set(err, "node %s: %s",
					  node_name(cluster_node(setup->cluster,
								 i)),
					  why);
		}
	}
	group = figure_add_group(note, setup->arena, "packets");
	for (size_t i = 0; i < state->network.count; i++) {
		if (state->picked[i])
			packet_look_note(
				&state->looks[i],
				node_name(cluster_node(setup->cluster, i)),
				setup->arena, group);
	}
	return why ? EFFECT_ABSENT : EFFECT_PROVEN;
}

static int heal_node(struct node *node, void *argument, struct error *err)
{
	(void)argument;
	return node_run(node, NULL, NULL, err, "%s", queue_rules_remove_line());
}

static int packet_heal(void *context, struct figure *note, struct error *err)
{
	struct packet *state = context;

	(void)note;
	if (cluster_each(state->setup->cluster, NULL, heal_node, NULL, err) < 0)
		return error_wrap(err, "packet: heal");
	state->behaviour = NULL;
	return 0;
}

static int look_for_leftovers(struct node *node, void *argument,
			      struct error *err)
{
	bool *has_any = argument; /* [i] is of node i alone */
	struct arena arena = { 0 };
	enum daemon_state daemon;
	const char *out = "";
	int result = node_run(node, &arena, &out, err, "%s",
			      queue_rules_list_line());

	if (result == 0)
		result = node_daemon_state(node, PACKET_DAEMON, &daemon, err);
	if (result == 0)
		has_any[node_index(node)] = *out || daemon != DAEMON_ABSENT;
	arena_release(&arena);
	return result;
}

static enum effect packet_verify_healed(void *context, struct figure *note,
					struct error *err)
{
	struct packet *state = context;
	struct cluster *cluster = state->setup->cluster;
	size_t count = cluster_count(cluster);
	bool *has_any =
		arena_array(state->setup->arena, count, sizeof(*has_any));

	(void)note;
	if (cluster_each(cluster, NULL, look_for_leftovers, has_any, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < count; i++) {
		if (has_any[i]) {
			error_set(err, "node %s: packets are still queued",
				  node_name(cluster_node(cluster, i)));
			return EFFECT_ABSENT;
		}
	}
	return EFFECT_PROVEN;
}

static const char *const distributions[] = { "normal", "uniform", NULL };

static const struct option packet_options[] = {
	{ "targets", OPTION_LIST, "one,minority,majority,primaries,all",
	  "whose packets to the other nodes", pick_names },
	{ "behaviours", OPTION_LIST,
	  "delay,loss,duplicate,reorder,corrupt,bandwidth",
	  "what to draw from, one at a time", behaviours },
	{ "delay", OPTION_DURATION, "50ms", "mean delay", NULL },
	{ "jitter", OPTION_DURATION, "10ms",
	  "its sigma, or half its width if uniform", NULL },
	{ "distribution", OPTION_CHOICE, "normal", "of the delay",
	  distributions },
	{ "loss", OPTION_REAL, "20%", "share of packets lost", NULL },
	{ "duplicate", OPTION_REAL, "20%", "share sent twice", NULL },
	{ "reorder", OPTION_REAL, "20%",
	  "share that overtakes the others, which are delayed", NULL },
	{ "corrupt", OPTION_REAL, "20%", "share with one bit flipped", NULL },
	{ "bandwidth", OPTION_INT, "1M", "bits a second", NULL },
	{ "correlation", OPTION_REAL, "25%",
	  "how much a packet's fate follows the one before", NULL },
	{ .name = NULL },
};

const struct fault fault_packet = {
	.name = "packet",
	.summary = "packets between nodes are late, lost, doubled, reordered, "
		   "corrupted or throttled",
	.family = "network",
	.options = packet_options,
	.targets = pick_names,
	.open = packet_open,
	.close = packet_close,
	.inject = packet_inject,
	.verify = packet_verify,
	.heal = packet_heal,
	.verify_healed = packet_verify_healed,
	.undo_line = queue_rules_remove_line,
};
