/* SPDX-License-Identifier: MIT */
/* The program: finds the command and hands over. */
#include "harness/core/option.h"
#include "harness/engine/cli.h"
#include "harness/report/version.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

struct command {
	const char *name;
	const char *synopsis;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* clang-format off */
static const struct command commands[] = {
	{ "run", "[CONFIG.json] [--target NAME] [--workload NAME] ...",
	  "run a test and judge it", cli_run },
	{ "campaign", "CAMPAIGN.json [--resume] [--jobs N]",
	  "run many tests", cli_campaign },
	{ "check", "FILE|RUN ... [--workload|--checker|--model NAME] ...",
	  "judge recorded histories", cli_check },
	{ "replay", "RUN", "run the same schedule again", cli_replay },
	{ "shrink", "FILE|RUN", "make a failing history small", cli_shrink },
	{ "convert", "FILE --to jsonl|edn", "rewrite a history", cli_convert },
	{ "explain", "ANOMALY|MODEL|CHECKER", "say what a word means",
	  cli_explain },
	{ "show", "RUN", "show a run in the terminal", cli_show },
	{ "ops", "RUN [--key K] ...", "look up operations", cli_ops },
	{ "diff", "RUN RUN", "compare two runs", cli_diff },
	{ "report", "RUN", "make report.html", cli_report },
	{ "serve", "[--port P]", "browse runs in a web browser", cli_serve },
	{ "export", "RUN --otlp|--zipkin URL|FILE", "send operations as spans",
	  cli_export },
	{ "audit", "RUN", "has the record been tampered with?", cli_audit },
	{ "list", "targets|workloads|faults|checkers|models",
	  "what there is, and its options", cli_list },
	{ "cluster", "up|down|status|exec|ssh", "nodes on this machine",
	  cli_cluster },
	{ "doctor", "[--nodes A,B,...]", "are these nodes fit?", cli_doctor },
	{ "heal", "[--nodes A,B,...]", "undo every fault on every node",
	  cli_heal },
};
/* clang-format on */
#define COMMAND_COUNT (sizeof(commands) / sizeof(*commands))

static void print_help(FILE *out)
{
	fputs("ordeal - does this store keep the promises it makes?\n\n"
	      "usage: ordeal COMMAND [ARGUMENTS]\n\n",
	      out);
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (commands[i].run)
			fprintf(out, "  %-9s %s\n", commands[i].name,
				commands[i].summary);
	}
	fputs("\n`ordeal COMMAND --help` tells more. Exit codes: 0 valid, "
	      "1 invalid, 2 unknown,\n3 the harness could not do its work, "
	      "64 wrong usage.\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (commands[i].run && strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[COMMAND_COUNT + 1] = { NULL };
	const char *near;
	size_t count = 0;

	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (commands[i].run)
			names[count++] = commands[i].name;
	}
	near = nearest_name(name, names);
	fprintf(stderr, "ordeal: there is no command \"%s\"", name);
	if (near)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs("\nordeal: `ordeal --help` lists the commands\n", stderr);
	return EXIT_USAGE;
}

static int run_command(const char *name, int argc, char **argv)
{
	const struct command *command = find_command(name);
	int code;

	if (!command)
		return unknown_command(name);
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			printf("usage: ordeal %s %s\n\n", name,
			       command->synopsis);
			break;
		}
	}
	code = command->run(argc, argv);
	if (fflush(stdout) != 0 && code == EXIT_VALID) {
		perror("ordeal: standard output");
		code = EXIT_TROUBLE;
	}
	return code;
}

int main(int argc, char **argv)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };

	/* A node or a reader that goes away is an error, not a death. */
	sigaction(SIGPIPE, &ignore, NULL);
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0 ||
	    strcmp(argv[1], "version") == 0) {
		version_print(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		/* `ordeal help check` is `ordeal check --help`. */
		char help[] = "--help";
		char *args[] = { argc > 2 ? argv[2] : NULL, help, NULL };

		if (argc > 2)
			return run_command(argv[2], 2, args);
		print_help(stdout);
		return 0;
	}
	return run_command(argv[1], argc - 1, argv + 1);
}
