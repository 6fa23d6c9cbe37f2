/* SPDX-License-Identifier: MIT */
#include "harness/engine/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "harness/engine/config_private.h"
#include "harness/registry.h"

static const struct option no_options[] = {
	{ NULL, OPTION_NONE, NULL, NULL, NULL },
};

struct options *config_choose(struct making *making, const char *name,
			      const struct option *table)
{
	struct options *options =
		options_new(making->arena, table ? table : no_options);

	making->chosen[making->chosen_count++] =
		(struct chosen){ .name = name, .options = options };
	return options;
}

/* The settings of the run itself: the last of each name wins. */
static int apply_run_settings(struct making *making, struct error *err)
{
	struct options *options = making->config->options;

	for (const struct setting *s = making->settings->first; s;
	     s = s->next) {
		if (options_knows(options, s->name) &&
		    options_set(options, making->arena, s->name, s->text, err))
			return error_wrap(err, "%s", s->where);
	}
	return 0;
}

/* The part a qualified name ("etcd.read") speaks of, or NULL. */
static const struct chosen *part_of(const struct making *making,
				    const char *name, const char **option)
{
	const char *dot = strchr(name, '.');
	const struct chosen *found = NULL;

	if (!dot)
		return NULL;
	*option = dot + 1;
	for (size_t i = 0; i < making->chosen_count; i++) {
		const char *part = making->chosen[i].name;

		if (strlen(part) != (size_t)(dot - name) ||
		    strncmp(part, name, strlen(part)) != 0)
			continue;
		/* A workload and its checker may share a name. */
		found = &making->chosen[i];
		if (options_knows(found->options, *option))
			break;
	}
	return found;
}

/* Every chosen part that has the option, as "a, b". */
static const char *parts_with(const struct making *making, const char *name,
			      const struct chosen **only)
{
	const char *text = NULL;

	*only = NULL;
	for (size_t i = 0; i < making->chosen_count; i++) {
		const struct chosen *part = &making->chosen[i];

		if (!options_knows(part->options, name))
			continue;
		text = text ? arena_printf(making->arena, "%s, %s", text,
					   part->name) : part->name;
		*only = *only ? *only : part;
	}
	return text;
}

static const char *suggestion(const struct making *making, const char *name)
{
	const char *names[256];
	size_t count = 0;
	const char *near;

	for (const struct option *o = config_options; o->name; o++)
		names[count++] = o->name;
	for (size_t i = 0; i < making->chosen_count; i++) {
		const struct option *o =
			options_table(making->chosen[i].options);

		for (; o->name && count < 255; o++)
			names[count++] = o->name;
	}
	names[count] = NULL;
	near = nearest_name(name, names);
	return near ? arena_printf(making->arena, "; did you mean '%s'?",
				   near) : "";
}

/* Settings for faults that are not of this run are no mistake in a file that
 * serves several runs; names that nobody has are. */
static bool is_other_part(const char *name)
{
	char part[64];
	const char *dot = strchr(name, '.');

	if (!dot || (size_t)(dot - name) >= sizeof(part))
		return false;
	memcpy(part, name, (size_t)(dot - name));
	part[dot - name] = '\0';
	return registry_target(part) || registry_workload(part) ||
	       registry_fault(part) || registry_checker(part);
}

static int apply_part_setting(struct making *making, const struct setting *s,
			      struct error *err)
{
	const char *option = s->name;
	const struct chosen *part = part_of(making, s->name, &option);

	if (!part) {
		const struct chosen *only;
		const char *all = parts_with(making, s->name, &only);

		if (is_other_part(s->name))
			return 0;
		if (!all)
			return error_set(err, "%s: there is no option '%s'%s",
					 s->where, s->name,
					 suggestion(making, s->name));
		if (strchr(all, ','))
			return error_set(err, "%s: '%s' is an option of %s; "
					      "say which, as in '%s.%s'",
					 s->where, s->name, all, only->name,
					 s->name);
		part = only;
		option = s->name;
	}
	if (!options_knows(part->options, option))
		return error_set(err, "%s: %s has no option '%s'", s->where,
				 part->name, option);
	if (options_set(part->options, making->arena, option, s->text, err))
		return error_wrap(err, "%s", s->where);
	return 0;
}

static int choose_judges(struct making *making, struct error *err)
{
	struct panel *panel = &making->config->panel;
	const char *const *names = making->config->workload->checkers;

	for (; *names; names++) {
		if (!panel_add(panel, making->arena, *names, err))
			return error_wrap(err, "workload %s",
					  making->config->workload->name);
	}
	panel_add_standing(panel, making->arena);
	for (size_t i = 0; i < panel->count; i++)
		panel->judges[i].options =
			config_choose(making, panel->judges[i].checker->name,
			       panel->judges[i].checker->options);
	return 0;
}

static int choose_parts(struct making *making, struct error *err)
{
	struct run_config *config = making->config;
	const char *target = options_text(config->options, "target");
	const char *workload = options_text(config->options, "workload");

	if (!target)
		return error_set(err, "no target; say --target NAME, "
				      "'ordeal list targets' names all");
	config->target = registry_target(target);
	if (!config->target)
		return error_set(err, "%s: there is no target '%s'; 'ordeal "
				      "list targets' names all",
				 config_where(making->settings, "target"),
				 target);
	config->workload = registry_workload(workload);
	if (!config->workload)
		return error_set(err, "%s: there is no workload '%s'; 'ordeal "
				      "list workloads' names all",
				 config_where(making->settings, "workload"),
				 workload);
	config->target_options = config_choose(making, config->target->name,
					config->target->options);
	config->workload_options = config_choose(making, config->workload->name,
					  config->workload->options);
	return config_choose_faults(making, err) ||
			       choose_judges(making, err) ?
		       -1 :
		       0;
}

