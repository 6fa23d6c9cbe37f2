/* SPDX-License-Identifier: MIT */
/* From axes to cells. */
#include <stdlib.h>
#include <string.h>

#include "harness/core/rng.h"
#include "harness/engine/campaign_private.h"
#include "harness/engine/config.h"

/* "count": 3 is an axis of three seeds, drawn from the campaign's own: the
 * same ones for all cells, so that they differ in nothing else. */
static int add_count(struct campaign *campaign, struct error *err)
{
	const json_t *count = json_object_get(campaign->source, "count");
	json_int_t number = json_integer_value(count);
	struct rng rng;

	if (!count)
		return 0;
	if (!json_is_integer(count) || number < 1 ||
	    number > CAMPAIGN_CELLS_MAX)
		return error_set(err, "%s: /count: a number from 1 to %d is "
				      "wanted",
				 campaign->file, CAMPAIGN_CELLS_MAX);
	for (size_t i = 0; i < campaign->axis_count; i++) {
		if (strcmp(campaign->axes[i].name, "seed") == 0)
			return error_set(err, "%s: /count: there is an axis "
					      "'seed' already",
					 campaign->file);
	}
	rng_init(&rng, campaign->seed, "campaign", 0);
	campaign->seeds = json_array();
	while (json_array_size(campaign->seeds) < (size_t)number) {
		json_int_t seed = (json_int_t)(rng_next(&rng) >> 32);

		json_array_append_new(campaign->seeds, json_integer(seed));
	}
	return campaign_add_axis(campaign, "seed", "/count", campaign->seeds,
				 err);
}

/* Sets a member, last: what comes later wins over the base. */
static void set_member(struct cell *cell, const char *name, json_t *value,
		       const char *pointer)
{
	json_object_del(cell->config, name);
	json_object_set(cell->config, name, value);
	json_object_set_new(cell->from, name, json_string(pointer));
}

/* A value of an axis is that of one option, or {"label": ..., "set": {...}}
 * of several. */
static void apply_value(struct campaign *campaign, struct cell *cell,
			const char *name, json_t *value, const char *pointer)
{
	json_t *set = json_object_get(value, "set");
	const char *key;
	json_t *one;

	if (!json_is_object(set)) {
		set_member(cell, name, value, pointer);
		return;
	}
	pointer = json_pointer(&campaign->arena, pointer, "set");
	json_object_foreach(set, key, one) {
		set_member(cell, key, one,
			   json_pointer(&campaign->arena, pointer, key));
	}
}

/* A new cell as the base has it, not yet counted. */
static struct cell *begin_cell(struct campaign *campaign)
{
	struct cell *cell;
	const char *key;
	json_t *value;

	campaign->cells = array_reserve(campaign->cells,
					&campaign->cell_capacity,
					campaign->cell_count + 1,
					sizeof(*cell));
	cell = &campaign->cells[campaign->cell_count];
	*cell = (struct cell){
		.number = campaign->cell_count,
		.at = json_object(),
		.config = json_copy(campaign->base),
		.from = json_object(),
		.exit = -1,
	};
	json_object_foreach(campaign->base, key, value) {
		json_object_set_new(cell->from, key,
				    json_string(json_pointer(&campaign->arena,
							     "/base", key)));
	}
	return cell;
}

static void drop_cell(struct cell *cell)
{
	json_decref(cell->at);
	json_decref(cell->config);
	json_decref(cell->from);
}

/* What a run says about the cell's configuration, where the user wrote it:
 * "cell: /rate: ..." becomes "FILE: /axes/rate/1: ...". */
static int blame(struct campaign *campaign, const struct cell *cell,
		 struct error *err)
{
	struct arena *arena = &campaign->arena;
	const char *text = arena_strdup(arena, err->text);
	size_t length;
	const char *from;

	if (strncmp(text, "cell: /", 7) != 0)
		return error_wrap(err, "%s: cell %zu (%s)", campaign->file,
				  cell->number, cell_text(cell, arena));
	text += 7;
	length = strcspn(text, "/:");
	from = json_string_value(json_object_get(
		cell->from, arena_strndup(arena, text, length)));
	return error_set(err, "%s: %s%s", campaign->file, from ? from : "/base",
			 text + length);
}

static const char *node_resource(struct arena *arena,
				 const struct node_config *node)
{
	const char *address = node->host ? node->host : node->address;

	return arena_printf(arena, "the node %s:%d",
			    address ? address : node->name, node->port);
}

/* The nodes and clusters that nobody else may use meanwhile. */
static void find_resources(struct campaign *campaign, struct cell *cell,
			   const struct run_config *config)
{
	struct arena *arena = &campaign->arena;
	size_t count = config->target->is_in_process ? 0 : config->node_count;

	cell->resources =
		arena_array(arena, count + 2, sizeof(*cell->resources));
	if (config->target->is_in_process)
		return;
	if (config->local) {
		cell->resources[0] = arena_printf(
			arena, "the local cluster '%s'",
			options_text(config->options, "cluster"));
		return;
	}
	for (size_t i = 0; i < count; i++)
		cell->resources[i] = node_resource(arena, &config->nodes[i]);
}

/* What the campaign decides itself. */
static int check_own(const struct campaign *campaign, const struct cell *cell,
		     struct error *err)
{
	static const char *const own[] = { "junit", "sarif", "tap", "summary",
					   "run-file", NULL };

	for (size_t i = 0; own[i]; i++) {
		if (json_object_get(cell->config, own[i]))
			return error_set(
				err, "%s: %s: not for each run; the campaign "
				     "writes one of its own",
				campaign->file,
				json_string_value(json_object_get(cell->from,
								  own[i])));
	}
	return 0;
}

