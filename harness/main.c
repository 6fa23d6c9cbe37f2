/* SPDX-License-Identifier: MIT */
/* The program: finds the command and hands over. */
#include "harness/core/option.h"
#include "harness/engine/cli.h"
#include "harness/report/version.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct command {
	const char *name;
	const char *summary;
	int (*run)(int argc, char **argv);
};

/* clang-format off */
static const struct command commands[] = {
	{ "run", "run a test and judge it", cli_run },
	{ "campaign", "run a matrix of tests", cli_campaign },
	{ "check", "judge recorded histories", cli_check },
	{ "replay", "run the same schedule again", cli_replay },
	{ "convert", "rewrite a history in another format", cli_convert },
	{ "export", "write a run as spans: OTLP, Zipkin", cli_export },
	{ "explain", "say what an anomaly, a model, a checker means",
	  cli_explain },
	{ "show", "show a run in the terminal", cli_show },
	{ "diff", "compare two runs", cli_diff },
	{ "serve", "browse runs in a web browser", cli_serve },
	{ "ops", "look up operations of a run", cli_ops },
	{ "report", "make a run's report.html", cli_report },
	{ "audit", "has a run's record been tampered with?", cli_audit },
	{ "profile", "what consistency does a history show?", cli_profile },
	{ "list", "targets, workloads, faults, checkers and models", cli_list },
	{ "cluster", "make and use nodes on this machine", cli_cluster },
	{ "doctor", "are these nodes fit?", cli_doctor },
	{ "heal", "undo every fault on every node", cli_heal },
};
/* clang-format on */
#define COMMAND_COUNT (sizeof(commands) / sizeof(*commands))

static void print_help(FILE *out)
{
	fputs("ordeal - does this store keep the promises it makes?\n\n"
	      "usage: ordeal COMMAND [ARGUMENTS]\n\n",
	      out);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name,
			commands[i].summary);
	fputs("\n`ordeal COMMAND --help` tells more. Exit codes: 0 valid, "
	      "1 invalid, 2 unknown,\n3 the harness could not do its work, "
	      "64 wrong usage.\n",
	      out);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name)
{
	const char *names[COMMAND_COUNT + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	near = nearest_name(name, names);
	fprintf(stderr, "ordeal: there is no command \"%s\"", name);
	if (near)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs("\nordeal: `ordeal --help` lists the commands\n", stderr);
	return EXIT_USAGE;
}

/* A reader that has seen enough is no trouble; a full disk is, also when what
 * was lost was written long before, whose cause nobody knows any more. */
static bool is_output_lost(void)
{
	struct pollfd reader = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (fflush(stdout) != 0)
		return errno != EPIPE;
	if (!ferror(stdout))
		return false;
	errno = EIO;
	return poll(&reader, 1, 0) != 1 || !(reader.revents & POLLERR);
}

static int run_command(const char *name, int argc, char **argv)
{
	const struct command *command = find_command(name);
	int code;

	if (!command)
		return unknown_command(name);
	code = command->run(argc, argv);
	if (code == EXIT_VALID && is_output_lost()) {
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
