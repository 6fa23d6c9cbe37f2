/* SPDX-License-Identifier: MIT */
/* Sets of rows: to read one is to ask by a predicate, to add is to insert. */
#ifndef ORDEAL_ISOLATION_SETS_H
#define ORDEAL_ISOLATION_SETS_H

#include "checkers/isolation/elements.h"
#include "checkers/isolation/finding.h"
#include "checkers/isolation/graph.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A row has two versions: not there yet, and inserted. So who read a set came
 * after the inserters of all that it shows, and before those of all else: an
 * anti-dependency by predicate (Adya 1999, 4.4), which an index over items
 * cannot prevent.
 */
struct sets {
	struct elements elements;
};

/* Marks what was seen of indeterminate transactions. */
void sets_init(struct sets *sets, struct view *view);
void sets_release(struct sets *sets);

/* Looks at each read by itself. */
void sets_scan(const struct view *view, const struct sets *sets,
	       struct findings *findings);

/* wr edges to `data`, rw edges to `predicate`: one for each read and each
 * insert that it does not show. */
void sets_edges(const struct view *view, const struct sets *sets,
		struct edges *data, struct edges *predicate);

/* Does the list that a read brought have that element? */
bool sets_shows(const struct view *view, uint32_t read, struct value element);

#endif
