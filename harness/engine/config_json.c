/* SPDX-License-Identifier: MIT */
/* The configuration as JSON, to run it again. */
#include <jansson.h>
#include <string.h>

#include "harness/engine/config.h"
#include "harness/report/version.h"

/* What an option's text is as JSON: numbers and truths as such. */
static json_t *option_json(const struct options *options,
			   const struct option *option)
{
	const char *text = options_given(options, option->name);
	const char *const *list;
	json_t *array;

	if (!text)
		return NULL;
	switch (option->kind) {
	case OPTION_BOOL:
		return json_boolean(options_bool(options, option->name));
	case OPTION_LIST:
	case OPTION_SETS:
		array = json_array();
		list = options_list(options, option->name);
		for (; *list; list++)
			json_array_append_new(array, json_string(*list));
		return array;
	default:
		return json_string(text);
	}
}

/* All options in force that are not at rest. */
static void add_options(json_t *object, const struct options *options,
			const char *const *without)
{
	for (const struct option *o = options_table(options); o->name; o++) {
		bool is_left_out = false;
		json_t *value;

		for (size_t i = 0; without && without[i]; i++) {
			if (strcmp(without[i], o->name) == 0)
				is_left_out = true;
		}
		value = is_left_out ? NULL : option_json(options, o);
		if (value)
			json_object_set_new(object, o->name, value);
	}
}

static json_t *part_json(const char *name, const struct options *options)
{
	json_t *part = json_pack("{s:s}", "name", name);

	add_options(part, options, NULL);
	return part;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	if (text)
		json_object_set_new(object, key, json_string(text));
}

/* No secrets: a password must be given again. */
static json_t *nodes_json(const struct run_config *config)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < config->node_count; i++) {
		const struct node_config *node = &config->nodes[i];
		json_t *json = json_pack("{s:s}", "name", node->name);

		set_text(json, "address", node->address);
		set_text(json, "host", node->host);
		set_text(json, "user", node->user);
		set_text(json, "key", node->key_file);
		set_text(json, "known-hosts", node->known_hosts);
		set_text(json, "prefix", node->prefix);
		if (node->port)
			json_object_set_new(json, "port",
					    json_integer(node->port));
		if (node->accept_any_host_key)
			json_object_set_new(json, "accept-any-host-key",
					    json_true());
		json_array_append_new(nodes, json);
	}
	return nodes;
}

/* What was set for checkers, by the user or the workload. */
static void add_judge_settings(json_t *root, const struct run_config *config)
{
	for (size_t i = 0; i < config->panel.count; i++) {
		const struct judge *judge = &config->panel.judges[i];
		json_t *given = json_object();

		for (const struct option *o = options_table(judge->options);
		     o->name; o++) {
			if (options_is_given(judge->options, o->name))
				json_object_set_new(
					given, o->name,
					option_json(judge->options, o));
		}
		if (json_object_size(given) &&
		    !json_object_get(root, judge->checker->name))
			json_object_set(root, judge->checker->name, given);
		json_decref(given);
	}
}

static json_t *judges_json(const struct run_config *config)
{
	json_t *judges = json_array();

	for (size_t i = 0; i < config->panel.count; i++) {
		const struct judge *judge = &config->panel.judges[i];
		json_t *options = json_object();

		add_options(options, judge->options, NULL);
		json_array_append_new(judges,
				      json_pack("{s:s, s:o}", "checker",
						judge->checker->name,
						"options", options));
	}
	return judges;
}

const char *config_json(const struct run_config *config,
			const char *target_version, struct arena *arena)
{
	static const char *const elsewhere[] = {
		"target", "workload", "faults", "nodes", "seed", "store",
		"password-file", "sudo-password-file", "run-file",
		"otlp", "zipkin", NULL,
	};
	json_t *root = json_object();
	json_t *faults = json_array();
	json_t *versions = json_pack("{s:s}", "ordeal", version_ordeal());
	const char *copy;
	char *text;

	json_object_set_new(root, "target",
			    part_json(config->target->name,
				      config->target_options));
	json_object_set_new(root, "workload",
			    part_json(config->workload->name,
				      config->workload_options));
	for (size_t i = 0; i < config->fault_count; i++)
		json_array_append_new(
			faults, part_json(config->faults[i].fault->name,
					  config->faults[i].options));
	json_object_set_new(root, "faults", faults);
	json_object_set_new(root, "seed",
			    json_sprintf("%llu",
					 (unsigned long long)config->seed));
	add_options(root, config->options, elsewhere);
	if (config->nodes && !config->local)
		json_object_set_new(root, "nodes", nodes_json(config));
	add_judge_settings(root, config);
	json_object_set_new(root, "judges", judges_json(config));
	set_text(versions, config->target->name, target_version);
	json_object_set_new(root, "versions", versions);
	text = json_dumps(root, JSON_INDENT(2));
	copy = arena_printf(arena, "%s\n", text ? text : "{}");
	free(text);
	json_decref(root);
	return copy;
}
