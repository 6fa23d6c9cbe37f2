/* SPDX-License-Identifier: MIT */
#include "harness/engine/condition.h"

#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/core/arena.h"
#include "harness/core/clock.h"
#include "harness/core/error.h"
#include "harness/engine/recorder.h"

#define LOOK_PAUSE_NS (20 * NS_PER_MS)

const char *const condition_names[] = { "now", "first-ok", "new-primary",
					"node-lags", NULL };

enum condition condition_from_name(const char *name)
{
	for (size_t i = 0; name && condition_names[i]; i++) {
		if (strcmp(condition_names[i], name) == 0)
			return (enum condition)i;
	}
	return CONDITION_NOW;
}

/* Who is primary; all false when nobody tells. */
static void ask(struct cluster *cluster, bool *is_primary)
{
	const struct cluster_control *control = cluster_control(cluster);
	struct error ignored;

	memset(is_primary, 0, cluster_count(cluster) * sizeof(*is_primary));
	if (control && control->primaries)
		control->primaries(control->context, is_primary, &ignored);
}

static bool has_new_primary(struct cluster *cluster, const bool *before,
			    bool *now)
{
	ask(cluster, now);
	for (size_t i = 0; i < cluster_count(cluster); i++) {
		if (now[i] && !before[i])
			return true;
	}
	return false;
}

static bool has_success(struct recorder *recorder)
{
	struct recorder_counts counts;

	recorder_counts(recorder, &counts);
	return counts.of_type[OP_OK] > 0;
}

/* How many entries the last of those who tell is behind the first. */
static bool has_laggard(const struct condition_world *world, int64_t *applied)
{
	const struct cluster_control *control = cluster_control(world->cluster);
	int64_t most = -1;
	int64_t least = -1;
	struct error ignored;

	if (!control || !control->progress ||
	    control->progress(control->context, applied, &ignored) < 0)
		return false;
	for (size_t i = 0; i < cluster_count(world->cluster); i++) {
		if (applied[i] < 0)
			continue;
		if (applied[i] > most)
			most = applied[i];
		if (least < 0 || applied[i] < least)
			least = applied[i];
	}
	return most >= 0 && most - least >= world->lag;
}

bool condition_await(enum condition condition,
		     const struct condition_world *world, int64_t wait_ns)
{
	size_t count = world->cluster ? cluster_count(world->cluster) : 0;
	int64_t deadline_ns = clock_now_ns() + wait_ns;
	struct arena arena = { 0 };
	bool *before = arena_array(&arena, count + 1, sizeof(*before));
	bool *now = arena_array(&arena, count + 1, sizeof(*now));
	int64_t *applied = arena_array(&arena, count + 1, sizeof(*applied));
	bool holds = condition == CONDITION_NOW;

	if (condition == CONDITION_NEW_PRIMARY && count)
		ask(world->cluster, before);
	while (!holds && clock_now_ns() < deadline_ns) {
		if (condition == CONDITION_FIRST_OK)
			holds = world->recorder && has_success(world->recorder);
		else if (condition == CONDITION_NEW_PRIMARY && count)
			holds = has_new_primary(world->cluster, before, now);
		else if (condition == CONDITION_NODE_LAGS && count)
			holds = has_laggard(world, applied);
		if (!holds)
			clock_sleep_until(clock_now_ns() + LOOK_PAUSE_NS);
	}
	arena_release(&arena);
	return holds;
}
