/* SPDX-License-Identifier: MIT */
/* Partitions: nodes that drop each other's packets. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/cut.h"
#include "nemesis/firewall.h"
#include "nemesis/grudge.h"
#include "nemesis/network.h"
#include "nemesis/partition_look.h"
#include "nemesis/pick.h"
#include "nemesis/ports.h"

#define STEP_TIMEOUT_NS INT64_C(15000000000)

struct partition {
	struct cluster *cluster;
	const struct fault_links *links; /* instead of it, or NULL */
	const struct options *options;
	struct rng *rng;
	struct arena *arena;
	struct network network;
	struct cut cut; /* in force */
	struct ports ports; /* that cuts are about, once there was one */
	int client_port; /* once clients were refused, else 0 */
};

static void *partition_open(const struct fault_setup *setup, struct error *err)
{
	struct partition *state = arena_alloc(setup->arena, sizeof(*state));
	const char *tool = options_text(setup->options, "firewall");

	(void)err;
	state->cluster = setup->cluster;
	state->links = setup->links;
	state->options = setup->options;
	state->rng = setup->rng;
	state->arena = setup->arena;
	if (state->links)
		state->network.count = state->links->count;
	else
		network_init(&state->network, setup->cluster,
			     firewall_tool_from_name(tool), setup->arena);
	state->cut = cut_empty(setup->arena, state->network.count);
	return state;
}

static void partition_close(void *context)
{
	struct partition *state = context;

	if (state && !state->links)
		network_release(&state->network);
}

static const char *name_of(const struct partition *state, size_t node)
{
	return state->links ? state->links->names[node] :
			      node_name(cluster_node(state->cluster, node));
}

/* Who refuses packets from whom: a group of lists. */
static void note_grudge(struct partition *state, struct figure *note)
{
	struct arena *arena = state->arena;
	struct figure *group = figure_add_group(note, arena, "grudge");
	size_t count = state->cut.grudge.count;

	for (size_t i = 0; i < count; i++) {
		struct figure *list = NULL;

		for (size_t j = 0; j < count; j++) {
			if (!grudge_refuses(&state->cut.grudge, i, j))
				continue;
			if (!list)
				list = figure_add_list(group, arena,
						       name_of(state, i));
			figure_add_text(list, arena, NULL, name_of(state, j));
		}
	}
}

static struct partition_want want_of(const struct partition *state)
{
	return (struct partition_want){
		.cluster = state->cluster,
		.network = &state->network,
		.cut = &state->cut,
		.ports = &state->ports,
		.client_port = state->client_port,
		.blocked_timeout_ns =
			options_duration_ns(state->options, "probe-timeout"),
	};
}

static int put_rules(struct node *node, void *argument, struct error *err)
{
	const struct partition *state = argument;
	struct partition_want want = want_of(state);
	size_t self = node_index(node);
	struct arena arena = { 0 };
	struct firewall_drops drops = partition_drops(&want, self, &arena);
	int result;

	result = node_run_within(
		node, STEP_TIMEOUT_NS, &arena, NULL, err, "%s",
		firewall_put_line(state->network.nodes[self].tool, &arena,
				  &drops));
	arena_release(&arena);
	return result;
}

/* Who is primary, where the target is about that. */
static void ask_primaries(struct partition *state, const char *target,
			  bool *is_primary, struct figure *note)
{
	if (!state->cluster || !cut_wants_primary(target, state->arena))
		return;
	if (pick_ask_primaries(state->cluster, is_primary))
		pick_note(state->cluster, is_primary, "primary", state->arena,
			  note);
	else
		figure_add_text(note, state->arena, "primary", NULL);
}

static int draw(struct partition *state, const char *target,
		struct figure *note, struct error *err)
{
	size_t count = state->network.count;
	bool is_one_way = options_bool(state->options, "one-way");
	bool *is_primary = arena_array(state->arena, count, sizeof(bool));
	const char **names = arena_array(state->arena, count, sizeof(*names));
	struct cut_nodes nodes = { .names = names,
				   .is_primary = is_primary,
				   .count = count };

	figure_add_text(note, state->arena, "target", target);
	if (is_one_way)
		figure_add_bool(note, state->arena, "one-way", true);
	for (size_t i = 0; i < count; i++)
		names[i] = name_of(state, i);
	ask_primaries(state, target, is_primary, note);
	return cut_draw(&state->cut, target, is_one_way, &nodes, state->rng,
			state->arena, err);
}

/* The ports that the cut is about. */
static int find_ports(struct partition *state, struct figure *note,
		      struct error *err)
{
	const struct cluster_control *control =
		state->cluster ? cluster_control(state->cluster) : NULL;
	const char *const *texts = options_list(state->options, "ports");

