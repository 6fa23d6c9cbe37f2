/* SPDX-License-Identifier: MIT */
/* ordeal report: judges a run as its configuration says, and writes its page,
 * and pictures where they are wanted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/choose.h"
#include "harness/engine/cli.h"
#include "harness/report/html.h"
#include "harness/report/json.h"
#include "harness/report/picture.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

static const struct option report_options[] = {
	{ "pictures", OPTION_TEXT, NULL,
	  "also plots and anomalies as SVG files, into this folder", NULL },
	{ "png", OPTION_BOOL, NULL,
	  "as PNG, too (needs rsvg-convert: Debian's librsvg2-bin)", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static void print_help(void)
{
	puts("usage: ordeal report RUN ... [--pictures DIR [--png]] "
	     "[--store DIR]\n\n"
	     "Writes report.html into the folder of each run, and prints its "
	     "path: one page\nthat needs nothing else, with verdict, "
	     "anomalies, plots and configuration. The\nrun is judged again as "
	     "its config.json says; its results.json stays as it is.\n");
	options_print(stdout, report_options, 2);
}

/* The file's text, or NULL: a page does without a configuration. */
static const char *config_text(const char *run, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/config.json", run);
	struct error err;
	json_t *json = json_read_file(path, &err);
	const char *text = NULL;
	char *pretty;

	if (!json)
		return NULL;
	pretty = json_pretty(json);
	text = arena_strdup(arena, pretty);
	free(pretty);
	json_decref(json);
	return text;
}

/* What is wanted besides the page. */
struct wanted {
	const char *root;
	const char *pictures; /* a folder, or NULL */
	bool png;
};

static int write_report(const struct wanted *wanted, const char *run,
			const struct history *history, struct arena *arena,
			struct error *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct judge_limits limits = {
		.threads = cores > 0 ? (unsigned)cores : 1,
	};
	struct panel panel = { 0 };
	struct judgement judgement;
	size_t count = 0;

	if (choose_by_config(&panel, arena, run, &limits, err) != 0)
		return -1;
	panel_add_standing(&panel, arena);
	judge_history(history, &panel, &limits, arena, &judgement);
	if (report_html_write(&judgement, history, run, config_text(run, arena),
			      err) != 0)
		return -1;
	printf("%s/report.html\n", text_shown(arena, run, false));
	if (!wanted->pictures)
		return 0;
	if (pictures_write(&judgement, history, report_run_name(run, arena),
			   wanted->pictures, wanted->png, &count, err) != 0)
		return -1;
	printf("%s: %zu picture%s\n",
	       text_shown(arena, wanted->pictures, false), count,
	       count == 1 ? "" : "s");
	return 0;
}

static int report_one(const struct wanted *wanted, const char *name,
		      struct error *err)
{
	struct arena arena = { 0 };
	struct history *history = NULL;
	struct found found;
	int result = -1;

	if (store_find(wanted->root, name, &found, &arena, err) != 0)
		goto out;
	if (!found.run) {
		error_set(err, "%s: not the folder of a run", name);
		goto out;
	}
	history = history_read(found.history, NULL, NULL, err);
	if (!history ||
	    write_report(wanted, found.run, history, &arena, err) != 0)
		goto out;
	result = 0;
out:
	history_free(history);
	arena_release(&arena);
	return result;
}

static int report_all(const struct arguments *arguments, struct arena *arena)
{
	const char *png = arguments_find(arguments, "png");
	const struct wanted wanted = {
		.root = store_root(arguments_find(arguments, "store"), arena),
		.pictures = arguments_find(arguments, "pictures"),
		.png = png && strcmp(png, "true") == 0,
	};
	int code = EXIT_VALID;

	for (size_t i = 0; i < arguments->operand_count; i++) {
		struct error err;

		if (report_one(&wanted, arguments->operands[i], &err) == 0)
			continue;
		fprintf(stderr, "ordeal report: %s\n",
			text_shown(arena, err.text, false));
		code = EXIT_TROUBLE;
	}
	return code;
}

int cli_report(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, report_options, false,
			   &arena, &err) != 0) {
		fprintf(stderr, "ordeal report: %s\n",
			text_shown(&arena, err.text, false));
	} else if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
	} else if (arguments.operand_count == 0) {
		fputs("ordeal report: name a run\n", stderr);
	} else if (arguments.operand_count > 1 &&
		   arguments_find(&arguments, "pictures")) {
		fputs("ordeal report: pictures are of one run at a time\n",
		      stderr);
	} else if (arguments_find(&arguments, "png") &&
		   !arguments_find(&arguments, "pictures")) {
		fputs("ordeal report: --png needs --pictures\n", stderr);
	} else {
		code = report_all(&arguments, &arena);
	}
	arena_release(&arena);
	return code;
}
