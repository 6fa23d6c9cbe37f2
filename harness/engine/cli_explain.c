/* SPDX-License-Identifier: MIT */
/* ordeal explain: what the words of a verdict mean. */
#include <stdio.h>
#include <string.h>

#include "harness/checker.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/registry.h"
#include "harness/report/explain.h"
#include "harness/report/text.h"

#define NAMES_MAX 1024

static const struct option explain_options[] = { { 0 } };

static void print_part(const char *title, const char *text)
{
	if (text)
		printf("\n%s\n%s\n", title, text);
}

static void print_explanation(const struct explanation *row)
{
	printf("%s - %s%s%s%s\n\n%s\n", row->name,
	       explanation_kind_name(row->kind), row->also ? " (also: " : "",
	       row->also ? row->also : "", row->also ? ")" : "", row->meaning);
	print_part("Example:", row->example);
	print_part(row->kind == EXPLAIN_MODEL ? "Rules out:" : "Breaks:",
		   row->rules_out);
	print_part("Source:", row->source);
}

static void print_checker(const struct checker *checker)
{
	printf("%s - checker\n\n%s\n", checker->name, checker->summary);
	if (checker->options) {
		puts("\nOptions:");
		options_print(stdout, checker->options, 2);
	}
}

static void list_kind(enum explanation_kind kind, const char *title)
{
	const struct explanation *row;

	printf("%s:\n", title);
	for (size_t i = 0; (row = explanation_at(i)); i++) {
		if (row->kind == kind)
			printf("  %s\n", row->name);
	}
}

static void print_help(void)
{
	const struct checker *checker;

	puts("usage: ordeal explain ANOMALY|MODEL|CHECKER ...\n\n"
	     "Says what it means, with an example and the source.\n");
	list_kind(EXPLAIN_ANOMALY, "anomalies");
	list_kind(EXPLAIN_MODEL, "models");
	puts("checkers:");
	for (unsigned i = 0; (checker = registry_checker_at(i)); i++)
		printf("  %s\n", checker->name);
}

static const char *nearest(const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL };
	const struct explanation *row;
	const struct checker *checker;
	size_t count = 0;

	for (size_t i = 0; count < NAMES_MAX && (row = explanation_at(i)); i++)
		names[count++] = row->name;
	for (unsigned i = 0;
	     count < NAMES_MAX && (checker = registry_checker_at(i)); i++)
		names[count++] = checker->name;
	return nearest_name(name, names);
}

/* Two checkers may use the same word. */
static void print_all(const char *name)
{
	const struct explanation *row;
	bool is_first = true;

	for (size_t i = 0; (row = explanation_at(i)); i++) {
		if (strcmp(row->name, name) != 0)
			continue;
		if (!is_first)
			fputc('\n', stdout);
		print_explanation(row);
		is_first = false;
	}
}

static int explain(const char *name)
{
	const struct explanation *row = explanation_find(name);
	const struct checker *checker = registry_checker(name);
	struct arena arena = { 0 };
	const char *near;

	if (row)
		print_all(row->name);
	if (row && checker)
		fputc('\n', stdout);
	if (checker)
		print_checker(checker);
	if (row || checker)
		return EXIT_VALID;
	near = nearest(name);
	fprintf(stderr, "ordeal explain: nothing is known of \"%s\"",
		text_shown(&arena, name, false));
	if (near)
		fprintf(stderr, "; did you mean \"%s\"?", near);
	fputs("; `ordeal explain --help` lists all words\n", stderr);
	arena_release(&arena);
	return EXIT_USAGE;
}

int cli_explain(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_VALID;

	if (arguments_read(&arguments, argc, argv, explain_options, false,
			   &arena, &err) != 0) {
		fprintf(stderr, "ordeal explain: %s\n",
			text_shown(&arena, err.text, false));
		code = EXIT_USAGE;
	} else if (arguments.wants_help) {
		print_help();
	} else if (arguments.operand_count == 0) {
		print_help();
		code = EXIT_USAGE;
	}
	for (size_t i = 0; code == EXIT_VALID && i < arguments.operand_count;
	     i++) {
		if (i > 0)
			fputs("\n", stdout);
		code = explain(arguments.operands[i]);
	}
	arena_release(&arena);
	return code;
}
