/* SPDX-License-Identifier: MIT */
#include "nemesis/pick.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/control/cluster.h"
#include "harness/control/node.h"
#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/figure.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#define NODES_MAX 4096

const char *const pick_names[] = { "one",      "minority",  "minority-third",
				   "majority", "primaries", "all",
				   "random",   "followers", NULL };

const char *const pick_choices[] = {
	"one",	     "minority", "minority-third", "majority",
	"primaries", "all",	 "random",	   "followers",
	OPTION_NODES, NULL
};

enum pick pick_from_name(const char *name)
{
	for (size_t i = 0; pick_names[i]; i++) {
		if (strcmp(pick_names[i], name) == 0)
			return (enum pick)(PICK_ONE + i);
	}
	return PICK_NONE;
}

/* `size` of them, each set of that size as likely: a partial shuffle kept in
 * place (Knuth's algorithm S, The Art of Computer Programming 3.4.2). */
static void pick_some(struct rng *rng, size_t size, size_t count, bool *picked)
{
	for (size_t i = 0; i < count; i++) {
		picked[i] = rng_below(rng, count - i) < size;
		size -= picked[i];
	}
}

static void pick_subset(struct rng *rng, size_t count, bool *picked)
{
	size_t size = 0;

	while (size == 0) {
		for (size_t i = 0; i < count; i++) {
			picked[i] = rng_below(rng, 2) == 1;
			size += picked[i];
		}
	}
}

static bool pick_primaries(const bool *is_primary, size_t count, bool *picked)
{
	bool has_one = false;

	for (size_t i = 0; i < count; i++) {
		picked[i] = is_primary && is_primary[i];
		has_one = has_one || picked[i];
	}
	return has_one;
}

void pick_nodes(enum pick pick, struct rng *rng, const bool *is_primary,
		size_t count, bool *picked)
{
	size_t minority = (count - 1) / 2;
	size_t third = (count - 1) / 3;

	assert(count > 0 && count <= NODES_MAX);
	switch (pick) {
	case PICK_NONE:
		pick_some(rng, 0, count, picked);
		return;
	case PICK_ONE:
		pick_some(rng, 1, count, picked);
		return;
	case PICK_MINORITY:
		minority = minority ? 1 + rng_below(rng, minority) : 1;
		pick_some(rng, minority, count, picked);
		return;
	case PICK_MINORITY_THIRD:
		third = third ? 1 + rng_below(rng, third) : 1;
		pick_some(rng, third, count, picked);
		return;
	case PICK_MAJORITY:
		pick_some(rng, count / 2 + 1, count, picked);
		return;
	case PICK_PRIMARIES:
		if (!pick_primaries(is_primary, count, picked))
			pick_some(rng, 1, count, picked);
		return;
	case PICK_ALL:
		pick_some(rng, count, count, picked);
		return;
	case PICK_RANDOM:
		pick_subset(rng, count, picked);
		return;
	case PICK_FOLLOWERS:
		if (!pick_primaries(is_primary, count, picked))
			pick_some(rng, 1, count, picked);
		for (size_t i = 0; i < count; i++)
			picked[i] = !picked[i];
		return;
	}
}

bool pick_ask_primaries(struct cluster *cluster, bool *is_primary)
{
	const struct cluster_control *control = cluster_control(cluster);
	struct error ignored;
	size_t count = cluster_count(cluster);

	memset(is_primary, 0, count * sizeof(*is_primary));
	if (!control || !control->primaries ||
	    control->primaries(control->context, is_primary, &ignored) < 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (is_primary[i])
			return true;
	}
	return false;
}

const char *pick_choice(const char *const *choices, struct rng *rng)
{
	size_t count = 0;

	while (choices[count])
		count++;
	return count ? choices[rng_below(rng, count)] : NULL;
}

void pick_note(struct cluster *cluster, const bool *picked, const char *name,
	       struct arena *arena, struct figure *note)
{
	struct figure *list = figure_add_list(note, arena, name);

	for (size_t i = 0; i < cluster_count(cluster); i++) {
		if (picked[i])
			figure_add_text(list, arena, NULL,
					node_name(cluster_node(cluster, i)));
	}
}

/* Who is primary, for the first part of a target that is about that. */
static void learn_primaries(struct cluster *cluster, bool *is_primary,
			    struct arena *arena, struct figure *note)
{
	if (figure_find(note, "primary"))
		return;
	if (pick_ask_primaries(cluster, is_primary))
		pick_note(cluster, is_primary, "primary", arena, note);
	else
		figure_add_text(note, arena, "primary", NULL);
}

void pick_in_cluster(struct cluster *cluster, const char *target,
		     const char *const *choices, struct rng *rng,
		     struct arena *arena, struct figure *note, bool *picked)
{
	size_t count = cluster_count(cluster);
	bool *is_primary = arena_array(arena, count, sizeof(*is_primary));
	bool *some = arena_array(arena, count, sizeof(*some));
	const char *const *parts;
	bool has_any = false;

	if (!target)
		target = pick_choice(choices, rng);
	if (!target)
		target = pick_names[0];
	figure_add_text(note, arena, "target", target);
	parts = option_set(target, arena);
	memset(picked, 0, count * sizeof(*picked));
	for (size_t part = 0; parts[part]; part++) {
		enum pick pick = pick_from_name(parts[part]);

		if (pick == PICK_PRIMARIES || pick == PICK_FOLLOWERS)
			learn_primaries(cluster, is_primary, arena, note);
		pick_nodes(pick, rng, is_primary, count, some);
		for (size_t i = 0; i < count; i++) {
			const char *name = node_name(cluster_node(cluster, i));

			picked[i] = picked[i] || some[i] ||
				    strcmp(parts[part], name) == 0;
			has_any = has_any || picked[i];
		}
	}
	if (!has_any)
		pick_nodes(PICK_ONE, rng, NULL, count, picked);
	pick_note(cluster, picked, "nodes", arena, note);
}
