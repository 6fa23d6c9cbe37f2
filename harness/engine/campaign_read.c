/* SPDX-License-Identifier: MIT */
/* CAMPAIGN.json as it is written. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "harness/engine/campaign_private.h"
#include "harness/report/json.h"
#include "harness/report/outputs.h"

static const char *const stops[] = { "never", "first-failure", NULL };

const struct option campaign_options[] = {
	{ "jobs", OPTION_INT, "1", "runs at a time", NULL },
	{ "stop", OPTION_CHOICE, "never",
	  "begin no more runs when one was not as expected", stops },
	{ "time-budget", OPTION_DURATION, "0s",
	  "begin no more runs after this time; 0: no bound", NULL },
	{ "cell-timeout", OPTION_DURATION, "1h",
	  "a run that takes longer is stopped", NULL },
	{ "seed", OPTION_TEXT, NULL, "from which seeds of runs are drawn",
	  NULL },
	{ "store", OPTION_TEXT, NULL, "where run directories go", NULL },
	{ "resume", OPTION_BOOL, "false",
	  "go on with the newest campaign of this file", NULL },
	{ "plan", OPTION_BOOL, "false", "print the cells and run nothing",
	  NULL },
	OUTPUT_OPTIONS,
	{ NULL, OPTION_NONE, NULL, NULL, NULL },
};

const char *json_pointer(struct arena *arena, const char *above,
			 const char *name)
{
	const char *slash = strchr(name, '/');

	if (slash)
		return arena_printf(arena, "%s/%.*s~1%s", above,
				    (int)(slash - name), name, slash + 1);
	return arena_printf(arena, "%s/%s", above, name);
}

static const char *scalar_label(struct arena *arena, const json_t *value)
{
	const char *label = json_string_value(value);
	char *text;

	if (label)
		return arena_strdup(arena, label);
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	label = arena_strdup(arena, text ? text : "?");
	free(text);
	return label;
}

/* "append keys=5", or of {"set": {"rate": 5}}: "rate=5". */
static const char *object_label(struct arena *arena, json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "label"));
	json_t *set = json_object_get(object, "set");
	json_t *member;
	const char *key;

	if (text)
		return arena_strdup(arena, text);
	text = json_string_value(json_object_get(object, "name"));
	text = text ? text : "";
	json_object_foreach(json_is_object(set) ? set : object, key, member) {
		if (strcmp(key, "name") != 0)
			text = arena_printf(arena, "%s%s%s=%s", text,
					    *text ? " " : "", key,
					    scalar_label(arena, member));
	}
	return arena_strdup(arena, text);
}

/* "partition+kill" */
static const char *list_label(struct arena *arena, const json_t *list)
{
	const char *text = NULL;
	json_t *member;
	size_t i;

	json_array_foreach(list, i, member) {
		const char *one = json_is_object(member) ?
					  object_label(arena, member) :
					  scalar_label(arena, member);

		text = text ? arena_printf(arena, "%s+%s", text, one) : one;
	}
	return text ? text : "none";
}

const char *campaign_label(struct arena *arena, json_t *value)
{
	if (json_is_array(value))
		return list_label(arena, value);
	if (json_is_object(value))
		return object_label(arena, value);
	return scalar_label(arena, value);
}

static int wrong(const struct campaign *campaign, struct error *err,
		 const char *pointer, const char *what)
{
	return error_set(err, "%s: %s: %s", campaign->file, pointer, what);
}

int campaign_add_axis(struct campaign *campaign, const char *name,
		      const char *pointer, json_t *values, struct error *err)
{
	struct axis *axis = &campaign->axes[campaign->axis_count++];
	size_t count = json_array_size(values);

	if (!count)
		return wrong(campaign, err, pointer,
			     "a list of values is wanted");
	*axis = (struct axis){
		.name = arena_strdup(&campaign->arena, name),
		.pointer = pointer,
		.values = values,
		.count = count,
		.labels = arena_array(&campaign->arena, count,
				      sizeof(*axis->labels)),
	};
	for (size_t i = 0; i < count; i++) {
		axis->labels[i] = campaign_label(&campaign->arena,
						 json_array_get(values, i));
		for (size_t j = 0; j < i; j++) {
			if (strcmp(axis->labels[i], axis->labels[j]) == 0)
				return error_set(err, "%s: %s/%zu: '%s' is "
						      "there twice",
						 campaign->file, pointer, i,
						 axis->labels[i]);
		}
	}
	return 0;
}

static int read_axes(struct campaign *campaign, struct error *err)
{
	json_t *axes = json_object_get(campaign->source, "axes");
	const char *name;
	json_t *values;

	if (axes && !json_is_object(axes))
		return wrong(campaign, err, "/axes",
			     "an object is wanted: a list for each option");
	/* Room for "count" too. */
	campaign->axes = arena_array(&campaign->arena,
				     json_object_size(axes) + 1,
				     sizeof(*campaign->axes));
	json_object_foreach(axes, name, values) {
		if (campaign_add_axis(campaign, name,
				      json_pointer(&campaign->arena, "/axes",
						   name),
				      values, err))
			return -1;
	}
	return 0;
}

/* "base": "etcd.json" is a file beside this one; its content takes its place,
 * so that the source tells all. */
