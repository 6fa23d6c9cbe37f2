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

#include "nemesis/firewall.h"
#include "nemesis/grudge.h"
#include "nemesis/network.h"
#include "nemesis/pick.h"

#define STEP_TIMEOUT_NS INT64_C(15000000000)

/* A look may come too early (a probe of the other side was not under way yet
 * when the counters were read) or meet a slow machine. */
#define LOOKS_MAX 3

struct partition {
	struct cluster *cluster;
	const struct fault_links *links; /* instead of it, or NULL */
	const struct options *options;
	struct rng *rng;
	struct arena *arena;
	struct network network;
	struct grudge grudge; /* in force */
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
	state->grudge = grudge_empty(setup->arena, state->network.count);
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
	size_t count = state->grudge.count;

	for (size_t i = 0; i < count; i++) {
		struct figure *list = NULL;

		for (size_t j = 0; j < count; j++) {
			if (!grudge_refuses(&state->grudge, i, j))
				continue;
			if (!list)
				list = figure_add_list(group, arena,
						       name_of(state, i));
			figure_add_text(list, arena, NULL, name_of(state, j));
		}
	}
}

/* All that `node` is to drop. */
static struct addresses refused(const struct partition *state, size_t node,
				struct arena *arena)
{
	struct addresses all = { 0 };

