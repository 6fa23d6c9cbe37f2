/* SPDX-License-Identifier: MIT */
/* ordeal check: judge recorded histories. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/engine/check_input.h"
#include "harness/engine/cli.h"
#include "harness/registry.h"
#include "harness/report/json.h"
#include "harness/report/results.h"
#include "harness/report/summary.h"
#include "harness/report/text.h"

static const struct option check_options[] = {
	{ "workload", OPTION_TEXT, NULL, "the judges that this workload names",
	  NULL },
	{ "checker", OPTION_LIST, NULL, "who is to judge; may come again",
	  NULL },
	{ "model", OPTION_TEXT, NULL,
	  "what the store promises; see `ordeal list models`", NULL },
	{ "json", OPTION_BOOL, NULL, "print results as JSON", NULL },
	{ "timeout", OPTION_DURATION, NULL,
	  "end the search after this time, undecided", NULL },
	{ "memory", OPTION_SIZE, NULL, "memory that a checker may use [4GiB]",
	  NULL },
	{ "states", OPTION_INT, NULL, "states that a search may visit [200M]",
	  NULL },
	{ "threads", OPTION_INT, NULL, "threads to judge with [all]", NULL },
	{ "independent", OPTION_BOOL, NULL,
	  "each value is a pair [key, value], as in Jepsen's histories", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	OUTPUT_OPTIONS,
	{ 0 },
};

static void print_help(void)
{
	const struct checker *checker;

	puts("usage: ordeal check FILE|RUN ... [--workload NAME | --checker "
	     "NAME ... |\n                    --model NAME] [OPTIONS]\n\n"
	     "Judges recorded histories: ours, Jepsen's history.edn, and "
	     "others', plain or\ncompressed; - is the standard input. A RUN "
	     "(a path, `latest`, or\nTARGET-WORKLOAD for the newest) is "
	     "judged as its config.json says, and its\nresults.json is "
	     "written again. Of several inputs each gets a line\n"
	     "\"PATH<TAB>VERDICT\", and the exit code is the worst: 1 before "
	     "3 before 2.\n");
	options_print(stdout, check_options, 2);
	for (unsigned i = 0; (checker = registry_checker_at(i)); i++) {
		if (!checker->options)
			continue;
		printf("\noptions of %s:\n", checker->name);
		options_print(stdout, checker->options, 2);
	}
}

/* Those options that are ours go where they belong; the others are of
 * checkers and wait for the panel. */
static int take_options(struct checking *checking, struct error *err)
{
	struct options *options = options_new(&checking->arena, check_options);
	const struct argument *a = checking->arguments.first;
	int64_t threads;

	checking->options = options;
	for (; a; a = a->next) {
		if (!options_knows(options, a->name)) {
			checking->sets_options = true;
			continue;
		}
		if (options_set(options, &checking->arena, a->name, a->value,
				err) != 0)
			return -1;
	}
	checking->as_json = options_bool(options, "json");
	checking->has_many = checking->arguments.operand_count > 1;
	checking->names_judges = options_is_given(options, "checker") ||
				 options_is_given(options, "workload") ||
				 options_is_given(options, "model");
	checking->root =
		store_root(options_text(options, "store"), &checking->arena);
	threads = options_int(options, "threads");
	if (!options_is_given(options, "threads"))
		threads = sysconf(_SC_NPROCESSORS_ONLN);
	if (threads < 1 || threads > 4096)
		return error_set(err, "--threads: 1 to 4096 make sense");
	checking->limits = (struct judge_limits){
		.bytes_max = options_size(options, "memory"),
		.states_max = (uint64_t)options_int(options, "states"),
		.timeout_ns = options_duration_ns(options, "timeout"),
		.threads = (unsigned)threads,
	};
	if (checking->arguments.operand_count == 0)
		return error_set(err, "name a history or a run; `ordeal check "
				      "--help` tells more");
	return 0;
}

static int exit_code(const struct judgement *judgement)
{
	if (judgement->kind == VERDICT_INVALID)
		return EXIT_INVALID;
	if (judgement->has_failed)
		return EXIT_TROUBLE;
	return judgement->kind == VERDICT_VALID ? EXIT_VALID : EXIT_UNKNOWN;
}

