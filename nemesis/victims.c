/* SPDX-License-Identifier: MIT */
#include "nemesis/victims.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/fault.h"

#include "nemesis/daemons.h"
#include "nemesis/layer.h"
#include "nemesis/pick.h"

bool victims_any(const bool *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (nodes[i])
			return true;
	}
	return false;
}

/* A node that is no part of the store has nothing to be hit. */
static bool is_away(const struct victims *victims, size_t node)
{
	const struct cluster_control *control =
		cluster_control(victims->setup->cluster);

	return control && control->is_away && control->is_away[node];
}

static unsigned *down_by(const struct victims *victims)
{
	const struct cluster_control *control =
		cluster_control(victims->setup->cluster);

	return control ? control->down_by : NULL;
}

static const char *const *chosen_daemons(const struct options *options)
{
	const char *const *names = NULL;

	if (options_knows(options, OPTION_DAEMONS))
		names = options_list(options, OPTION_DAEMONS);
	return names && *names ? names : NULL;
}

void victims_init(struct victims *victims, const struct fault_setup *setup)
{
	size_t count = cluster_count(setup->cluster);

	victims->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	victims->count = count;
	victims->picked = arena_array(setup->arena, count, sizeof(bool));
	victims->hit = arena_array(setup->arena, count, sizeof(bool));
	victims->away = arena_array(setup->arena, count, sizeof(bool));
	victims->down = arena_array(setup->arena, count, sizeof(bool));
	victims->ended = arena_array(setup->arena, count, sizeof(bool));
	victims->daemons = chosen_daemons(setup->options);
	victims->is_injected = false;
	victims->may_end = false;
}

static void draw(struct victims *victims, const char *target,
		 struct figure *note)
{
	const struct fault_setup *setup = victims->setup;

	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, victims->picked);
	victims->is_injected = true;
	memset(victims->away, 0, victims->count * sizeof(bool));
	memset(victims->down, 0, victims->count * sizeof(bool));
	for (size_t i = 0; i < victims->count; i++) {
		victims->away[i] = victims->picked[i] && is_away(victims, i);
		victims->picked[i] = victims->picked[i] && !victims->away[i];
	}
	if (victims_any(victims->away, victims->count))
		pick_note(setup->cluster, victims->away, "away", setup->arena,
			  note);
	if (victims->daemons) {
		struct figure *list = figure_add_list(note, setup->arena,
						      OPTION_DAEMONS);

		for (size_t i = 0; victims->daemons[i]; i++)
			figure_add_text(list, setup->arena, NULL,
					victims->daemons[i]);
	}
}

/* From now on they are hit; and may be down, by this. */
static void hit_picked(struct victims *victims)
{
	unsigned *by = down_by(victims);

	for (size_t i = 0; i < victims->count; i++) {
		if (!victims->picked[i])
			continue;
		victims->hit[i] = true;
		if (!by || !victims->may_end || victims->ended[i])
			continue;
		victims->ended[i] = true;
		by[i]++;
	}
}

/* It is over: what is down from now on is so for other reasons. */
static void release_ended(struct victims *victims)
{
	unsigned *by = down_by(victims);

	for (size_t i = 0; i < victims->count; i++) {
		if (victims->ended[i])
			by[i]--;
		victims->ended[i] = false;
	}
}

void victims_draw(struct victims *victims, const char *target,
		  struct figure *note)
{
	draw(victims, target, note);
	hit_picked(victims);
}

/* Moves who is down by a fault from `picked` to `down`. */
static int pass_over_down(struct victims *victims, struct error *err)
{
	const struct fault_setup *setup = victims->setup;
	const char **absent =
		arena_array(setup->arena, victims->count, sizeof(*absent));
	const unsigned *by = down_by(victims);

	if (daemons_find_absent(setup->cluster, victims->picked,
				victims->daemons, absent, err) < 0)
		return -1;
	for (size_t i = 0; i < victims->count; i++) {
		if (!absent[i])
			continue;
		if (!by || !by[i])
			return error_set(
				err,
				"node %s: its daemon %s is not running, and no "
				"fault of this run ended it",
				node_name(cluster_node(setup->cluster, i)),
				absent[i]);
		victims->down[i] = true;
		victims->picked[i] = false;
	}
	return 0;
}

