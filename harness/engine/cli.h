/* SPDX-License-Identifier: MIT */
/* The commands of the program, one function each. */
#ifndef ORDEAL_ENGINE_CLI_H
#define ORDEAL_ENGINE_CLI_H

/* Exit codes of all commands alike. */
enum exit_code {
	EXIT_VALID = 0,
	EXIT_INVALID = 1,
	EXIT_UNKNOWN = 2,
	EXIT_TROUBLE = 3, /* the harness could not do its work */
	EXIT_USAGE = 64,
};

/*
 * Each gets the command's name as argv[0] and its arguments after it, prints,
 * and returns the exit code. It answers --help itself.
 */
#define COMMAND(name) int cli_##name(int argc, char **argv)
COMMAND(run);
COMMAND(campaign);
COMMAND(check);
COMMAND(audit);
COMMAND(report);
COMMAND(show);
COMMAND(diff);
COMMAND(serve);
COMMAND(ops);
COMMAND(profile);
COMMAND(list);
COMMAND(explain);
COMMAND(convert);
COMMAND(export);
COMMAND(replay);
COMMAND(cluster);
COMMAND(doctor);
COMMAND(heal);
#undef COMMAND

#endif
