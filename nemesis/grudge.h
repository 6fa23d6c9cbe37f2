/* SPDX-License-Identifier: MIT */
/* A grudge: who refuses packets from whom. */
#ifndef ORDEAL_NEMESIS_GRUDGE_H
#define ORDEAL_NEMESIS_GRUDGE_H

#include "harness/core/arena.h"
#include "harness/core/rng.h"

#include <stdbool.h>
#include <stddef.h>

enum grudge_shape {
	GRUDGE_NONE,
	GRUDGE_ONE,    /* one node, drawn, against the rest */
	GRUDGE_HALVES, /* the first half (the smaller) against the rest */
	GRUDGE_RANDOM_HALVES,	/* the same of shuffled nodes */
	GRUDGE_MINORITY,	/* less than half of them against the rest */
	GRUDGE_MINORITY_THIRD,	/* less than a third, at least one */
	GRUDGE_MAJORITY,	/* just more than half against the rest */
	GRUDGE_MAJORITIES_RING, /* each sees a majority of its own */
	GRUDGE_BRIDGE,		/* halves that see one node in common */
	GRUDGE_PRIMARY,		/* a primary against the rest */
};

/* Names of the shapes, NULL at the end: values of an option "targets". */
extern const char *const grudge_names[];

/* GRUDGE_NONE if there is none of that name. */
enum grudge_shape grudge_from_name(const char *name);

/* refuses[i * count + j]: node i drops whatever comes from node j. */
struct grudge {
	size_t count;
	bool *refuses;
};

/* Nobody refuses anybody. In `arena`. */
struct grudge grudge_empty(struct arena *arena, size_t count);

/*
 * Draws one of `shape` for `count` nodes (at least 1). `is_primary` is used by
 * GRUDGE_PRIMARY alone; NULL or nobody: any node stands in. A ring of up to 5
 * nodes is exact (each sees its two neighbours on a shuffled ring; of 3 nodes,
 * where two see each other only through the third); a larger one links the
 * least linked nodes until each sees a majority. With `is_one_way` each pair
 * is refused on one side only: of two camps always by the same, else each
 * pair by a draw. Nobody refuses anybody where `count` is too small for the
 * shape (see grudge_is_empty).
 */
struct grudge grudge_draw(enum grudge_shape shape, bool is_one_way,
			  const bool *is_primary, size_t count, struct rng *rng,
			  struct arena *arena);

/* False of the shapes without two camps: a ring, a bridge. */
bool grudge_has_camps(enum grudge_shape shape);

/* Who is inside, of the shapes that have camps; sets each of `is_inside`. */
void grudge_draw_camp(enum grudge_shape shape, const bool *is_primary,
		      size_t count, struct rng *rng, struct arena *arena,
		      bool *is_inside);

/* Those inside refuse those outside, and unless `is_one_way` the other way
 * round; if so a draw says which camp refuses. In `arena`. */
struct grudge grudge_between(const bool *is_inside, bool is_one_way,
			     size_t count, struct rng *rng,
			     struct arena *arena);

static inline bool grudge_refuses(const struct grudge *grudge, size_t node,
				  size_t from)
{
	return grudge->refuses[node * grudge->count + from];
}

/* Can the two not talk with each other? True if either refuses. */
static inline bool grudge_parts(const struct grudge *grudge, size_t a, size_t b)
{
	return grudge_refuses(grudge, a, b) || grudge_refuses(grudge, b, a);
}

bool grudge_is_empty(const struct grudge *grudge);

#endif
