/* SPDX-License-Identifier: MIT */
#include "harness/engine/choose.h"

#include <stdlib.h>
#include <string.h>

#include "harness/registry.h"
#include "harness/report/explain.h"
#include "harness/report/json.h"
#include "harness/workload.h"

/* The text of an option's value in JSON: lists become "a,b". */
static const char *setting_text(const json_t *value, struct arena *arena)
{
	const char *joined = "";
	const json_t *member;
	size_t i;

	if (json_is_string(value))
		return arena_strdup(arena, json_string_value(value));
	if (json_is_boolean(value))
		return json_is_true(value) ? "true" : "false";
	if (json_is_integer(value))
		return arena_printf(arena, "%lld",
				    (long long)json_integer_value(value));
	if (json_is_real(value))
		return arena_printf(arena, "%.17g", json_real_value(value));
	if (!json_is_array(value))
		return NULL;
	json_array_foreach(value, i, member)
	{
		if (!json_is_string(member))
			return NULL;
		joined = arena_printf(arena, "%s%s%s", joined, i ? "," : "",
				      json_string_value(member));
	}
	return joined;
}

static int set_options(struct judge *judge, struct arena *arena,
		       json_t *options, struct error *err)
{
	const char *checker = judge->checker->name;
	const char *name;
	json_t *value;

	json_object_foreach(options, name, value)
	{
		const char *text = setting_text(value, arena);

		if (json_is_null(value))
			continue;
		if (!text)
			return error_set(err, "options/%s: not a plain value",
					 name);
		if (!options_knows(judge->options, name))
			return error_set(err,
					 "options/%s: %s has no such option",
					 name, checker);
		if (options_set(judge->options, arena, name, text, err) != 0)
			return error_wrap(err, "options/%s", name);
	}
	return 0;
}

static int add_judge(struct panel *panel, struct arena *arena, json_t *entry,
		     struct error *err)
{
	const char *name = json_string_value(json_object_get(entry, "checker"));
	struct judge *judge;

	if (!name)
		return error_set(err, "checker: a name is missing");
	judge = panel_add(panel, arena, name, err);
	if (!judge)
		return error_wrap(err, "checker");
	return set_options(judge, arena, json_object_get(entry, "options"),
			   err);
}

static int take_memory(json_t *config, struct judge_limits *limits,
		       struct error *err)
{
	const char *memory =
		json_string_value(json_object_get(config, "memory"));

	if (!memory || limits->bytes_max)
		return 0;
	if (parse_size(memory, &limits->bytes_max, err) != 0)
		return error_wrap(err, "/memory");
	return 0;
}

int choose_by_config(struct panel *panel, struct arena *arena, const char *run,
		     struct judge_limits *limits, struct error *err)
{
	const char *path = arena_printf(arena, "%s/config.json", run);
	json_t *config = json_read_file(path, err);
	json_t *judges;
	json_t *entry;
	int result = 0;
	size_t i;

	if (!config)
		return -1;
	judges = json_object_get(config, "judges");
	if (!json_is_array(judges))
		result = error_set(err,
				   "%s: /judges: missing; say who is to "
				   "judge with --checker or --workload",
				   path);
	json_array_foreach(judges, i, entry)
	{
		if (result == 0 && add_judge(panel, arena, entry, err) != 0)
			result = error_wrap(err, "%s: /judges/%zu", path, i);
	}
	if (result == 0 && take_memory(config, limits, err) != 0)
		result = error_wrap(err, "%s", path);
	json_decref(config);
	return result;
}

static int no_such_workload(const char *name, struct arena *arena,
			    struct error *err)
{
	unsigned count = 0;
	const char **names;
	const char *near;

	while (registry_workload_at(count))
		count++;
	names = arena_array(arena, count + 1, sizeof(*names));
	for (unsigned i = 0; i < count; i++)
		names[i] = registry_workload_at(i)->name;
	near = nearest_name(name, names);
	return error_set(err,
			 "there is no workload \"%s\"%s%s%s; `ordeal list "
			 "workloads` lists them",
			 name, near ? "; did you mean \"" : "",
			 near ? near : "", near ? "\"?" : "");
}

