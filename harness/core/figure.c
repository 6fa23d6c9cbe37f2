/* SPDX-License-Identifier: MIT */
#include "harness/core/figure.h"

#include <assert.h>
#include <string.h>

struct figure figure_group_root(void)
{
	return (struct figure){ .kind = FIGURE_GROUP };
}

static struct figure *add(struct figure *parent, struct arena *arena,
			  const char *name, enum figure_kind kind)
{
	struct figure *figure = arena_alloc(arena, sizeof(*figure));

	assert(parent->kind == FIGURE_GROUP || parent->kind == FIGURE_LIST);
	assert((parent->kind == FIGURE_GROUP) == (name != NULL));
	figure->name = name ? arena_strdup(arena, name) : NULL;
	figure->kind = kind;
	if (parent->last)
		parent->last->next = figure;
	else
		parent->first = figure;
	parent->last = figure;
	return figure;
}

struct figure *figure_add_int(struct figure *parent, struct arena *arena,
			      const char *name, int64_t number)
{
	struct figure *figure = add(parent, arena, name, FIGURE_INT);

	figure->number = number;
	return figure;
}

struct figure *figure_add_real(struct figure *parent, struct arena *arena,
			       const char *name, double real)
{
	struct figure *figure = add(parent, arena, name, FIGURE_REAL);

	figure->real = real;
	return figure;
}

struct figure *figure_add_bool(struct figure *parent, struct arena *arena,
			       const char *name, bool truth)
{
	struct figure *figure = add(parent, arena, name, FIGURE_BOOL);

	figure->truth = truth;
	return figure;
}

struct figure *figure_add_text(struct figure *parent, struct arena *arena,
			       const char *name, const char *text)
{
	struct figure *figure =
		add(parent, arena, name, text ? FIGURE_TEXT : FIGURE_NIL);

	if (text)
		figure->text = arena_strdup(arena, text);
	return figure;
}

struct figure *figure_add_group(struct figure *parent, struct arena *arena,
				const char *name)
{
	return add(parent, arena, name, FIGURE_GROUP);
}

struct figure *figure_add_list(struct figure *parent, struct arena *arena,
			       const char *name)
{
	return add(parent, arena, name, FIGURE_LIST);
}

const struct figure *figure_find(const struct figure *group, const char *name)
{
	for (const struct figure *f = group->first; f; f = f->next) {
		if (f->name && strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}
