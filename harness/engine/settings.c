/* SPDX-License-Identifier: MIT */
/* Settings from arguments and from a JSON file. */
#include <assert.h>
#include <jansson.h>
#include <string.h>

#include "harness/checker.h"
#include "harness/engine/config.h"
#include "harness/fault.h"
#include "harness/registry.h"
#include "harness/report/json.h"
#include "harness/target.h"
#include "harness/workload.h"

void settings_add(struct settings *settings, struct arena *arena,
		  const char *name, const char *text, const char *where)
{
	struct setting *setting = arena_alloc(arena, sizeof(*setting));

	setting->name = arena_strdup(arena, name);
	setting->text = arena_strdup(arena, text);
	setting->where = arena_strdup(arena, where);
	if (settings->last)
		settings->last->next = setting;
	else
		settings->first = setting;
	settings->last = setting;
}

/* What an option of that name is in the menu. */
struct kinds {
	const char *name; /* without the part's */
	bool has_truth;
	bool has_other;
};

static void look_up(struct kinds *kinds, const struct option *options)
{
	for (const struct option *o = options; o && o->name; o++) {
		if (strcmp(o->name, kinds->name) != 0)
			continue;
		kinds->has_truth |= o->kind == OPTION_BOOL;
		kinds->has_other |= o->kind != OPTION_BOOL;
	}
}

/* Options that take no value when they stand alone. What parts the run has is
 * not known yet: no part's option of that name may want a value. */
static bool is_flag(const char *name)
{
	const char *dot = strchr(name, '.');
	struct kinds kinds = { dot ? dot + 1 : name, false, false };

	if (!dot)
		look_up(&kinds, config_options);
	for (unsigned i = 0; registry_target_at(i); i++)
		look_up(&kinds, registry_target_at(i)->options);
	for (unsigned i = 0; registry_workload_at(i); i++)
		look_up(&kinds, registry_workload_at(i)->options);
	for (unsigned i = 0; registry_fault_at(i); i++)
		look_up(&kinds, registry_fault_at(i)->options);
	for (unsigned i = 0; registry_checker_at(i); i++)
		look_up(&kinds, registry_checker_at(i)->options);
	return kinds.has_truth && !kinds.has_other;
}

static bool is_truth(const char *text)
{
	return strcmp(text, "true") == 0 || strcmp(text, "false") == 0 ||
	       strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

int settings_read_arguments(struct settings *settings, struct arena *arena,
			    int argc, char **argv, const char **path,
			    struct error *err)
{
	*path = NULL;
	for (int i = 1; i < argc; i++) {
		const char *argument = argv[i];
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;
		const char *equals;
		const char *name;

		assert(argument);
		equals = strchr(argument, '=');
		if (strncmp(argument, "--", 2) != 0) {
			if (argument[0] == '-')
				return error_set(err,
						 "there is no option '%s'",
						 argument);
			if (*path)
				return error_set(err, "two files, '%s' and "
						      "'%s'; give one", *path,
						 argument);
			*path = argument;
			continue;
		}
		if (equals) {
			name = arena_strndup(arena, argument + 2,
					     (size_t)(equals - argument - 2));
			settings_add(settings, arena, name, equals + 1,
				     arena_printf(arena, "--%s", name));
			continue;
		}
		name = argument + 2;
		if (is_flag(name) && !(next && is_truth(next))) {
			settings_add(settings, arena, name, "true", argument);
			continue;
		}
		if (!next)
			return error_set(err, "%s wants a value", argument);
		settings_add(settings, arena, name, next, argument);
		i++;
	}
	return 0;
}

/* A scalar as text, or NULL. */
static const char *scalar_text(const json_t *json, struct arena *arena)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return json_string_value(json);
	case JSON_INTEGER:
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT,
				    json_integer_value(json));
	case JSON_REAL:
		return arena_printf(arena, "%.17g", json_real_value(json));
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	default:
		return NULL;
	}
}

