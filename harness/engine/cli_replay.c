/* SPDX-License-Identifier: MIT */
/* ordeal replay: a run once more, as it was configured. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/arena.h"
#include "harness/engine/cli.h"
#include "harness/report/store.h"

static void print_help(void)
{
	puts("usage: ordeal replay RUN [--OPTION VALUE ...]\n\n"
	     "Runs the configuration of a run again, with its seed: the same "
	     "requests and the\nsame planned faults (schedule.json), on the "
	     "same nodes. How the store interleaves\nthem is its own. Options "
	     "are those of run, and win; passwords must be given again.\n\n"
	     "  ordeal replay latest --time-limit 120s");
}

/* The run's config.json, or NULL with a sentence. */
static const char *find_config(const char *run, struct arena *arena,
			       struct error *err)
{
	struct found found;
	const char *path;

	if (store_find(store_root(NULL, arena), run, &found, arena, err))
		return NULL;
	if (!found.run) {
		error_set(err, "%s is a file; a run's folder is wanted", run);
		return NULL;
	}
	path = arena_printf(arena, "%s/config.json", found.run);
	if (access(path, R_OK)) {
		error_errno(err, "%s", path);
		return NULL;
	}
	return path;
}

int cli_replay(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct error err = { "" };
	const char *path;
	char **arguments;
	int code;

	if (argc < 2 || strcmp(argv[1], "--help") == 0) {
		print_help();
		return argc < 2 ? EXIT_USAGE : EXIT_VALID;
	}
	path = find_config(argv[1], &arena, &err);
	if (!path) {
		fprintf(stderr, "ordeal replay: %s\n", err.text);
		arena_release(&arena);
		return EXIT_TROUBLE;
	}
	arguments = arena_array(&arena, (size_t)argc + 1, sizeof(*arguments));
	for (int i = 0; i < argc; i++)
		arguments[i] = argv[i];
	arguments[1] = arena_strdup(&arena, path);
	code = cli_run(argc, arguments);
	arena_release(&arena);
	return code;
}