static int choose_seed(struct making *making, struct error *err)
{
	struct run_config *config = making->config;
	const char *text = options_text(config->options, "seed");
	char *end;

	if (!text) {
		if (getrandom(&config->seed, sizeof(config->seed), 0) < 0)
			return error_errno(err, "a random seed");
		config->seed &= UINT32_MAX; /* short enough to type again */
		return 0;
	}
	errno = 0;
	config->seed = strtoull(text, &end, 10);
	if (*end || end == text)
		return error_set(err, "%s: '%s' is not a whole number",
				 config_where(making->settings, "seed"), text);
	if (errno)
		return error_set(err, "%s: '%s' is more than 64 bits",
				 config_where(making->settings, "seed"), text);
	return 0;
}

/* What parses, but cannot be meant. */
static int check_ranges(const struct making *making, struct error *err)
{
	const struct options *options = making->config->options;

	if (options_duration_ns(options, "op-timeout") == 0)
		return error_set(err, "%s: no operation ends in no time; say "
				      "how long one may take, as in 2s",
				 config_where(making->settings, "op-timeout"));
	if (options_real(options, "rate") < 0)
		return error_set(err, "%s: there is no negative rate; 0 is as "
				      "fast as it goes",
				 config_where(making->settings, "rate"));
	return 0;
}

static const char *verbs_text(uint32_t verbs, struct arena *arena)
{
	const char *text = "";

	for (enum verb verb = VERB_READ; verb < VERB_COUNT; verb++) {
		if (verbs & (UINT32_C(1) << verb))
			text = arena_printf(arena, "%s%s%s", text,
					    *text ? ", " : "",
					    verb_name(verb));
	}
	return text;
}

/* Can the target do what the workload asks? */
static int check_pair(struct making *making, struct error *err)
{
	const struct run_config *config = making->config;
	struct workload_setup setup =
		config_workload_setup(config, making->arena);
	const struct need *need = config->workload->needs(&setup);

	for (; need->object != OBJECT_NONE; need++) {
		uint32_t missing = need->verbs;

		for (const struct support *has = config->target->supports;
		     has->object != OBJECT_NONE; has++) {
			if (has->object == need->object &&
			    (has->in_transactions || !need->in_transactions))
				missing &= ~has->verbs;
		}
		if (missing)
			return error_set(err, "the workload '%s' needs %s%s "
					      "of a %s, which the target '%s' "
					      "has not",
					 config->workload->name,
					 need->in_transactions ?
						 "transactions with " : "",
					 verbs_text(missing, making->arena),
					 object_name(need->object),
					 config->target->name);
	}
	return 0;
}

/* What the workload and its options mean for its checkers; users' settings
 * come after and win. */
static int apply_checker_options(struct making *making, struct error *err)
{
	const struct setting closing = {
		.name = "coverage.final",
		.text = "required",
		.where = "the workload's final phase",
	};
	struct workload_setup setup =
		config_workload_setup(making->config, making->arena);
	const char *const *pair;

	if (making->config->workload->final_phase &&
	    apply_part_setting(making, &closing, err))
		return -1;
	if (!making->config->workload->checker_options)
		return 0;
	pair = making->config->workload->checker_options(&setup);
	for (; pair && pair[0]; pair += 2) {
		struct setting setting = { .name = pair[0], .text = pair[1],
					   .where = "the workload" };

		if (apply_part_setting(making, &setting, err))
			return -1;
	}
	return 0;
}

static int apply_part_settings(struct making *making, struct error *err)
{
	for (const struct setting *s = making->settings->first; s;
	     s = s->next) {
		if (!options_knows(making->config->options, s->name) &&
		    apply_part_setting(making, s, err))
			return -1;
	}
	return 0;
}

struct workload_setup config_workload_setup(const struct run_config *config,
					    struct arena *arena)
{
	return (struct workload_setup){
		.options = config->workload_options,
		.seed = config->seed,
		.threads = config->threads,
		.nodes = config->node_count,
		.arena = arena,
	};
}

int config_make(struct run_config *config, const struct settings *settings,
		struct arena *arena, struct error *err)
{
	struct chosen chosen[CONFIG_FAULTS_MAX + 32];
	struct making making = { .config = config, .settings = settings,
				 .arena = arena, .chosen = chosen };

	*config = (struct run_config){
		.options = options_new(arena, config_options),
	};
	if (apply_run_settings(&making, err) || choose_parts(&making, err) ||
	    config_choose_nodes(&making, err) ||
	    config_count_threads(&making, err) ||
	    choose_seed(&making, err) || check_ranges(&making, err) ||
	    apply_part_settings(&making, err) ||
	    apply_checker_options(&making, err) ||
	    apply_part_settings(&making, err) ||
	    config_check_targets(&making, err) || check_pair(&making, err))
		return -1;
	return 0;
}