static int read_base(struct campaign *campaign, struct error *err)
{
	json_t *base = json_object_get(campaign->source, "base");
	const char *path = json_string_value(base);
	const char *slash = strrchr(campaign->file, '/');

	if (path) {
		if (slash && path[0] != '/')
			path = arena_printf(&campaign->arena, "%.*s/%s",
					    (int)(slash - campaign->file),
					    campaign->file, path);
		base = json_read_file(path, err);
		if (!base)
			return error_wrap(err, "%s: /base", campaign->file);
	} else {
		base = base ? json_incref(base) : json_object();
	}
	json_object_set_new(campaign->source, "base", base);
	campaign->base = base;
	return json_is_object(base) ? 0 :
		wrong(campaign, err, "/base", "a configuration is wanted: an "
					      "object, or the name of a file");
}

static const char *const own_members[] = {
	"name", "base", "axes", "count", "include", "exclude", "expect", NULL,
};

static int unknown_member(struct campaign *campaign, const char *name,
			  struct error *err)
{
	const char *names[32];
	size_t count = 0;
	const char *near;

	for (; own_members[count]; count++)
		names[count] = own_members[count];
	for (const struct option *o = campaign_options; o->name && count < 31;
	     o++)
		names[count++] = o->name;
	names[count] = NULL;
	near = nearest_name(name, names);
	return error_set(err, "%s: %s: a campaign has no such member%s%s%s; "
			      "options of its runs go into \"base\"",
			 campaign->file,
			 json_pointer(&campaign->arena, "", name),
			 near ? "; did you mean '" : "", near ? near : "",
			 near ? "'?" : "");
}

/* A member that is an option; what the command line said wins. */
static int take_option(struct campaign *campaign, const char *name,
		       json_t *value, struct error *err)
{
	if (!options_knows(campaign->options, name) ||
	    strcmp(name, "resume") == 0 || strcmp(name, "plan") == 0)
		return unknown_member(campaign, name, err);
	if (options_is_given(campaign->options, name))
		return 0;
	if (json_is_array(value) || json_is_object(value) ||
	    json_is_null(value))
		return wrong(campaign, err,
			     json_pointer(&campaign->arena, "", name),
			     "a string, number or boolean is wanted");
	if (options_set(campaign->options, &campaign->arena, name,
			campaign_label(&campaign->arena, value), err))
		return error_wrap(err, "%s: /%s", campaign->file, name);
	return 0;
}

static bool is_own_member(const char *name)
{
	for (size_t i = 0; own_members[i]; i++) {
		if (strcmp(own_members[i], name) == 0)
			return true;
	}
	return false;
}

static int read_members(struct campaign *campaign, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(campaign->source, name, value) {
		if (!is_own_member(name) &&
		    take_option(campaign, name, value, err))
			return -1;
	}
	value = json_object_get(campaign->source, "name");
	if (value && !json_is_string(value))
		return wrong(campaign, err, "/name", "a string is wanted");
	campaign->name = json_string_value(value);
	if (campaign->name && !*campaign->name)
		return wrong(campaign, err, "/name", "a name is wanted");
	return 0;
}

/* Without a "name" it is that of the file. */
static const char *file_name(struct campaign *campaign)
{
	const char *slash = strrchr(campaign->file, '/');
	const char *name = slash ? slash + 1 : campaign->file;
	const char *dot = strstr(name, ".json");

	return dot && dot != name ? arena_strndup(&campaign->arena, name,
						  (size_t)(dot - name)) : name;
}

static int read_seed(struct campaign *campaign, struct error *err)
{
	const char *text = options_text(campaign->options, "seed");
	char *end;

	if (!text) {
		if (getrandom(&campaign->seed, sizeof(campaign->seed), 0) < 0)
			return error_errno(err, "a random seed");
		campaign->seed &= UINT32_MAX;
		return 0;
	}
	campaign->seed = strtoull(text, &end, 10);
	if (*end || end == text || !isdigit((unsigned char)text[0]) ||
	    campaign->seed > INT64_MAX)
		return error_set(err, "seed: '%s' is not a whole number", text);
	return 0;
}

int campaign_read(struct campaign *campaign, const char *path, bool *is_usage,
		  struct error *err)
{
	*is_usage = false;
	campaign->file = arena_strdup(&campaign->arena, path);
	campaign->exit = -1;
	campaign->lock = -1;
	campaign->source = json_read_file(path, err);
	if (!campaign->source)
		return -1;
	*is_usage = true;
	if (!json_is_object(campaign->source))
		return error_set(err, "%s: an object is wanted", path);
	if (read_members(campaign, err) || read_base(campaign, err) ||
	    read_axes(campaign, err) || read_seed(campaign, err))
		return -1;
	if (!campaign->name)
		campaign->name = file_name(campaign);
	return 0;
}

void campaign_release(struct campaign *campaign)
{
	for (size_t i = 0; i < campaign->cell_count; i++) {
		json_decref(campaign->cells[i].at);
		json_decref(campaign->cells[i].config);
		json_decref(campaign->cells[i].from);
		json_decref(campaign->cells[i].anomalies);
		json_decref(campaign->cells[i].figures);
	}
	free(campaign->cells);
	json_decref(campaign->source);
	json_decref(campaign->seeds);
	json_decref(campaign->saved);
	if (campaign->lock >= 0)
		close(campaign->lock);
	arena_release(&campaign->arena);
}
