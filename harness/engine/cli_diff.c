/* SPDX-License-Identifier: MIT */
/* ordeal diff: two runs beside each other, from their results and their
 * configurations; nothing is judged. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/diff.h"
#include "harness/report/json.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

static const struct option diff_options[] = {
	{ "all", OPTION_BOOL, NULL, "also what is the same", NULL },
	{ "json", OPTION_BOOL, NULL, "print JSON", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static void print_help(void)
{
	puts("usage: ordeal diff RUN RUN [--all] [--json] [--store DIR]\n\n"
	     "Compares two runs: verdict and reason, what each checker found, "
	     "anomalies,\nfigures, faults, options. What differs is marked "
	     "with *. The exit code is 0\nwhether they differ or not.\n");
	options_print(stdout, diff_options, 2);
}

static bool is_on(const struct arguments *arguments, const char *name)
{
	const char *given = arguments_find(arguments, name);

	return given && strcmp(given, "true") == 0;
}

static int find_side(const char *root, const char *name, const char **run,
		     struct diff_side *side, struct arena *arena,
		     struct error *err)
{
	struct found found;

	if (store_find(root, name, &found, arena, err) != 0)
		return -1;
	if (!found.run)
		return error_set(err, "%s: not the folder of a run", name);
	*run = found.run;
	*side = diff_side_read(found.run);
	if (!side->results && !side->config)
		return error_set(err,
				 "%s: neither results.json nor "
				 "config.json can be read",
				 found.run);
	return 0;
}

static int compare(const struct arguments *arguments, struct arena *arena,
		   struct error *err)
{
	const char *root =
		store_root(arguments_find(arguments, "store"), arena);
	struct diff_style style = { .all = is_on(arguments, "all"),
				    .colour = text_colour_wanted(stdout) };
	struct diff_side a = { 0 }, b = { 0 };
	struct diff diff;
	int result = -1;

	if (find_side(root, arguments->operands[0], &style.a, &a, arena, err) ==
		    0 &&
	    find_side(root, arguments->operands[1], &style.b, &b, arena, err) ==
		    0) {
		diff_make(&diff, &a, &b, arena);
		if (is_on(arguments, "json")) {
			json_t *json = diff_json(&diff, &style);
			char *text = json_pretty(json);

			fputs(text, stdout);
			free(text);
			json_decref(json);
		} else {
			diff_print(stdout, &diff, &style);
		}
		result = 0;
	}
	diff_side_release(&a);
	diff_side_release(&b);
	return result;
}

int cli_diff(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, diff_options, false, &arena,
			   &err) != 0) {
		fprintf(stderr, "ordeal diff: %s\n",
			text_shown(&arena, err.text, false));
	} else if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
	} else if (arguments.operand_count != 2) {
		fputs("ordeal diff: name two runs\n", stderr);
	} else if (compare(&arguments, &arena, &err) != 0) {
		fprintf(stderr, "ordeal diff: %s\n",
			text_shown(&arena, err.text, false));
		code = EXIT_TROUBLE;
	} else {
		code = EXIT_VALID;
	}
	arena_release(&arena);
	return code;
}
