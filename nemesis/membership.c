/* SPDX-License-Identifier: MIT */
/*
 * Membership: nodes leave the store and join it again as new ones, with empty
 * disks. How that is done, and what is pending, the target knows; who is a
 * member is asked of the store itself.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/victims.h"

static const char *const targets[] = { "one", "minority", "minority-third",
				       "primaries", NULL };
static const char *const modes[] = { "shrink", "replace", NULL };

#define ASK_AGAIN_NS (200 * NS_PER_MS)

struct membership {
	struct victims victims;
	const char **before; /* what the store called them */
	bool is_replacing;
	bool is_skipped; /* the last injection, by other faults */
};

static const struct cluster_control *control_of(const struct membership *state)
{
	return cluster_control(state->victims.setup->cluster);
}

static void *membership_open(const struct fault_setup *setup, struct error *err)
{
	struct membership *state = arena_alloc(setup->arena, sizeof(*state));

	(void)err;
	victims_init(&state->victims, setup);
	state->before = arena_array(setup->arena, state->victims.count,
				    sizeof(*state->before));
	state->is_replacing = options_is(setup->options, "mode", "replace");
	return state;
}

static void membership_close(void *context)
{
	(void)context; /* all of it is the arena's */
}

static int64_t deadline(const struct membership *state)
{
	return clock_now_ns() +
	       options_duration_ns(state->victims.setup->options, "await");
}

static bool others_are_in_force(const struct membership *state)
{
	const unsigned *in_force = state->victims.setup->in_force;

	return in_force && *in_force > 1;
}

/*
 * Who the members are. A store that was just hurt may need a while; one that
 * another fault keeps from saying so can change none, and that is nothing to
 * wait for: sets `is_skipped`, before anything was done.
 */
static int ask_members(struct membership *state, struct figure *note,
		       struct error *err)
{
	const struct cluster_control *control = control_of(state);
	struct arena *arena = state->victims.setup->arena;
	int64_t until_ns = deadline(state);

	state->is_skipped = false;
	while (control->members(control->context, state->before, arena, err) <
	       0) {
		if (others_are_in_force(state)) {
			figure_add_text(note, arena, "why", err->text);
			state->is_skipped = true;
			return 0;
		}
		if (clock_now_ns() >= until_ns)
			return error_wrap(err, "membership");
		clock_sleep_until(clock_now_ns() + ASK_AGAIN_NS);
	}
	return 0;
}

static int membership_inject(void *context, const char *target,
			     struct figure *note, struct error *err)
{
	struct membership *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	const struct cluster_control *control = control_of(state);

	if (!control || !control->members || !control->leave || !control->join)
		return error_set(err, "membership: this store's members cannot "
				      "be changed");
	if (ask_members(state, note, err) < 0)
		return -1;
	if (state->is_skipped)
		return 0;
	victims_draw(victims, target, note);
	for (size_t i = 0; i < victims->count; i++) {
		struct node *node = cluster_node(setup->cluster, i);

		if (!victims->picked[i])
			continue;
		if (control->leave(control->context, node, deadline(state),
				   err) < 0)
			return error_wrap(err, "membership");
		if (state->is_replacing &&
		    control->join(control->context, node, deadline(state),
				  err) < 0)
			return error_wrap(err, "membership");
	}
	return 0;
}

/* What the store calls its members now; "away": those that are none. */
static int look(struct membership *state, const char **ids, struct figure *note,
		struct error *err)
{
	const struct fault_setup *setup = state->victims.setup;
	const struct cluster_control *control = control_of(state);
	struct figure *group;

	if (control->members(control->context, ids, setup->arena, err) < 0)
		return -1;
	group = figure_add_group(note, setup->arena, "members");
	for (size_t i = 0; i < state->victims.count; i++)
		figure_add_text(group, setup->arena,
				node_name(cluster_node(setup->cluster, i)),
				ids[i]);
	return 0;
}

static enum effect membership_verify(void *context, struct figure *note,
				     struct error *err)
{
	struct membership *state = context;
	struct victims *victims = &state->victims;
	const char **ids = arena_array(victims->setup->arena, victims->count,
				       sizeof(*ids));

	if (state->is_skipped)
		return EFFECT_SKIPPED;
	if (!victims->is_injected) {
		error_set(err, "membership: none was injected");
		return EFFECT_ABSENT;
	}
	if (victims_are_none(victims))
		return EFFECT_SKIPPED;
	if (look(state, ids, note, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		bool is_other = ids[i] && state->before[i] &&
				strcmp(ids[i], state->before[i]) != 0;

		if (!victims->picked[i] ||
		    (state->is_replacing ? is_other : !ids[i]))
			continue;
		error_set(err, "node %s is a member as before",
			  node_name(cluster_node(victims->setup->cluster, i)));
		return EFFECT_ABSENT;
	}
	return EFFECT_PROVEN;
}

/* Whoever was hit joins again; one that never left is as it was. */
static int membership_heal(void *context, struct figure *note,
			   struct error *err)
{
	struct membership *state = context;
	struct victims *victims = &state->victims;
	const struct fault_setup *setup = victims->setup;
	const struct cluster_control *control = control_of(state);

	(void)note;
	if (!victims->is_injected)
		return 0;
	for (size_t i = 0; i < victims->count; i++) {
		if (victims->hit[i] &&
		    control->join(control->context,
				  cluster_node(setup->cluster, i),
				  deadline(state), err) < 0)
			return error_wrap(err, "membership: heal");
	}
	victims->is_injected = false;
	return 0;
}

static enum effect membership_verify_healed(void *context, struct figure *note,
					    struct error *err)
{
	struct membership *state = context;
	struct victims *victims = &state->victims;
	const char **ids = arena_array(victims->setup->arena, victims->count,
				       sizeof(*ids));

	if (victims->is_injected) {
		error_set(err, "membership: it was not healed");
		return EFFECT_ABSENT;
	}
	if (!victims_any(victims->hit, victims->count))
		return EFFECT_PROVEN;
	if (look(state, ids, note, err) < 0)
		return EFFECT_UNKNOWN;
	for (size_t i = 0; i < victims->count; i++) {
		if (!victims->hit[i] || ids[i])
			continue;
		error_set(err, "node %s is no member",
			  node_name(cluster_node(victims->setup->cluster, i)));
		return EFFECT_ABSENT;
	}
	victims_forget(victims);
	return EFFECT_PROVEN;
}

static const struct option membership_options[] = {
	{ "targets", OPTION_LIST, "one,minority,primaries",
	  "which nodes to draw from", targets },
	{ "mode", OPTION_CHOICE, "shrink",
	  "away until it is healed, or replaced by an empty one at once",
	  modes },
	{ "await", OPTION_DURATION, "15s",
	  "how long the store may take for each change", NULL },
	{ .name = NULL },
};

const struct fault fault_membership = {
	.name = "membership",
	.summary = "nodes leave the store and join again as new, empty ones",
	.family = "membership",
	.options = membership_options,
	.targets = targets,
	.open = membership_open,
	.close = membership_close,
	.inject = membership_inject,
	.verify = membership_verify,
	.heal = membership_heal,
	.changes_members = true,
	.heals_last = true,
	.verify_healed = membership_verify_healed,
};