	if (state->links && (texts[0] || cut_has_clients(&state->cut)))
		return error_set(err, "a store in this process has no ports "
				      "and no links to clients, only to nodes");
	if (ports_read(texts, control, &state->ports, err) < 0)
		return -1;
	ports_note(&state->ports, state->arena, note);
	if (!cut_has_clients(&state->cut))
		return 0;
	if (!control || !control->client_port)
		return error_set(err, "the store does not tell at which port "
				      "it serves clients");
	state->client_port = control->client_port;
	pick_note(state->cluster, state->cut.clients, "refuse-clients",
		  state->arena, note);
	return 0;
}

static int partition_inject(void *context, const char *target,
			    struct figure *note, struct error *err)
{
	struct partition *state = context;

	if (!target)
		target = pick_choice(options_list(state->options, "targets"),
				     state->rng);
	if (!target)
		target = grudge_names[0];
	if ((!state->links && network_learn(&state->network, err) < 0) ||
	    draw(state, target, note, err) < 0 ||
	    find_ports(state, note, err) < 0)
		return error_wrap(err, "partition");
	if (!grudge_is_empty(&state->cut.grudge))
		note_grudge(state, note);
	if (state->links)
		return state->links->cut(state->links->store,
					 state->cut.grudge.refuses, err);
	if (cluster_each(state->cluster, NULL, put_rules, state, err) < 0)
		return error_wrap(err, "partition");
	return 0;
}

static enum effect look(struct partition *state, struct figure *note,
			struct error *err)
{
	struct partition_want want = want_of(state);

	if (network_learn(&state->network, err) < 0)
		return EFFECT_UNKNOWN;
	return partition_look(&want, note, state->arena, err);
}

/* The store itself says which of its links are cut. */
static enum effect look_at_links(struct partition *state)
{
	size_t count = state->cut.grudge.count;
	bool *refuses = arena_array(state->arena, count * count, sizeof(bool));

	state->links->see(state->links->store, refuses);
	return memcmp(refuses, state->cut.grudge.refuses,
		      count * count * sizeof(bool)) == 0 ?
		       EFFECT_PROVEN :
		       EFFECT_ABSENT;
}

static enum effect partition_verify(void *context, struct figure *note,
				    struct error *err)
{
	struct partition *state = context;

	if (cut_is_empty(&state->cut)) {
		error_set(err, "partition: none was injected");
		return EFFECT_ABSENT;
	}
	return state->links ? look_at_links(state) : look(state, note, err);
}

static int remove_rules(struct node *node, void *argument, struct error *err)
{
	struct arena arena = { 0 };
	int result;

	(void)argument;
	result = node_run_within(node, STEP_TIMEOUT_NS, &arena, NULL, err, "%s",
				 firewall_remove_line());
	arena_release(&arena);
	return result;
}

static int partition_heal(void *context, struct figure *note, struct error *err)
{
	struct partition *state = context;

	(void)note;
	if (state->links ? state->links->cut(state->links->store, NULL, err) :
			   cluster_each(state->cluster, NULL, remove_rules,
					NULL, err) < 0)
		return error_wrap(err, "partition: heal");
	state->cut = cut_empty(state->arena, state->network.count);
	return 0;
}

static enum effect partition_verify_healed(void *context, struct figure *note,
					   struct error *err)
{
	struct partition *state = context;

	if (!cut_is_empty(&state->cut)) {
		error_set(err, "partition: it was not healed");
		return EFFECT_ABSENT;
	}
	return state->links ? look_at_links(state) : look(state, note, err);
}

static const char *const tools[] = { "auto", "nft", "iptables", NULL };

static const struct option partition_options[] = {
	{ "targets", OPTION_SETS,
	  "one,random-halves,minority,majority,majorities-ring,bridge,primary",
	  "shapes to draw from: one camp against the rest, or (clients) "
	  "against those who ask",
	  cut_choices },
	{ "ports", OPTION_LIST, "",
	  "only what is TCP or UDP from or to these ports: peer, client, "
	  "numbers",
	  NULL },
	{ "one-way", OPTION_BOOL, "false",
	  "refuse packets on one side of each pair only", NULL },
	{ "firewall", OPTION_CHOICE, "auto",
	  "packet filter on the nodes (auto: nft, else iptables)", tools },
	{ "probe-timeout", OPTION_DURATION, "100ms",
	  "how long a probe that should be blocked waits for an answer", NULL },
	{ .name = NULL },
};

const struct fault fault_partition = {
	.name = "partition",
	.summary = "nodes drop each other's packets, or those of clients",
	.family = "network",
	.options = partition_options,
	.targets = grudge_names,
	.cuts_links = true,
	.open = partition_open,
	.close = partition_close,
	.inject = partition_inject,
	.verify = partition_verify,
	.heal = partition_heal,
	.verify_healed = partition_verify_healed,
	.undo_line = firewall_remove_line,
};