int victims_draw_running(struct victims *victims, const char *target,
			 struct figure *note, struct error *err)
{
	const struct fault_setup *setup = victims->setup;

	draw(victims, target, note);
	if (!victims_are_none(victims) && pass_over_down(victims, err) < 0) {
		memset(victims->picked, 0, victims->count * sizeof(bool));
		return -1;
	}
	if (victims_any(victims->down, victims->count))
		pick_note(setup->cluster, victims->down, "down", setup->arena,
			  note);
	hit_picked(victims);
	return 0;
}

bool victims_are_none(const struct victims *victims)
{
	return !victims_any(victims->picked, victims->count);
}

bool victims_may_be_down(const struct victims *victims, struct figure *note)
{
	const unsigned *by = down_by(victims);

	for (size_t i = 0; i < victims->count; i++) {
		if (victims->picked[i] && (!by || !by[i]))
			return false;
	}
	pick_note(victims->setup->cluster, victims->picked, "down",
		  victims->setup->arena, note);
	return true;
}

int victims_start(struct victims *victims, struct figure *note,
		  struct error *err)
{
	const struct fault_setup *setup = victims->setup;

	if (!victims->is_injected)
		return 0;
	if (daemons_start(setup->cluster, victims->hit,
			  options_duration_ns(setup->options, "await"),
			  setup->arena, note, err) < 0)
		return error_wrap(err, "heal");
	victims->is_injected = false;
	return 0;
}

int victims_start_on_layer(struct victims *victims, struct figure *note,
			   struct error *err)
{
	struct error ignored;

	if (layer_rescue(victims->setup->cluster, victims->hit, err) == 0)
		return victims_start(victims, note, err);
	victims->is_injected = true;
	victims_start(victims, note, &ignored);
	return -1;
}

/* What another fault may have ended since is that one's to bring back. */
static int leave_to_others(struct victims *victims, struct error *err)
{
	const struct fault_setup *setup = victims->setup;
	const char **absent =
		arena_array(setup->arena, victims->count, sizeof(*absent));
	bool *others = arena_array(setup->arena, victims->count, sizeof(bool));
	const unsigned *by = down_by(victims);

	for (size_t i = 0; by && i < victims->count; i++)
		others[i] = victims->hit[i] && by[i] > victims->ended[i];
	if (!victims_any(others, victims->count))
		return 0;
	if (daemons_find_absent(setup->cluster, others, NULL, absent, err) < 0)
		return -1;
	for (size_t i = 0; i < victims->count; i++)
		victims->hit[i] = victims->hit[i] && !absent[i];
	return 0;
}

enum effect victims_verify_started(struct victims *victims, struct figure *note,
				   struct error *err)
{
	const struct fault_setup *setup = victims->setup;
	enum effect effect;

	if (victims->is_injected) {
		error_set(err, "it was not healed");
		return EFFECT_ABSENT;
	}
	for (size_t i = 0; i < victims->count; i++)
		victims->hit[i] = victims->hit[i] && !is_away(victims, i);
	if (leave_to_others(victims, err) < 0)
		return EFFECT_UNKNOWN;
	effect = daemons_verify(setup->cluster, victims->hit, NULL,
				DAEMON_ABSENT, false, setup->arena, note, err);
	if (effect != EFFECT_PROVEN)
		return effect;
	victims_forget(victims);
	release_ended(victims);
	return effect;
}

void victims_forget(struct victims *victims)
{
	memset(victims->hit, 0, victims->count * sizeof(bool));
}