/* Where a file is read: for messages and for what is made. */
struct file_reader {
	const char *path;
	struct settings *settings;
	struct arena *arena;
};

static const char *where_is(const struct file_reader *reader,
			    const char *pointer)
{
	return arena_printf(reader->arena, "%s: %s", reader->path, pointer);
}

static int add_list(struct file_reader *reader, const char *name,
		    const char *pointer, const json_t *array,
		    struct error *err)
{
	const char *joined = "";
	const json_t *element;
	size_t i;

	json_array_foreach(array, i, element) {
		const char *text = scalar_text(element, reader->arena);

		if (!text)
			return error_set(err, "%s: %s/%zu: a string or number "
					      "is wanted", reader->path,
					 pointer, i);
		joined = arena_printf(reader->arena, "%s%s%s", joined,
				      i ? "," : "", text);
	}
	settings_add(reader->settings, reader->arena, name, joined,
		     where_is(reader, pointer));
	return 0;
}

/* One member of an object whose options belong to `part` (NULL: the run). */
static int add_plain(struct file_reader *reader, const char *part,
		     const char *key, const char *pointer,
		     const json_t *value, struct error *err)
{
	const char *name =
		part ? arena_printf(reader->arena, "%s.%s", part, key) : key;
	const char *text;

	if (json_is_null(value))
		return 0;
	if (json_is_array(value))
		return add_list(reader, name, pointer, value, err);
	text = scalar_text(value, reader->arena);
	if (!text)
		return error_set(err, "%s: %s: a string, number, boolean or "
				      "list is wanted", reader->path, pointer);
	settings_add(reader->settings, reader->arena, name, text,
		     where_is(reader, pointer));
	return 0;
}

/* The options of a part; its name is the member "name" unless given. */
static int add_part(struct file_reader *reader, const char *part,
		    const char *pointer, json_t *object, struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		if (strcmp(key, "name") == 0)
			continue;
		if (add_plain(reader, part, key,
			      arena_printf(reader->arena, "%s/%s", pointer,
					   key), value, err))
			return -1;
	}
	return 0;
}

/* "etcd", or {"name": "etcd", ...}. */
static int add_named(struct file_reader *reader, const char *pointer,
		     json_t *json, const char **name, struct error *err)
{
	const json_t *named = json;

	if (json_is_object(json))
		named = json_object_get(json, "name");
	if (!json_is_string(named))
		return error_set(err, "%s: %s: a name, or an object with a "
				      "\"name\", is wanted", reader->path,
				 pointer);
	*name = json_string_value(named);
	return json_is_object(json) ?
		       add_part(reader, *name, pointer, json, err) : 0;
}

static int add_faults(struct file_reader *reader, json_t *array,
		      struct error *err)
{
	const char *joined = "";
	json_t *element;
	size_t i;

	json_array_foreach(array, i, element) {
		const char *pointer =
			arena_printf(reader->arena, "/faults/%zu", i);
		const char *name = NULL;

		if (add_named(reader, pointer, element, &name, err))
			return -1;
		joined = arena_printf(reader->arena, "%s%s%s", joined,
				      i ? "," : "", name);
	}
	settings_add(reader->settings, reader->arena, "faults", joined,
		     where_is(reader, "/faults"));
	return 0;
}

/* A string member of a node's object, in the arena. */
static int node_text(struct file_reader *reader, const char *pointer,
		     const json_t *node, const char *key, const char **text,
		     struct error *err)
{
	const json_t *value = json_object_get(node, key);

	if (!value)
		return 0;
	if (!json_is_string(value))
		return error_set(err, "%s: %s/%s: a string is wanted",
				 reader->path, pointer, key);
	*text = arena_strdup(reader->arena, json_string_value(value));
	return 0;
}

