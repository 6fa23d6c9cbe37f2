/* SPDX-License-Identifier: MIT */
#include "nemesis/victims.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
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

void victims_init(struct victims *victims, const struct fault_setup *setup)
{
	size_t count = cluster_count(setup->cluster);

	victims->setup = arena_copy(setup->arena, setup, sizeof(*setup));
	victims->count = count;
	victims->picked = arena_array(setup->arena, count, sizeof(bool));
	victims->hit = arena_array(setup->arena, count, sizeof(bool));
	victims->away = arena_array(setup->arena, count, sizeof(bool));
	victims->is_injected = false;
}

void victims_draw(struct victims *victims, const char *target,
		  struct figure *note)
{
	const struct fault_setup *setup = victims->setup;

	pick_in_cluster(setup->cluster, target,
			options_list(setup->options, "targets"), setup->rng,
			setup->arena, note, victims->picked);
	victims->is_injected = true;
	memset(victims->away, 0, victims->count * sizeof(bool));
	for (size_t i = 0; i < victims->count; i++) {
		victims->away[i] = victims->picked[i] && is_away(victims, i);
		victims->picked[i] = victims->picked[i] && !victims->away[i];
		victims->hit[i] = victims->hit[i] || victims->picked[i];
	}
	if (victims_any(victims->away, victims->count))
		pick_note(setup->cluster, victims->away, "away", setup->arena,
			  note);
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
	effect = daemons_verify(setup->cluster, victims->hit, DAEMON_ABSENT,
				false, setup->arena, note, err);
	if (effect == EFFECT_PROVEN)
		victims_forget(victims);
	return effect;
}

void victims_forget(struct victims *victims)
{
	memset(victims->hit, 0, victims->count * sizeof(bool));
}