	for (size_t j = 0; j < state->grudge.count; j++) {
		struct addresses some;
		const char **texts;

		if (!grudge_refuses(&state->grudge, node, j))
			continue;
		some = network_sources(&state->network, node, j, arena);
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

static int put_rules(struct node *node, void *argument, struct error *err)
{
	const struct partition *state = argument;
	size_t self = node_index(node);
	struct arena arena = { 0 };
	struct addresses sources = refused(state, self, &arena);
	int result;

	result = node_run_within(
		node, STEP_TIMEOUT_NS, &arena, NULL, err, "%s",
		firewall_put_line(state->network.nodes[self].tool, &arena,
				  sources.texts, sources.count));
	arena_release(&arena);
	return result;
}

static int partition_inject(void *context, const char *target,
			    struct figure *note, struct error *err)
{
	struct partition *state = context;
	size_t count = state->network.count;
	bool is_one_way = options_bool(state->options, "one-way");
	bool *is_primary = arena_array(state->arena, count, sizeof(bool));
	enum grudge_shape shape;

	if (!target)
		target = pick_choice(options_list(state->options, "targets"),
				     state->rng);
	shape = target ? grudge_from_name(target) : GRUDGE_ONE;
	if (shape == GRUDGE_NONE)
		return error_set(err, "partition: there is no shape %s",
				 target);
	if (!state->links && network_learn(&state->network, err) < 0)
		return error_wrap(err, "partition");
	figure_add_text(note, state->arena, "target",
			grudge_names[shape - GRUDGE_ONE]);
	if (is_one_way)
		figure_add_bool(note, state->arena, "one-way", true);
	if (shape == GRUDGE_PRIMARY && state->cluster) {
		if (pick_ask_primaries(state->cluster, is_primary))
			pick_note(state->cluster, is_primary, "primary",
				  state->arena, note);
		else
			figure_add_text(note, state->arena, "primary", NULL);
	}
	state->grudge = grudge_draw(shape, is_one_way, is_primary, count,
				    state->rng, state->arena);
	if (grudge_is_empty(&state->grudge))
		return error_set(err,
				 "partition: a cluster of %zu cannot be "
				 "cut into %s",
				 count, grudge_names[shape - GRUDGE_ONE]);
	note_grudge(state, note);
	if (state->links)
		return state->links->cut(state->links->store,
					 state->grudge.refuses, err);
	if (cluster_each(state->cluster, NULL, put_rules, state, err) < 0)
		return error_wrap(err, "partition");
	return 0;
}

/* What differs from the grudge: a sentence each in `list` (NULL: none). */
static enum effect compare(struct partition *state, const struct sight *sight,
			   struct arena *arena, struct figure *list)
{
	const struct grudge *grudge = &state->grudge;
	enum effect effect = EFFECT_PROVEN;
	size_t count = grudge->count;

	for (size_t i = 0; i < count * count; i++) {
		size_t a = i / count;
		size_t b = i % count;
		const char *from = node_name(cluster_node(state->cluster, a));
		const char *to = node_name(cluster_node(state->cluster, b));
		bool is_parted = grudge_parts(grudge, a, b);
		const char *what = NULL;

		if (a == b)
			continue;
		if (!sight->can_tell[i]) {
			what = "has no way to probe";
			if (effect == EFFECT_PROVEN)
				effect = EFFECT_UNKNOWN;
		} else if (is_parted && sight->reaches[i]) {
			what = "still reaches";
			effect = EFFECT_ABSENT;
		} else if (!is_parted && !sight->reaches[i]) {
			what = "does not reach";
			if (effect == EFFECT_PROVEN)
				effect = EFFECT_UNKNOWN;
		} else if (grudge_refuses(grudge, a, b) != sight->drops[i]) {
			what = sight->drops[i] ? "has dropped packets from"
					       : "has dropped no packet from";
			effect = EFFECT_ABSENT;
		}
		if (what && list)
			figure_add_text(list, arena, NULL,
					arena_printf(arena, "%s %s %s", from,
						     what, to));
	}
	return effect;
}

/* Rules that should not be there, or that should. */
static enum effect compare_rules(struct partition *state,
				 const struct sight *sight, struct arena *arena,
				 struct figure *list)
{
	enum effect effect = EFFECT_PROVEN;

	for (size_t i = 0; i < state->grudge.count; i++) {
		size_t wanted = refused(state, i, arena).count;

		if (sight->rules[i] == wanted)
			continue;
		effect = EFFECT_ABSENT;
		if (list)
			figure_add_text(
				list, arena, NULL,
				arena_printf(arena,
					     "%s has %zu rules instead "
					     "of %zu",
					     node_name(cluster_node(
						     state->cluster, i)),
					     sight->rules[i], wanted));
	}
	return effect;
}

static void note_matrix(struct partition *state, const struct sight *sight,
			struct figure *note)
{
	struct arena *arena = state->arena;
	struct figure *group = figure_add_group(note, arena, "reaches");
	size_t count = state->grudge.count;

	for (size_t i = 0; i < count; i++)
		pick_note(state->cluster, sight->reaches + i * count,
			  node_name(cluster_node(state->cluster, i)), arena,
			  group);
}

/* Looks until what is seen is what the grudge wants, or LOOKS_MAX times. */
static enum effect look(struct partition *state, struct figure *note,
			struct error *err)
{
	int64_t timeout_ns =
		options_duration_ns(state->options, "probe-timeout");
	enum effect effect = EFFECT_UNKNOWN;
	enum effect rules = EFFECT_UNKNOWN;
	struct sight sight = { 0 };
	struct figure *list;

	if (network_learn(&state->network, err) < 0)
		return EFFECT_UNKNOWN;
	for (int i = 0; i < LOOKS_MAX; i++) {
		if (network_look(&state->network, &state->grudge, timeout_ns,
				 state->arena, &sight, err) < 0)
			return EFFECT_UNKNOWN;
		effect = compare(state, &sight, state->arena, NULL);
		rules = compare_rules(state, &sight, state->arena, NULL);
		if (effect == EFFECT_PROVEN && rules == EFFECT_PROVEN)
			break;
	}
	note_matrix(state, &sight, note);
	if (effect == EFFECT_PROVEN && rules == EFFECT_PROVEN)
		return EFFECT_PROVEN;
	list = figure_add_list(note, state->arena, "unexpected");
	compare(state, &sight, state->arena, list);
	compare_rules(state, &sight, state->arena, list);
	return rules == EFFECT_ABSENT ? EFFECT_ABSENT : effect;
}

/* The store itself says which of its links are cut. */
static enum effect look_at_links(struct partition *state)
{
	size_t count = state->grudge.count;
	bool *refuses = arena_array(state->arena, count * count, sizeof(bool));

	state->links->see(state->links->store, refuses);
	return memcmp(refuses, state->grudge.refuses,
		      count * count * sizeof(bool)) == 0 ?
		       EFFECT_PROVEN :
		       EFFECT_ABSENT;
}

static enum effect partition_verify(void *context, struct figure *note,
				    struct error *err)
{
	struct partition *state = context;

	if (grudge_is_empty(&state->grudge)) {
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
	state->grudge = grudge_empty(state->arena, state->network.count);
	return 0;
}

static enum effect partition_verify_healed(void *context, struct figure *note,
					   struct error *err)
{
	struct partition *state = context;

	if (!grudge_is_empty(&state->grudge)) {
		error_set(err, "partition: it was not healed");
		return EFFECT_ABSENT;
	}
	return state->links ? look_at_links(state) : look(state, note, err);
}

static const char *const tools[] = { "auto", "nft", "iptables", NULL };

static const struct option partition_options[] = {
	{ "targets", OPTION_LIST,
	  "one,random-halves,minority,majority,majorities-ring,bridge,primary",
	  "shapes to draw from", grudge_names },
	{ "one-way", OPTION_BOOL, "false",
	  "refuse packets on one side of each pair only", NULL },
	{ "firewall", OPTION_CHOICE, "auto",
	  "packet filter on the nodes (auto: nft, else iptables)", tools },
	{ "probe-timeout", OPTION_DURATION, "150ms",
	  "how long a probe that should be blocked waits for an answer", NULL },
	{ .name = NULL },
};

const struct fault fault_partition = {
	.name = "partition",
	.summary = "nodes drop each other's packets",
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
