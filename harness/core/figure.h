/* SPDX-License-Identifier: MIT */
/* Figures: what a checker found out besides its verdict, as a small tree. */
#ifndef ORDEAL_CORE_FIGURE_H
#define ORDEAL_CORE_FIGURE_H

#include "harness/core/arena.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A tree that becomes JSON in results.json: groups have named members in the
 * order they were added, lists have unnamed ones. Everything is in the arena
 * given at each call, which must outlive the tree.
 */
enum figure_kind {
	FIGURE_NIL,
	FIGURE_BOOL,
	FIGURE_INT,
	FIGURE_REAL,
	FIGURE_TEXT,
	FIGURE_GROUP,
	FIGURE_LIST,
};

struct figure {
	const char *name; /* NULL in lists */
	enum figure_kind kind;
	union {
		bool truth;
		int64_t number;
		double real;
		const char *text;
	};
	struct figure *first; /* members of a group or list */
	struct figure *last;
	struct figure *next;
};

/* Makes a root. `{ .kind = FIGURE_GROUP }` does the same. */
struct figure figure_group_root(void);

/* Each adds a member to a group (`name` is copied) or list (`name` NULL) and
 * returns it. */
struct figure *figure_add_int(struct figure *parent, struct arena *arena,
			      const char *name, int64_t number);
struct figure *figure_add_real(struct figure *parent, struct arena *arena,
			       const char *name, double real);
struct figure *figure_add_bool(struct figure *parent, struct arena *arena,
			       const char *name, bool truth);
/* NULL text becomes null. */
struct figure *figure_add_text(struct figure *parent, struct arena *arena,
			       const char *name, const char *text);
struct figure *figure_add_group(struct figure *parent, struct arena *arena,
				const char *name);
struct figure *figure_add_list(struct figure *parent, struct arena *arena,
			       const char *name);

/* The member of that name, or NULL. */
const struct figure *figure_find(const struct figure *group, const char *name);

#endif
