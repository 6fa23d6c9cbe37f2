/* SPDX-License-Identifier: MIT */
/* A bad network: packets to other nodes are late, lost, doubled, ... */
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

#include "nemesis/netem.h"
#include "nemesis/network.h"
#include "nemesis/packet_behaviour.h"
#include "nemesis/packet_links.h"
#include "nemesis/packet_look.h"
#include "nemesis/packet_node.h"
#include "nemesis/packet_rules.h"
#include "nemesis/pick.h"
#include "nemesis/ports.h"

/* A rare event may not come among the first pings. */
#define LOOKS_MAX 6

/* Draws of the other ends, until there is a link between two nodes. */
#define DRAWS_MAX 100

/* On the cable. */
#define PING_BITS (8 * 98)

struct packet {
	const struct fault_setup *setup;
	struct network network;
	unsigned behaviours; /* in force, or 0 */
	struct packet_plan plan;
	bool *senders; /* whose packets are hit */
	struct packet_look *looks; /* [i]: of node i, the last */
};

static bool is_narrowed(const struct options *options)
{
	return options_list(options, "ports")[0] != NULL;
}

/* Could tc do all that may be drawn, if it has to? */
static int check_means(const struct fault_setup *setup, struct error *err)
{
	const struct options *options = setup->options;
	const char *const *list = options_list(options, "behaviours");

	for (; options_is(options, "by", "tc") && *list; list++) {
		unsigned bits = packet_behaviour_bits(*list, setup->arena);

		if (!netem_suits(bits, options, is_narrowed(options)))
			return error_set(
				err,
				"packet.by=tc cannot do or show %s: it needs "
				"no packet.ports, no loss together with "
				"corrupt, 10 ms of packet.delay to reorder, "
				"and packet.correlation 0 but for delay, loss "
				"and bandwidth",
				*list);
	}
	return 0;
}

static void *packet_open(const struct fault_setup *setup, struct error *err)
{
	struct packet *state = arena_alloc(setup->arena, sizeof(*state));
	size_t count = cluster_count(setup->cluster);

	if (packet_behaviour_check(setup->options, err) < 0 ||
	    check_means(setup, err) < 0)
		return NULL;
	state->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	state->senders = arena_array(setup->arena, count, sizeof(bool));
	state->looks = arena_array(setup->arena, count, sizeof(*state->looks));
	network_init(&state->network, setup->cluster, FIREWALL_NONE,
		     setup->arena);
	state->plan.network = &state->network;
	return state;
}

static void packet_close(void *context)
{
	struct packet *state = context;

	if (state)
		network_release(&state->network);
}

static int begin_node(struct node *node, void *argument, struct error *err)
{
	const struct packet *state = argument;
	struct packet_look *look = &state->looks[node_index(node)];

	*look = (struct packet_look){ 0 };
	return packet_node_put(node, &state->plan, &look->who, err);
}

/* From whom to whom. */
static int draw_links(struct packet *state, const char *target,
		      struct figure *note, struct error *err)
{
	const struct fault_setup *setup = state->setup;
	size_t count = state->network.count;
	bool *ends = arena_array(setup->arena, count, sizeof(*ends));
	bool *others = arena_array(setup->arena, count, sizeof(*others));
	const char *direction = options_text(setup->options, "direction");

	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, ends);
	for (int i = 0; i < DRAWS_MAX; i++) {
		struct figure to = figure_group_root();

		pick_in_cluster(setup->cluster, NULL,
				options_list(setup->options, "to"), setup->rng,
				setup->arena, &to, others);
		state->plan.links = packet_links_between(
			ends, others, direction, count, setup->arena);
		if (packet_links_hit(&state->plan.links, count))
			break;
	}
	if (!packet_links_hit(&state->plan.links, count))
		return error_set(err, "there is no link between those nodes");
	for (size_t i = 0; i < count; i++)
		state->senders[i] = packet_links_hit(&state->plan.links, i);
	packet_links_note(&state->plan.links, setup->cluster, setup->arena,
			  note);
	return 0;
}

/* What whoever does it is told. */
static void plan_means(struct packet *state)
{
	const struct fault_setup *setup = state->setup;
	const struct options *options = setup->options;
	struct packet_plan *plan = &state->plan;

	plan->flags = packet_behaviour_flags(
		state->behaviours, options,
		rng_below(setup->rng, UINT64_C(1) << 32), setup->arena);
	plan->needs_tc = options_is(options, "by", "tc");
	plan->parameters = NULL;
	if (!options_is(options, "by", "agent") &&
	    netem_suits(state->behaviours, options, plan->ports.count > 0))
		plan->parameters = netem_parameters(state->behaviours, options,
						    setup->arena);
}

static int packet_inject(void *context, const char *target, struct figure *note,
			 struct error *err)
{
	struct packet *state = context;
	const struct fault_setup *setup = state->setup;
	const char *behaviours = pick_choice(
		options_list(setup->options, "behaviours"), setup->rng);

