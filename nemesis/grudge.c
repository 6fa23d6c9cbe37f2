/* SPDX-License-Identifier: MIT */
#include "nemesis/grudge.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#include "nemesis/pick.h"

/* Up to here a ring is exact. */
#define RING_EXACT_MAX 5

const char *const grudge_names[] = {
	"one",
	"halves",
	"random-halves",
	"minority",
	"minority-third",
	"majority",
	"majorities-ring",
	"bridge",
	"primary",
	NULL,
};

enum grudge_shape grudge_from_name(const char *name)
{
	for (size_t i = 0; grudge_names[i]; i++) {
		if (strcmp(grudge_names[i], name) == 0)
			return (enum grudge_shape)(GRUDGE_ONE + i);
	}
	return GRUDGE_NONE;
}

struct grudge grudge_empty(struct arena *arena, size_t count)
{
	return (struct grudge){
		.count = count,
		.refuses = arena_array(arena, count * count, sizeof(bool)),
	};
}

bool grudge_is_empty(const struct grudge *grudge)
{
	for (size_t i = 0; i < grudge->count * grudge->count; i++) {
		if (grudge->refuses[i])
			return false;
	}
	return true;
}

static void set_pair(struct grudge *grudge, size_t a, size_t b, bool refuses)
{
	grudge->refuses[a * grudge->count + b] = refuses;
	grudge->refuses[b * grudge->count + a] = refuses;
}

struct grudge grudge_between(const bool *is_inside, bool is_one_way,
			     size_t count, struct rng *rng, struct arena *arena)
{
	struct grudge grudge = grudge_empty(arena, count);
	bool who = is_one_way && rng_below(rng, 2) == 1;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++)
			grudge.refuses[i * count + j] =
				is_inside[i] != is_inside[j] &&
				(!is_one_way || is_inside[i] == who);
	}
	return grudge;
}

/* Of each pair that is refused on both sides keeps one, drawn. */
static void make_one_way(struct grudge *grudge, struct rng *rng)
{
	size_t count = grudge->count;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < i; j++) {
			if (!grudge_refuses(grudge, i, j))
				continue;
			if (rng_below(rng, 2))
				grudge->refuses[i * count + j] = false;
			else
				grudge->refuses[j * count + i] = false;
		}
	}
}

static size_t *shuffled(size_t count, struct rng *rng, struct arena *arena)
{
	size_t *order = arena_array(arena, count, sizeof(*order));

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	rng_shuffle(rng, order, count);
	return order;
}

static void refuse_all(struct grudge *grudge)
{
	for (size_t i = 0; i < grudge->count; i++) {
		for (size_t j = 0; j < i; j++)
			set_pair(grudge, i, j, true);
	}
}

static void draw_exact_ring(struct grudge *grudge, const size_t *order)
{
	size_t count = grudge->count;
	/* The links of a ring of 3 would be all there are: leave one out. */
	size_t links = count == 3 ? 2 : count;

	for (size_t i = 0; i < links; i++)
		set_pair(grudge, order[i], order[(i + 1) % count], false);
}

/* The one with the fewest links among those that `node` (unless it is `count`:
 * anybody) is not linked to; ties by their place in `order`. */
static size_t least_linked(const struct grudge *grudge, const size_t *links,
			   const size_t *order, size_t node)
{
	size_t count = grudge->count;
	size_t best = count;

	for (size_t i = 0; i < count; i++) {
		size_t other = order[i];

		if (other == node ||
		    (node < count && !grudge_refuses(grudge, node, other)))
			continue;
		if (best == count || links[other] < links[best])
			best = other;
	}
	return best;
}

static void draw_large_ring(struct grudge *grudge, struct rng *rng,
			    struct arena *arena)
{
	size_t count = grudge->count;
	size_t *links = arena_array(arena, count, sizeof(*links));
	size_t *order = shuffled(count, rng, arena);

	for (;;) {
		size_t node = least_linked(grudge, links, order, count);
		size_t other;

		/* With itself it sees links + 1 nodes. */
		if (links[node] + 1 > count / 2)
			return;
		rng_shuffle(rng, order, count);
		other = least_linked(grudge, links, order, node);
		assert(other < count);
		set_pair(grudge, node, other, false);
		links[node]++;
		links[other]++;
		rng_shuffle(rng, order, count);
	}
}

static void draw_ring(struct grudge *grudge, struct rng *rng,
		      struct arena *arena)
{
	if (grudge->count < 3)
		return;
	refuse_all(grudge);
	if (grudge->count > RING_EXACT_MAX)
		draw_large_ring(grudge, rng, arena);
	else
		draw_exact_ring(grudge, shuffled(grudge->count, rng, arena));
}

static void draw_bridge(struct grudge *grudge, struct rng *rng,
			struct arena *arena)
{
	size_t count = grudge->count;
	size_t *order = shuffled(count, rng, arena);
	size_t bridge = count / 2;

	for (size_t i = 0; i < bridge; i++) {
		for (size_t j = bridge + 1; j < count; j++)
			set_pair(grudge, order[i], order[j], true);
	}
}

bool grudge_has_camps(enum grudge_shape shape)
{
	return shape != GRUDGE_MAJORITIES_RING && shape != GRUDGE_BRIDGE;
}

void grudge_draw_camp(enum grudge_shape shape, const bool *is_primary,
		      size_t count, struct rng *rng, struct arena *arena,
		      bool *is_inside)
{
	const size_t *order = shuffled(count, rng, arena);

	memset(is_inside, 0, count * sizeof(*is_inside));
	switch (shape) {
	case GRUDGE_HALVES:
		for (size_t i = 0; i < count / 2; i++)
			is_inside[i] = true;
		break;
	case GRUDGE_RANDOM_HALVES:
		for (size_t i = 0; i < count / 2; i++)
			is_inside[order[i]] = true;
		break;
	case GRUDGE_MINORITY:
		pick_nodes(PICK_MINORITY, rng, NULL, count, is_inside);
		break;
	case GRUDGE_MINORITY_THIRD:
		pick_nodes(PICK_MINORITY_THIRD, rng, NULL, count, is_inside);
		break;
	case GRUDGE_MAJORITY:
		pick_nodes(PICK_MAJORITY, rng, NULL, count, is_inside);
		break;
	case GRUDGE_PRIMARY:
		for (size_t i = 0; is_primary && i < count; i++) {
			if (is_primary[order[i]]) {
				is_inside[order[i]] = true;
				return;
			}
		}
		is_inside[order[0]] = true;
		break;
	default:
		is_inside[order[0]] = true;
		break;
	}
}

struct grudge grudge_draw(enum grudge_shape shape, bool is_one_way,
			  const bool *is_primary, size_t count, struct rng *rng,
			  struct arena *arena)
{
	struct grudge grudge = grudge_empty(arena, count);
	bool *is_inside;

	assert(count > 0 && shape != GRUDGE_NONE);
	if (grudge_has_camps(shape)) {
		is_inside = arena_array(arena, count, sizeof(*is_inside));
		grudge_draw_camp(shape, is_primary, count, rng, arena,
				 is_inside);
		return grudge_between(is_inside, is_one_way, count, rng,
				      arena);
	}
	if (shape == GRUDGE_BRIDGE)
		draw_bridge(&grudge, rng, arena);
	else
		draw_ring(&grudge, rng, arena);
	if (is_one_way)
		make_one_way(&grudge, rng);
	return grudge;
}
