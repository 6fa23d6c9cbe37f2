/* SPDX-License-Identifier: MIT */
/* The command line of a command, taken apart. */
#ifndef ORDEAL_ENGINE_ARGUMENTS_H
#define ORDEAL_ENGINE_ARGUMENTS_H

#include "harness/core/arena.h"
#include "harness/core/error.h"
#include "harness/core/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* A value given for an option, in the order given. */
struct argument {
	const char *name;
	const char *value; /* "true" for a switch */
	struct argument *next;
};

struct arguments {
	const char **operands; /* NULL at the end */
	size_t operand_count;
	struct argument *first;
	struct argument *last;
	bool wants_help;
};

/*
 * --NAME VALUE, --NAME=VALUE, --SWITCH, --no-SWITCH, and operands; all after
 * "--" are operands. Options are those of `table` and, as NAME or
 * CHECKER.NAME, of every registered checker when `with_checkers`. -1 with a
 * sentence, naming the nearest option when there is none of that name. Texts
 * are borrowed from argv, the rest is in the arena.
 */
int arguments_read(struct arguments *arguments, int argc, char **argv,
		   const struct option *table, bool with_checkers,
		   struct arena *arena, struct error *err);

/* The last value given, or NULL. */
const char *arguments_find(const struct arguments *arguments, const char *name);

/* The row of that name in a table, or NULL. */
const struct option *option_find(const struct option *table, const char *name);

/* Prints a table of options for --help. */
void options_print(FILE *out, const struct option *table, int indent);

#endif