	if (!behaviours)
		behaviours = packet_behaviours[0];
	if (draw_links(state, target, note, err) < 0 ||
	    ports_read(options_list(setup->options, "ports"),
		       cluster_control(setup->cluster), &state->plan.ports,
		       err) < 0)
		return error_wrap(err, "packet");
	state->behaviours = packet_behaviour_bits(behaviours, setup->arena);
	plan_means(state);
	figure_add_text(note, setup->arena, "behaviour", behaviours);
	figure_add_text(note, setup->arena, "parameters", state->plan.flags);
	ports_note(&state->plan.ports, setup->arena, note);
	if (network_learn(&state->network, err) < 0 ||
	    cluster_each(setup->cluster, state->senders, begin_node, state,
			 err) < 0)
		return error_wrap(err, "packet");
	return 0;
}

/* Half of the delay; else half of what a ping takes at that rate. */
static double late_ms(const struct packet *state)
{
	const struct options *options = state->setup->options;

	if (state->behaviours & (PACKET_DELAY | PACKET_REORDER))
		return (double)options_duration_ns(options, "delay") / 2e6;
	if (state->behaviours & PACKET_BANDWIDTH)
		return PING_BITS * 1e3 /
		       (2 * (double)options_int(options, "bandwidth"));
	return 0;
}

static int look_at_node(struct node *node, void *argument, struct error *err)
{
	const struct packet *state = argument;
	const struct options *options = state->setup->options;
	struct packet_looking looking = {
		.network = &state->network,
		.links = &state->plan.links,
		.ports = &state->plan.ports,
		.longest_ns = options_duration_ns(options, "delay") +
			      6 * options_duration_ns(options, "jitter"),
		.late_ms = late_ms(state),
	};

	return packet_look_at(node, &looking, &state->looks[node_index(node)],
			      err);
}

/* Does what the node shows agree with what was injected? NULL, or why not. */
static const char *doubt(const struct packet *state, size_t self)
{
	const struct packet_look *look = &state->looks[self];

	if (!look->is_served)
		return look->who.means == PACKET_BY_TC ?
			       "the kernel's netem is not there" :
			       "the agent does not serve the queue";
	if (look->rules != packet_node_rules(&state->plan, self))
		return "rules are missing";
	if (!look->counts[PACKET_SEEN])
		return "no packet came there";
	if (!packet_behaviour_is_seen(state->behaviours, look->counts))
		return "no packet was hit";
	if ((state->behaviours & (PACKET_DELAY | PACKET_REORDER)) ==
		    PACKET_DELAY &&
	    look->rtt_ms > 0 && look->rtt_ms < late_ms(state))
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

	if (!state->behaviours) {
		error_set(err, "packet: nothing was injected");
		return EFFECT_ABSENT;
	}
	for (int look = 0; look == 0 || (why && look < LOOKS_MAX); look++) {
		if (cluster_each(setup->cluster, state->senders, look_at_node,
				 state, err) < 0)
			return EFFECT_UNKNOWN;
		why = NULL;
		for (size_t i = 0; i < state->network.count && !why; i++) {
			if (!state->senders[i])
				continue;
			why = doubt(state, i);
			if (why)
				error_set(err, "node %s: %s",
					  node_name(cluster_node(setup->cluster,
								 i)),
					  why);
		}
	}
	group = figure_add_group(note, setup->arena, "packets");
	for (size_t i = 0; i < state->network.count; i++) {
		if (state->senders[i])
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
	return node_run(node, NULL, NULL, err, "%s",
			packet_rules_remove_line());
}

static int packet_heal(void *context, struct figure *note, struct error *err)
{
	struct packet *state = context;

	(void)note;
	if (cluster_each(state->setup->cluster, NULL, heal_node, NULL, err) < 0)
		return error_wrap(err, "packet: heal");
	state->behaviours = 0;
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
			      packet_rules_list_line());

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
			error_set(err, "node %s: packets are still spoiled",
				  node_name(cluster_node(cluster, i)));
			return EFFECT_ABSENT;
		}
	}
	return EFFECT_PROVEN;
}

static const char *const means[] = { "auto", "tc", "agent", NULL };
static const char *const distributions[] = { "normal", "uniform", NULL };

static const struct option packet_options[] = {
	{ "targets", OPTION_SETS, "one,minority,majority,primaries,all",
	  "whose packets to the other nodes", pick_choices },
	{ "to", OPTION_SETS, "all", "which other nodes, drawn in the same way",
	  pick_choices },
	{ "direction", OPTION_CHOICE, "out",
	  "what they send to those, what they are sent by them, or both",
	  packet_directions },
	{ "ports", OPTION_LIST, "",
	  "only what is TCP or UDP from or to these ports: peer, client, "
	  "numbers",
	  NULL },
	{ "behaviours", OPTION_SETS,
	  "delay,loss,duplicate,reorder,corrupt,bandwidth",
	  "what to draw from; several at once are joined by +",
	  packet_behaviours },
	{ "by", OPTION_CHOICE, "auto",
	  "the kernel (tc's netem) or the agent; auto: the kernel, where it "
	  "can do all that is asked for, and pings can show it",
	  means },
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
	.undo_line = packet_rules_remove_line,
};
