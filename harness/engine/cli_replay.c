/* SPDX-License-Identifier: MIT */
/* ordeal replay: a run once more, as it was configured. */
#include <stdbool.h>
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
	     "requests and the\nsame planned faults (its schedule.json, unless "
	     "an option plans them anew), on the\nsame nodes. How the store "
	     "interleaves them is its own. Options are those of run,\nand win; "
	     "passwords must be given again.\n\n"
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

/* Does an option change which faults come, or when? */
static bool plans_anew(int argc, char **argv)
{
	static const char *const options[] = { "--plan", "--fault",
					       "--schedule", "--seed",
					       "--time-limit" };

	for (int i = 2; i < argc; i++) {
		for (size_t j = 0; j < sizeof(options) / sizeof(*options); j++)
			if (strncmp(argv[i], options[j], strlen(options[j])) ==
			    0)
				return true;
	}
	return false;
}

/* The arguments of ordeal run: the configuration, its plan, what is given. */
static int replay(int argc, char **argv, const char *config,
		  struct arena *arena)
{
	char **arguments =
		arena_array(arena, (size_t)argc + 3, sizeof(*arguments));
	const char *folder = arena_strndup(
		arena, config, strlen(config) - strlen("config.json"));
	char *plan = arena_printf(arena, "%sschedule.json", folder);
	int count = 0;

	arguments[count++] = argv[0];
	arguments[count++] = arena_strdup(arena, config);
	if (!plans_anew(argc, argv) && access(plan, R_OK) == 0) {
		arguments[count++] = arena_strdup(arena, "--plan");
		arguments[count++] = plan;
	}
	for (int i = 2; i < argc; i++)
		arguments[count++] = argv[i];
	return cli_run(count, arguments);
}

int cli_replay(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct error err = { "" };
	const char *path;
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
	code = replay(argc, argv, path, &arena);
	arena_release(&arena);
	return code;
}
