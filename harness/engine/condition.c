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
					NULL };

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

bool condition_await(enum condition condition, struct recorder *recorder,
		     struct cluster *cluster, int64_t wait_ns)
{
	int64_t deadline_ns = clock_now_ns() + wait_ns;
	struct arena arena = { 0 };
	bool *before = NULL;
	bool *now = NULL;
	bool holds = condition == CONDITION_NOW;

	if (condition == CONDITION_NEW_PRIMARY && cluster) {
		before = arena_array(&arena, cluster_count(cluster),
				     sizeof(*before));
		now = arena_array(&arena, cluster_count(cluster), sizeof(*now));
		ask(cluster, before);
	}
	while (!holds && clock_now_ns() < deadline_ns) {
		if (condition == CONDITION_FIRST_OK)
			holds = recorder && has_success(recorder);
		else if (before)
			holds = has_new_primary(cluster, before, now);
		if (!holds)
			clock_sleep_until(clock_now_ns() + LOOK_PAUSE_NS);
	}
	arena_release(&arena);
	return holds;
}
