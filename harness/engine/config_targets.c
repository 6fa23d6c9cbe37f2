/* SPDX-License-Identifier: MIT */
/* Targets of faults that are nodes or daemons by their names. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "harness/engine/config_private.h"

static bool is_choice(const struct option *option, const char *text,
		      bool *takes_nodes)
{
	bool is_one = false;

	for (size_t i = 0; option->choices && option->choices[i]; i++) {
		const char *choice = option->choices[i];

		if (strcmp(choice, OPTION_NODES) == 0)
			*takes_nodes = true;
		else if (strcmp(choice, text) == 0)
			is_one = true;
	}
	return is_one;
}

/* All that may be meant: nodes, and what else the option takes. */
static const char *const *all_names(const struct run_config *config,
				    const struct option *option,
				    bool takes_nodes, struct arena *arena)
{
	size_t choices = 0;
	size_t count = 0;
	const char **names;

	while (option->choices && option->choices[choices])
		choices++;
	names = arena_array(arena, choices + config->node_count + 1,
			    sizeof(*names));
	for (size_t i = 0; takes_nodes && i < config->node_count; i++)
		names[count++] = config->nodes ?
					 config->nodes[i].name :
					 arena_printf(arena, "n%zu", i + 1);
	for (size_t i = 0; i < choices; i++) {
		if (strcmp(option->choices[i], OPTION_NODES) != 0)
			names[count++] = option->choices[i];
	}
	return names;
}

int config_check_set(const struct run_config *config,
		     const struct option *option, const char *text,
		     struct arena *arena, struct error *err)
{
	const char *const *parts = option_set(text, arena);

	for (size_t i = 0; parts[i]; i++) {
		bool takes_nodes = false;
		bool is_known = is_choice(option, parts[i], &takes_nodes);
		const char *const *names =
			all_names(config, option, takes_nodes, arena);
		const char *near;

		for (size_t j = 0; !is_known && names[j]; j++)
			is_known = strcmp(names[j], parts[i]) == 0;
		if (is_known)
			continue;
		near = nearest_name(parts[i], names);
		return error_set(err, "there is no %s\"%s\"%s%s%s",
				 takes_nodes ? "node " : "", parts[i],
				 near ? "; did you mean \"" : "",
				 near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

/* Those that the option "daemons" of a fault names. */
static int check_daemons(const struct run_config *config,
			 const struct fault_config *fault, struct error *err)
{
	static const char *const none[] = { NULL };
	const char *const *known = config->target->daemons;
	const char *const *list;

	if (!options_knows(fault->options, OPTION_DAEMONS))
		return 0;
	if (!known)
		known = none;
	list = options_list(fault->options, OPTION_DAEMONS);
	for (; *list; list++) {
		const char *near = nearest_name(*list, known);
		size_t i = 0;

		while (known[i] && strcmp(known[i], *list) != 0)
			i++;
		if (!known[i])
			return error_set(
				err, "%s.%s: %s has no daemon \"%s\"%s%s%s",
				fault->fault->name, OPTION_DAEMONS,
				config->target->name, *list,
				near ? "; did you mean \"" : "",
				near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

int config_check_targets(const struct making *making, struct error *err)
{
	const struct run_config *config = making->config;

	for (size_t i = 0; i < config->fault_count; i++) {
		const struct options *options = config->faults[i].options;

		if (check_daemons(config, &config->faults[i], err) < 0)
			return -1;
		for (const struct option *o = options_table(options); o->name;
		     o++) {
			const char *const *list =
				o->kind == OPTION_SETS ?
					options_list(options, o->name) :
					NULL;

			for (; list && *list; list++) {
				if (config_check_set(config, o, *list,
						     making->arena, err))
					return error_wrap(
						err, "%s.%s",
						config->faults[i].fault->name,
						o->name);
			}
		}
	}
	return 0;
}