static int read_node(struct file_reader *reader, const char *pointer,
		     const json_t *json, struct node_config *node,
		     struct error *err)
{
	const struct {
		const char *key;
		const char **text;
	} texts[] = {
		{ "name", &node->name },
		{ "address", &node->address },
		{ "host", &node->host },
		{ "user", &node->user },
		{ "key", &node->key_file },
		{ "password", &node->password },
		{ "sudo-password", &node->sudo_password },
		{ "known-hosts", &node->known_hosts },
		{ "prefix", &node->prefix },
	};
	const json_t *port = json_object_get(json, "port");
	const json_t *any = json_object_get(json, "accept-any-host-key");

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (node_text(reader, pointer, json, texts[i].key,
			      texts[i].text, err))
			return -1;
	}
	if (!node->name)
		return error_set(err, "%s: %s: a node needs a \"name\"",
				 reader->path, pointer);
	if (port && (!json_is_integer(port) || json_integer_value(port) < 1 ||
		     json_integer_value(port) > 65535))
		return error_set(err, "%s: %s/port: a port number is wanted",
				 reader->path, pointer);
	node->port = (int)json_integer_value(port);
	node->accept_any_host_key = json_is_true(any);
	return 0;
}

static int add_nodes(struct file_reader *reader, json_t *array,
		     struct error *err)
{
	size_t count = json_array_size(array);
	struct node_config *nodes =
		arena_array(reader->arena, count, sizeof(*nodes));
	const json_t *element;
	size_t i;

	json_array_foreach(array, i, element) {
		const char *pointer =
			arena_printf(reader->arena, "/nodes/%zu", i);

		if (json_is_string(element))
			nodes[i].name = arena_strdup(
				reader->arena, json_string_value(element));
		else if (!json_is_object(element))
			return error_set(err, "%s: %s: a name or an object is "
					      "wanted", reader->path, pointer);
		else if (read_node(reader, pointer, element, &nodes[i], err))
			return -1;
	}
	reader->settings->nodes = nodes;
	reader->settings->node_count = count;
	return 0;
}

/* What `ordeal run` itself writes about a run, which is no setting. */
static bool is_record(const char *key)
{
	return strcmp(key, "versions") == 0 || strcmp(key, "judges") == 0 ||
	       strcmp(key, "ordeal") == 0 || strcmp(key, "command") == 0;
}

static int add_member(struct file_reader *reader, const char *key,
		      json_t *value, struct error *err)
{
	const char *pointer = arena_printf(reader->arena, "/%s", key);
	const char *name = NULL;

	if (is_record(key))
		return 0;
	if (strcmp(key, "target") == 0 || strcmp(key, "workload") == 0) {
		if (add_named(reader, pointer, value, &name, err))
			return -1;
		settings_add(reader->settings, reader->arena, key, name,
			     where_is(reader, pointer));
		return 0;
	}
	if (strcmp(key, "faults") == 0 && json_is_array(value))
		return add_faults(reader, value, err);
	if (strcmp(key, "nodes") == 0 && json_is_array(value))
		return add_nodes(reader, value, err);
	if (json_is_object(value))
		return add_part(reader, key, pointer, value, err);
	return add_plain(reader, NULL, key, pointer, value, err);
}

int settings_read_json(struct settings *settings, struct arena *arena,
		       const char *name, struct json_t *root,
		       struct error *err)
{
	struct file_reader reader = { .path = arena_strdup(arena, name),
				      .settings = settings, .arena = arena };
	const char *key;
	json_t *value;

	if (!json_is_object(root))
		return error_set(err, "%s: an object is wanted", name);
	json_object_foreach(root, key, value) {
		if (add_member(&reader, key, value, err))
			return -1;
	}
	return 0;
}

int settings_read_file(struct settings *settings, struct arena *arena,
		       const char *path, struct error *err)
{
	json_t *root = json_read_file(path, err);
	int result;

	if (!root)
		return -1;
	result = settings_read_json(settings, arena, path, root, err);
	json_decref(root);
	return result;
}