/* Looks the configuration through as `ordeal run` would. */
static int check_cell(struct campaign *campaign, struct cell *cell,
		      struct error *err)
{
	struct arena arena = { 0 };
	struct settings settings = { 0 };
	struct run_config config;
	int result = check_own(campaign, cell, err);

	if (result == 0 &&
	    (settings_read_json(&settings, &arena, "cell", cell->config, err) ||
	     config_make(&config, &settings, &arena, err)))
		result = blame(campaign, cell, err);
	if (result == 0)
		find_resources(campaign, cell, &config);
	arena_release(&arena);
	return result;
}

/* Counts the cell in, unless it is excluded. */
static int end_cell(struct campaign *campaign, struct cell *cell,
		    json_t *expect, const char *pointer, struct error *err)
{
	json_t *exclude = json_object_get(campaign->source, "exclude");
	json_t *seed;
	json_t *when;
	size_t i;

	json_array_foreach(exclude, i, when) {
		if (!cell->is_included && cell_matches(campaign, cell, when)) {
			drop_cell(cell);
			return 0;
		}
	}
	seed = json_object_get(cell->config, "seed");
	if (!seed || json_is_null(seed)) {
		seed = json_integer((json_int_t)campaign->seed);
		set_member(cell, "seed", seed, "/seed");
		json_decref(seed);
	}
	if (check_cell(campaign, cell, err) ||
	    campaign_expect(campaign, cell, expect, pointer, err)) {
		drop_cell(cell);
		return -1;
	}
	campaign->cell_count++;
	return 0;
}

/* The cell at one place of the matrix. */
static int add_combination(struct campaign *campaign, const size_t *at,
			   struct error *err)
{
	struct cell *cell = begin_cell(campaign);

	for (size_t i = 0; i < campaign->axis_count; i++) {
		const struct axis *axis = &campaign->axes[i];

		json_object_set_new(cell->at, axis->name,
				    json_string(axis->labels[at[i]]));
		apply_value(campaign, cell, axis->name,
			    json_array_get(axis->values, at[i]),
			    arena_printf(&campaign->arena, "%s/%zu",
					 axis->pointer, at[i]));
	}
	return end_cell(campaign, cell,
			json_object_get(campaign->source, "expect"), "/expect",
			err);
}

static int add_matrix(struct campaign *campaign, struct error *err)
{
	size_t *at = arena_array(&campaign->arena, campaign->axis_count + 1,
				 sizeof(*at));
	size_t product = 1;
	size_t i;

	for (i = 0; i < campaign->axis_count; i++) {
		product *= campaign->axes[i].count;
		if (product > CAMPAIGN_CELLS_MAX)
			return error_set(err, "%s: /axes: more than %d cells",
					 campaign->file, CAMPAIGN_CELLS_MAX);
	}
	/* Without axes there is one cell, unless all are included by name. */
	if (!campaign->axis_count &&
	    json_object_get(campaign->source, "include"))
		return 0;
	for (; product > 0; product--) {
		if (add_combination(campaign, at, err))
			return -1;
		for (i = campaign->axis_count; i-- > 0;) {
			if (++at[i] < campaign->axes[i].count)
				break;
			at[i] = 0;
		}
	}
	return 0;
}

static int add_included(struct campaign *campaign, json_t *object,
			const char *pointer, struct error *err)
{
	struct cell *cell = begin_cell(campaign);
	json_t *expect = json_object_get(object, "expect");
	const char *key;
	json_t *value;

	cell->is_included = true;
	json_object_foreach(object, key, value) {
		if (strcmp(key, "expect") == 0)
			continue;
		json_object_set_new(
			cell->at, key,
			json_string(campaign_label(&campaign->arena, value)));
		apply_value(campaign, cell, key, value,
			    json_pointer(&campaign->arena, pointer, key));
	}
	if (expect)
		return end_cell(campaign, cell, expect,
				json_pointer(&campaign->arena, pointer,
					     "expect"),
				err);
	return end_cell(campaign, cell,
			json_object_get(campaign->source, "expect"), "/expect",
			err);
}

/* "include" and "exclude" are lists of objects. */
static int check_list(struct campaign *campaign, const char *name,
		      struct error *err)
{
	json_t *list = json_object_get(campaign->source, name);
	json_t *object;
	size_t i;

	if (list && !json_is_array(list))
		return error_set(err, "%s: /%s: a list of objects is wanted",
				 campaign->file, name);
	json_array_foreach(list, i, object) {
		const char *pointer = arena_printf(&campaign->arena, "/%s/%zu",
						   name, i);

		if (!json_is_object(object))
			return error_set(err, "%s: %s: an object is wanted",
					 campaign->file, pointer);
		if (strcmp(name, "exclude") == 0 &&
		    campaign_check_when(campaign, object, pointer, err))
			return -1;
	}
	return 0;
}

static int add_all(struct campaign *campaign, struct error *err)
{
	json_t *include = json_object_get(campaign->source, "include");
	json_t *object;
	size_t i;

	if (add_matrix(campaign, err))
		return -1;
	json_array_foreach(include, i, object) {
		if (campaign->cell_count >= CAMPAIGN_CELLS_MAX)
			return error_set(err, "%s: /include: more than %d "
					      "cells",
					 campaign->file, CAMPAIGN_CELLS_MAX);
		if (add_included(campaign, object,
				 arena_printf(&campaign->arena, "/include/%zu",
					      i),
				 err))
			return -1;
	}
	if (!campaign->cell_count)
		return error_set(err, "%s: no cell is left to run",
				 campaign->file);
	return 0;
}

int campaign_plan(struct campaign *campaign, struct error *err)
{
	if (add_count(campaign, err) || check_list(campaign, "include", err) ||
	    check_list(campaign, "exclude", err) || add_all(campaign, err))
		return -1;
	return campaign_check_jobs(campaign, err);
}
