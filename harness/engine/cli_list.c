/* SPDX-License-Identifier: MIT */
/* ordeal list: what there is, and its options. */
#include <stdio.h>
#include <string.h>

#include "harness/checker.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/fault.h"
#include "harness/registry.h"
#include "harness/report/explain.h"
#include "harness/report/text.h"
#include "harness/target.h"
#include "harness/workload.h"

static const struct option list_options[] = {
	{ "names", OPTION_BOOL, NULL, "names only, one a line", NULL },
	{ 0 },
};

static void print_part(const char *name, const char *summary,
		       const struct option *options, bool names_only)
{
	if (names_only) {
		puts(name);
		return;
	}
	printf("%s\n  %s\n", name, summary);
	options_print(stdout, options, 4);
}

static void list_targets(bool names_only)
{
	const struct target *part;

	for (unsigned i = 0; (part = registry_target_at(i)); i++)
		print_part(part->name, part->summary, part->options,
			   names_only);
}

static void list_workloads(bool names_only)
{
	const struct workload *part;

	for (unsigned i = 0; (part = registry_workload_at(i)); i++) {
		const char *const *checker = part->checkers;

		print_part(part->name, part->summary, part->options,
			   names_only);
		if (names_only || !checker || !*checker)
			continue;
		fputs("    judged by", stdout);
		for (; *checker; checker++)
			printf(" %s", *checker);
		fputc('\n', stdout);
	}
}

static void list_faults(bool names_only)
{
	const struct fault *part;

	for (unsigned i = 0; (part = registry_fault_at(i)); i++) {
		const char *const *target = part->targets;

		print_part(part->name, part->summary, part->options,
			   names_only);
		if (names_only)
			continue;
		if (part->family)
			printf("    family %s\n", part->family);
		else
			puts("    no family: by its name alone");
		if (!target || !*target)
			continue;
		fputs("    targets", stdout);
		for (; *target; target++)
			printf(" %s", *target);
		fputc('\n', stdout);
	}
}

static void list_checkers(bool names_only)
{
	const struct checker *part;

	for (unsigned i = 0; (part = registry_checker_at(i)); i++)
		print_part(part->name, part->summary, part->options,
			   names_only);
}

/* The first line of a text. */
static void print_first_line(const char *text)
{
	printf("  %.*s\n", (int)strcspn(text, "\n"), text);
}

static void list_choices(const struct checker *checker, bool names_only)
{
	const struct option *option = option_find(checker->options, "model");
	const char *const *choice = option ? option->choices : NULL;

	for (; choice && *choice; choice++) {
		const struct explanation *row = explanation_find(*choice);

		if (strcmp(*choice, "auto") == 0)
			continue; /* no model, but a way to find one */
		if (row && row->kind == EXPLAIN_MODEL &&
		    strcmp(row->name, *choice) == 0)
			continue; /* listed with its meaning */
		puts(*choice);
		if (!names_only)
			printf("  a model of %s\n", checker->name);
	}
}

static void list_models(bool names_only)
{
	const struct explanation *row;
	const struct checker *checker;

	for (size_t i = 0; (row = explanation_at(i)); i++) {
		if (row->kind != EXPLAIN_MODEL)
			continue;
		puts(row->name);
		if (!names_only)
			print_first_line(row->meaning);
	}
	for (unsigned i = 0; (checker = registry_checker_at(i)); i++)
		list_choices(checker, names_only);
}

static const struct {
	const char *name;
	void (*print)(bool names_only);
} lists[] = {
	{ "targets", list_targets }, { "workloads", list_workloads },
	{ "faults", list_faults },   { "checkers", list_checkers },
	{ "models", list_models },
};
#define LIST_COUNT (sizeof(lists) / sizeof(*lists))

static int list(const char *name, bool names_only, struct arena *arena)
{
	const char *names[LIST_COUNT + 1] = { NULL };
	const char *near;

	for (size_t i = 0; i < LIST_COUNT; i++) {
		names[i] = lists[i].name;
		if (strcmp(name, lists[i].name) == 0) {
			lists[i].print(names_only);
			return EXIT_VALID;
		}
	}
	near = nearest_name(name, names);
	fprintf(stderr,
		"ordeal list: there is no list \"%s\"%s%s%s; there are "
		"targets, workloads, faults, checkers, models\n",
		text_shown(arena, name, false), near ? "; did you mean \"" : "",
		near ? near : "", near ? "\"?" : "");
	return EXIT_USAGE;
}

static int list_all(const struct arguments *arguments, struct arena *arena)
{
	bool names_only = arguments_find(arguments, "names") != NULL;
	int code = EXIT_VALID;

	if (arguments->operand_count == 0) {
		for (size_t i = 0; i < LIST_COUNT; i++) {
			if (!names_only)
				printf("%s%s:\n\n", i ? "\n" : "",
				       lists[i].name);
			lists[i].print(names_only);
		}
	}
	for (size_t i = 0; code == EXIT_VALID && i < arguments->operand_count;
	     i++)
		code = list(arguments->operands[i], names_only, arena);
	return code;
}

int cli_list(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_VALID;

	if (arguments_read(&arguments, argc, argv, list_options, false, &arena,
			   &err) != 0) {
		fprintf(stderr, "ordeal list: %s\n",
			text_shown(&arena, err.text, false));
		code = EXIT_USAGE;
	} else if (arguments.wants_help) {
		puts("usage: ordeal list [targets|workloads|faults|checkers|"
		     "models ...] [--names]\n");
		options_print(stdout, list_options, 2);
	} else {
		code = list_all(&arguments, &arena);
	}
	arena_release(&arena);
	return code;
}