int choose_by_workload(struct panel *panel, struct arena *arena,
		       const char *name, struct error *err)
{
	const struct workload *workload = registry_workload(name);
	struct workload_setup setup = { .threads = 1,
					.nodes = 1,
					.arena = arena };
	const char *const *pairs = NULL;

	if (!workload)
		return no_such_workload(name, arena, err);
	for (const char *const *c = workload->checkers; c && *c; c++) {
		if (!panel_add(panel, arena, *c, err))
			return error_wrap(err, "workload %s", name);
	}
	setup.options = options_new(arena, workload->options);
	if (workload->checker_options)
		pairs = workload->checker_options(&setup);
	for (; pairs && pairs[0]; pairs += 2) {
		size_t matched;

		if (panel_set(panel, arena, pairs[0], pairs[1], &matched,
			      err) != 0)
			return error_wrap(err, "workload %s", name);
	}
	return 0;
}

static const struct option *find_model_option(const struct checker *checker)
{
	const struct option *option = checker->options;

	while (option && option->name && strcmp(option->name, "model") != 0)
		option++;
	return option && option->name ? option : NULL;
}

static bool is_choice(const struct option *option, const char *text)
{
	const char *const *choice = option->choices;

	while (choice && *choice && strcmp(*choice, text) != 0)
		choice++;
	return choice && *choice;
}

/* Where the option takes any text only the checker knows the names: it is
 * asked to judge an empty history by that model. */
static bool takes_model(const struct checker *checker, const char *model)
{
	struct history *history = history_new();
	struct arena arena = { 0 };
	struct options *options = options_new(&arena, checker->options);
	struct budget budget = { .states_max = 1000,
				 .bytes_max = 1 << 20,
				 .threads = 1 };
	struct check check = { .history = history,
			       .options = options,
			       .budget = &budget,
			       .arena = &arena };
	struct verdict verdict;
	struct error err;
	bool takes;

	verdict_init(&verdict);
	takes = options_set(options, &arena, "model", model, &err) == 0 &&
		checker->check(&check, &verdict, &err) == 0;
	history_free(history);
	arena_release(&arena);
	return takes;
}

/* A name in some list of choices; else whoever understands it. */
static const struct checker *find_by_model(const char *model)
{
	const struct checker *checker;

	for (unsigned i = 0; (checker = registry_checker_at(i)); i++) {
		const struct option *option = find_model_option(checker);

		if (option && is_choice(option, model))
			return checker;
	}
	for (unsigned i = 0; (checker = registry_checker_at(i)); i++) {
		const struct option *option = find_model_option(checker);

		if (option && option->kind == OPTION_TEXT &&
		    takes_model(checker, model))
			return checker;
	}
	return NULL;
}

static int no_such_model(const char *model, struct error *err)
{
	const struct explanation *row;
	const struct checker *checker;
	const char *names[256] = { NULL };
	const char *near;
	size_t count = 0;

	for (size_t i = 0; count < 200 && (row = explanation_at(i)); i++) {
		if (row->kind == EXPLAIN_MODEL)
			names[count++] = row->name;
	}
	for (unsigned i = 0; (checker = registry_checker_at(i)); i++) {
		const struct option *option = find_model_option(checker);
		const char *const *choice = option ? option->choices : NULL;

		for (; choice && *choice && count < 255; choice++)
			names[count++] = *choice;
	}
	near = nearest_name(model, names);
	return error_set(err,
			 "there is no model \"%s\"%s%s%s; `ordeal list models` "
			 "lists them",
			 model, near ? "; did you mean \"" : "",
			 near ? near : "", near ? "\"?" : "");
}

int choose_by_model(struct panel *panel, struct arena *arena, const char *model,
		    struct error *err)
{
	const struct explanation *row = explanation_find(model);
	const struct checker *checker = find_by_model(model);
	struct judge *judge;

	/* Some models have a checker of their own. */
	if (!checker && row && row->kind == EXPLAIN_MODEL &&
	    registry_checker(model))
		return panel_add(panel, arena, model, err) ? 0 : -1;
	if (!checker)
		return no_such_model(model, err);
	judge = panel_add(panel, arena, checker->name, err);
	if (!judge)
		return -1;
	return options_set(judge->options, arena, "model", model, err);
}
