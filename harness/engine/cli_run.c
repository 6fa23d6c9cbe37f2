/* SPDX-License-Identifier: MIT */
/* ordeal run */
#include <stdio.h>
#include <string.h>

#include "harness/engine/cli.h"
#include "harness/engine/run.h"
#include "harness/engine/stop.h"

static void print_options(const struct option *table, const char *part)
{
	for (const struct option *o = table; o && o->name; o++) {
		printf("  --%s%s%-*s %s", part ? part : "", part ? "." : "",
		       (int)(22 - (part ? strlen(part) + 1 : 0)), o->name,
		       o->summary);
		if (o->choices) {
			const char *const *choice = o->choices;

			printf(" (%s", *choice);
			while (*++choice)
				printf("|%s", *choice);
			printf(")");
		}
		if (o->fallback && *o->fallback)
			printf(" [%s]", o->fallback);
		printf("\n");
	}
}

static void print_help(void)
{
	puts("usage: ordeal run [CONFIG.json] --target NAME [--OPTION VALUE "
	     "...]\n\n"
	     "Runs one test and judges it. Exit code: 0 valid, 1 invalid, "
	     "2 unknown,\n3 the harness could not do its work, 64 usage.\n\n"
	     "Options (the same names work in CONFIG.json):");
	print_options(config_options, NULL);
	puts("\nTargets, workloads and faults have options of their own, as "
	     "in --etcd.read\nserializable or, where only one chosen part has "
	     "it, --read serializable:\n'ordeal list targets', 'ordeal list "
	     "workloads', 'ordeal list faults'.\n\n"
	     "  ordeal run --target memory --workload register\n"
	     "  sudo ordeal run --target etcd --local 5 --faults "
	     "partition,kill,pause");
}

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

static int exit_code(const struct run_result *result)
{
	if (result->kind == VERDICT_INVALID)
		return EXIT_INVALID;
	if (!result->was_judged || result->has_failed)
		return EXIT_TROUBLE;
	return result->kind == VERDICT_VALID ? EXIT_VALID : EXIT_UNKNOWN;
}

/* 64 for what the user wrote, 3 for a file that cannot be read. */
static int read_config(int argc, char **argv, struct run_config *config,
		       struct arena *arena, struct error *err)
{
	struct settings from_file = { 0 };
	struct settings from_flags = { 0 };
	const char *path;

	if (settings_read_arguments(&from_flags, arena, argc, argv, &path,
				    err))
		return EXIT_USAGE;
	if (path && settings_read_file(&from_file, arena, path, err))
		return EXIT_TROUBLE;
	if (from_file.last) {
		from_file.last->next = from_flags.first;
		if (from_flags.last)
			from_file.last = from_flags.last;
	} else {
		from_flags.nodes = from_file.nodes;
		from_flags.node_count = from_file.node_count;
		from_file = from_flags;
	}
	return config_make(config, &from_file, arena, err) ? EXIT_USAGE : 0;
}

int cli_run(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct run_config config;
	struct run_result result;
	struct console console;
	struct error err = { "" };
	int code;

	if (wants_help(argc, argv)) {
		print_help();
		return EXIT_VALID;
	}
	code = read_config(argc, argv, &config, &arena, &err);
	if (code) {
		fprintf(stderr, "ordeal run: %s\n", err.text);
		arena_release(&arena);
		return code;
	}
	console_init(&console, stdout);
	if (run_carry_out(&config, &console, stop_on_signals(), &arena,
			  &result, &err)) {
		result.has_failed = true;
		console_close(&console);
		fprintf(stderr, "ordeal run: %s\n", err.text);
	}
	console_close(&console);
	code = exit_code(&result);
	arena_release(&arena);
	return code;
}