static void print_json(const struct checking *checking,
		       const struct input *input)
{
	json_t *json = results_json(&input->judgement, input->history);
	char *text;

	if (checking->has_many) {
		json_t *line = json_object();

		json_object_set_new(line, "path", json_text(input->name));
		json_object_set_new(line, "results", json);
		text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
		json = line;
		puts(text ? text : "{}");
	} else {
		text = json_pretty(json);
		fputs(text, stdout);
	}
	free(text);
	json_decref(json);
}

static void print_notes(const struct input *input)
{
	struct arena arena = { 0 };

	if (input->chosen)
		printf("%s\n", text_shown(&arena, input->chosen, false));
	if (input->info.is_torn)
		puts("the last line is torn and was left out: the recording "
		     "was cut off");
	if (!input->info.has_real_time)
		puts("the format tells no real time: what is judged by it "
		     "means little here");
	arena_release(&arena);
}

static void print_verdict(const struct checking *checking, struct input *input)
{
	struct summary_style style = { .colour = text_colour_wanted(stdout) };

	if (checking->as_json) {
		print_json(checking, input);
	} else if (checking->has_many) {
		printf("%s\t%s\n",
		       text_shown(&input->arena, input->name, false),
		       verdict_kind_name(input->judgement.kind));
	} else {
		if (input->found.run)
			style.results =
				arena_printf(&input->arena, "%s/results.json",
					     input->found.run);
		print_notes(input);
		summary_print(stdout, &input->judgement, input->history,
			      &style);
	}
}

/* `error` is NULL when it was judged. */
static void add_output(const struct checking *checking,
		       const struct input *input, const char *error)
{
	const char *path = input->found.history;
	struct output_case judged = {
		.name = input->name,
		.path = path ? path : input->name,
		.judgement = error ? NULL : &input->judgement,
		.history = input->history,
		.error = error,
	};

	outputs_add(checking->outputs, &judged);
}

static int check_input(const struct checking *checking, const char *name)
{
	struct input input = { .name = name, .limits = checking->limits };
	struct error err;
	int code = input_judge(checking, &input, &err);

	if (code == 0) {
		print_verdict(checking, &input);
		add_output(checking, &input, NULL);
		code = exit_code(&input.judgement);
	} else {
		add_output(checking, &input, err.text);
		fprintf(stderr, "ordeal check: %s\n",
			text_shown(&input.arena, err.text, false));
		if (checking->has_many && !checking->as_json)
			printf("%s\terror\n",
			       text_shown(&input.arena, name, false));
	}
	input_release(&input);
	return code;
}

/* A violation that was found is worse than a file that could not be read. */
static int worse_code(int a, int b)
{
	static const int order[] = { EXIT_INVALID, EXIT_USAGE, EXIT_TROUBLE,
				     EXIT_UNKNOWN };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++) {
		if (a == order[i] || b == order[i])
			return order[i];
	}
	return EXIT_VALID;
}

static int check_all(struct checking *checking)
{
	struct output_paths paths = output_paths_of(checking->options);
	struct error err;
	int code = EXIT_VALID;

	checking->outputs = outputs_new(&paths);
	for (size_t i = 0; i < checking->arguments.operand_count; i++)
		code = worse_code(
			code,
			check_input(checking, checking->arguments.operands[i]));
	if (outputs_finish(checking->outputs, &err) != 0) {
		fprintf(stderr, "ordeal check: %s\n",
			text_shown(&checking->arena, err.text, false));
		code = worse_code(code, EXIT_TROUBLE);
	}
	return code;
}

int cli_check(int argc, char **argv)
{
	struct checking checking = { .has_many = false };
	struct error err;
	int code = EXIT_VALID;

	if (arguments_read(&checking.arguments, argc, argv, check_options, true,
			   &checking.arena, &err) != 0) {
		code = EXIT_USAGE;
	} else if (checking.arguments.wants_help) {
		print_help();
	} else if (take_options(&checking, &err) != 0) {
		code = EXIT_USAGE;
	} else {
		code = check_all(&checking);
		arena_release(&checking.arena);
		return code;
	}
	if (code == EXIT_USAGE)
		fprintf(stderr, "ordeal check: %s\n",
			text_shown(&checking.arena, err.text, false));
	arena_release(&checking.arena);
	return code;
}
