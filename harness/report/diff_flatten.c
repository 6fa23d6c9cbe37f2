/* SPDX-License-Identifier: MIT */
/* Configurations as a flat list of options. */
#include "harness/report/diff_private.h"

/* What is still to be looked at, in the order of the document. */
struct place {
	const char *path;
	json_t *json;
	struct place *next;
};

static bool is_branch(const json_t *json)
{
	return json_is_object(json) ||
	       (json_is_array(json) && json_is_object(json_array_get(json, 0)));
}

static struct place **add_place(struct place **end, struct arena *arena,
				const struct place *of, const char *name,
				json_t *json)
{
	*end = arena_alloc(arena, sizeof(**end));
	(*end)->path = arena_printf(arena, "%s%s%s", of->path,
				    *of->path ? "." : "", name);
	(*end)->json = json;
	return &(*end)->next;
}

/* Parts are named by "name", judges by "checker"; else by their number. */
static const char *name_in_list(const json_t *member, size_t i,
				struct arena *arena)
{
	static const char *const names[] = { "name", "checker", "address" };

	for (size_t n = 0; n < 3; n++) {
		const json_t *name = json_object_get(member, names[n]);

		if (json_is_string(name))
			return json_string_value(name);
	}
	return arena_printf(arena, "%zu", i);
}

/* The members, in front of what follows the place. */
static struct place *open_place(struct place *place, struct arena *arena)
{
	struct place *first = NULL, **end = &first;
	const char *name;
	json_t *member;
	size_t i;

	json_object_foreach(place->json, name, member)
	{
		end = add_place(end, arena, place, name, member);
	}
	json_array_foreach(place->json, i, member)
	{
		end = add_place(end, arena, place,
				name_in_list(member, i, arena), member);
	}
	*end = place->next;
	return first;
}

json_t *diff_flatten(json_t *config, struct arena *arena)
{
	struct place root = { .path = "", .json = config };
	struct place *place = is_branch(config) ? &root : NULL;
	json_t *flat = json_object();

	while (place) {
		if (is_branch(place->json)) {
			place = open_place(place, arena);
			continue;
		}
		json_object_set(flat, place->path, place->json);
		place = place->next;
	}
	return flat;
}
