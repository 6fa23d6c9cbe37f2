/* SPDX-License-Identifier: MIT */
#include "nemesis/cut.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"
#include "harness/core/rng.h"

#include "nemesis/grudge.h"

const char *const cut_choices[] = {
	"one",	    "halves",	      "random-halves", "minority",
	"minority-third", "majority", "majorities-ring", "bridge",
	"primary",  "all",	      "clients",       OPTION_NODES,
	NULL,
};

struct cut cut_empty(struct arena *arena, size_t count)
{
	return (struct cut){
		.grudge = grudge_empty(arena, count),
		.clients = arena_array(arena, count, sizeof(bool)),
	};
}

bool cut_has_clients(const struct cut *cut)
{
	for (size_t i = 0; i < cut->grudge.count; i++) {
		if (cut->clients[i])
			return true;
	}
	return false;
}

bool cut_is_empty(const struct cut *cut)
{
	return grudge_is_empty(&cut->grudge) && !cut_has_clients(cut);
}

bool cut_wants_primary(const char *target, struct arena *arena)
{
	const char *const *parts = option_set(target, arena);

	for (size_t i = 0; parts[i]; i++) {
		if (strcmp(parts[i], "primary") == 0)
			return true;
	}
	return false;
}

/* Those in `more`, too. */
static void join(bool *is_inside, const bool *more, size_t count)
{
	for (size_t i = 0; i < count; i++)
		is_inside[i] = is_inside[i] || more[i];
}

/* Who one part of the target adds. */
static int add_part(const char *part, const struct cut_nodes *nodes,
		    struct rng *rng, struct arena *arena, bool *is_inside,
		    struct error *err)
{
	enum grudge_shape shape = grudge_from_name(part);
	bool *more = arena_array(arena, nodes->count, sizeof(*more));
	bool is_known = strcmp(part, "all") == 0;

	if (shape != GRUDGE_NONE && !grudge_has_camps(shape))
		return error_set(err, "%s stands alone, without +", part);
	for (size_t i = 0; i < nodes->count; i++) {
		more[i] = strcmp(part, "all") == 0 ||
			  strcmp(part, nodes->names[i]) == 0;
		is_known = is_known || more[i];
	}
	if (shape != GRUDGE_NONE)
		grudge_draw_camp(shape, nodes->is_primary, nodes->count, rng,
				 arena, more);
	else if (!is_known)
		return error_set(err, "there is no shape and no node %s", part);
	join(is_inside, more, nodes->count);
	return 0;
}

int cut_draw(struct cut *cut, const char *target, bool is_one_way,
	     const struct cut_nodes *nodes, struct rng *rng,
	     struct arena *arena, struct error *err)
{
	const char *const *parts = option_set(target, arena);
	enum grudge_shape shape = grudge_from_name(target);
	size_t count = nodes->count;
	bool *is_inside = arena_array(arena, count, sizeof(*is_inside));
	bool has_clients = false;
	size_t camps = 0;

	*cut = cut_empty(arena, count);
	if (shape != GRUDGE_NONE) {
		cut->grudge = grudge_draw(shape, is_one_way, nodes->is_primary,
					  count, rng, arena);
		parts = &parts[1];
	}
	for (size_t i = 0; parts[i]; i++) {
		if (strcmp(parts[i], "clients") == 0)
			has_clients = true;
		else if (add_part(parts[i], nodes, rng, arena, is_inside,
				  err) < 0)
			return -1;
		else
			camps++;
	}
	if (has_clients && !camps)
		grudge_draw_camp(GRUDGE_ONE, NULL, count, rng, arena,
				 is_inside);
	if (has_clients)
		cut->clients = is_inside;
	else if (camps)
		cut->grudge = grudge_between(is_inside, is_one_way, count, rng,
					     arena);
	if (cut_is_empty(cut))
		return error_set(err,
				 "a cluster of %zu cannot be cut into %s",
				 count, target);
	return 0;
}
