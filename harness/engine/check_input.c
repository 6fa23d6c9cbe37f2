/* SPDX-License-Identifier: MIT */
#include "harness/engine/check_input.h"

#include <string.h>

#include "harness/engine/choose.h"
#include "harness/engine/cli.h"
#include "harness/report/results.h"

/* --checker A,B and --checker C add up. */
static int add_named(const struct checking *checking, struct input *input,
		     struct error *err)
{
	const struct argument *a = checking->arguments.first;

	for (; a; a = a->next) {
		char *rest;
		char *name;

		if (strcmp(a->name, "checker") != 0)
			continue;
		rest = arena_strdup(&input->arena, a->value);
		while ((name = strsep(&rest, ","))) {
			if (*name &&
			    !panel_add(&input->panel, &input->arena, name, err))
				return error_wrap(err, "--checker");
		}
	}
	return 0;
}

/* 0, EXIT_USAGE or EXIT_TROUBLE. */
static int choose_judges(const struct checking *checking, struct input *input,
			 struct error *err)
{
	const struct options *options = checking->options;
	const char *workload = options_text(options, "workload");
	const char *model = options_text(options, "model");
	struct panel *panel = &input->panel;
	struct arena *arena = &input->arena;

	if (workload && choose_by_workload(panel, arena, workload, err) != 0)
		return EXIT_USAGE;
	if (add_named(checking, input, err) != 0)
		return EXIT_USAGE;
	if (model) {
		size_t matched = 0;

		if (panel->count > 0 &&
		    panel_set(panel, arena, "model", model, &matched, err))
			return EXIT_USAGE;
		if (matched == 0 &&
		    choose_by_model(panel, arena, model, err) != 0)
			return EXIT_USAGE;
	}
	if (panel->count > 0)
		return 0;
	if (input->found.run)
		return choose_by_config(panel, arena, input->found.run,
					&input->limits, err)
			       ? EXIT_TROUBLE
			       : 0;
	return choose_by_history(panel, arena, input->history, &input->chosen,
				 err)
		       ? EXIT_USAGE
		       : 0;
}

/* Options of checkers that the user gave. */
static int set_judges(const struct checking *checking, struct input *input,
		      struct error *err)
{
	const struct argument *a = checking->arguments.first;

	for (; a; a = a->next) {
		size_t matched;

		if (options_knows(checking->options, a->name))
			continue;
		if (panel_set(&input->panel, &input->arena, a->name, a->value,
			      &matched, err) != 0)
			return EXIT_USAGE;
		if (matched == 0) {
			error_set(err,
				  "--%s: none of those who judge here has "
				  "such an option",
				  a->name);
			return EXIT_USAGE;
		}
	}
	return 0;
}

/* Without real time everything would look out of order. */
static int check_time(const struct input *input, struct error *err)
{
	static const char *const timed[] = { "linearizable", "regular", "safe",
					     "real-time-causal" };

	for (size_t i = 0; i < sizeof(timed) / sizeof(*timed); i++) {
		if (!input->info.has_real_time &&
		    panel_find(&input->panel, timed[i]))
			return error_set(err,
					 "%s: the format (%s) tells no real "
					 "time, without which nothing can be "
					 "said of \"%s\"",
					 input->name, input->info.format,
					 timed[i]);
	}
	return 0;
}

int input_judge(const struct checking *checking, struct input *input,
		struct error *err)
{
	struct read_options how = { 0 };
	int code;

	if (options_is_given(checking->options, "independent"))
		how.independent = options_bool(checking->options, "independent")
					  ? READ_INDEPENDENT_YES
					  : READ_INDEPENDENT_NO;
	if (store_find(checking->root, input->name, &input->found,
		       &input->arena, err) != 0)
		return EXIT_TROUBLE;
	input->history =
		history_read(input->found.history, &how, &input->info, err);
	if (!input->history)
		return EXIT_TROUBLE;
	code = choose_judges(checking, input, err);
	if (code != 0)
		return code;
	if (check_time(input, err) != 0)
		return EXIT_USAGE;
	panel_add_standing(&input->panel, &input->arena);
	code = set_judges(checking, input, err);
	if (code != 0)
		return code;
	judge_history(input->history, &input->panel, &input->limits,
		      &input->arena, &input->judgement);
	/* What a run's own judges said is kept, another question's answer is
	 * not. */
	if (input->found.run && !checking->names_judges &&
	    !checking->sets_options && checking->limits.timeout_ns == 0 &&
	    results_rewrite(&input->judgement, input->history, input->found.run,
			    err) != 0)
		return EXIT_TROUBLE;
	return 0;
}

void input_release(struct input *input)
{
	history_free(input->history);
	arena_release(&input->arena);
}
