/* SPDX-License-Identifier: MIT */
/* ordeal explain: what the words of a verdict mean, and what parts do. */
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

static void print_options(const struct option *options)
{
	if (options) {
		puts("\nOptions:");
		options_print(stdout, options, 2);
	}
}

static void print_name(const char *name, const char *kind, const char *text)
{
	printf("%s - %s\n\n%s\n", name, kind, text);
}

static void print_fault(const struct fault *fault)
{
	const struct explanation *row = explanation_of_fault(fault->name);

	print_name(fault->name, "fault", row ? row->meaning : fault->summary);
	if (row) {
		print_part("Proven by:", row->example);
		print_part("Healed by:", row->rules_out);
		print_part("Source:", row->source);
	}
	print_options(fault->options);
}

static void print_workload(const struct workload *workload)
{
	const char *const *checker = workload->checkers;

	print_name(workload->name, "workload", workload->summary);
	if (checker && *checker) {
		fputs("\nJudged by:", stdout);
		for (; *checker; checker++)
			printf(" %s", *checker);
		fputc('\n', stdout);
	}
	print_options(workload->options);
}

/* Every part that is called so; how many. */
static int print_parts(const char *name, bool is_first)
{
	const struct checker *checker = registry_checker(name);
	const struct workload *workload = registry_workload(name);
	const struct target *target = registry_target(name);
	const struct fault *fault = registry_fault(name);
	int count = 0;

	if (checker) {
		fputs(is_first ? "" : "\n", stdout);
		print_name(name, "checker", checker->summary);
		print_options(checker->options);
		count++;
	}
	if (workload) {
		fputs(is_first && !count ? "" : "\n", stdout);
		print_workload(workload);
		count++;
	}
	if (fault) {
		fputs(is_first && !count ? "" : "\n", stdout);
		print_fault(fault);
		count++;
	}
	if (target) {
		fputs(is_first && !count ? "" : "\n", stdout);
		print_name(name, "target", target->summary);
		print_options(target->options);
		count++;
	}
	return count;
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

static const char *part_name(unsigned kind, unsigned number)
{
	const struct checker *checker;
	const struct workload *workload;
	const struct target *target;
	const struct fault *fault;

	switch (kind) {
	case 0:
		checker = registry_checker_at(number);
		return checker ? checker->name : NULL;
	case 1:
		workload = registry_workload_at(number);
		return workload ? workload->name : NULL;
	case 2:
		fault = registry_fault_at(number);
		return fault ? fault->name : NULL;
	default:
		target = registry_target_at(number);
		return target ? target->name : NULL;
	}
}

static const char *const part_kinds[] = { "checkers", "workloads", "faults",
					  "targets" };
#define PART_KINDS (sizeof(part_kinds) / sizeof(*part_kinds))

static void print_help(void)
{
	const char *name;

	puts("usage: ordeal explain ANOMALY|MODEL|CHECKER|WORKLOAD|FAULT|"
	     "TARGET ...\n\n"
	     "Says what it means: a word of a verdict with an example and the "
	     "source, a fault\nwith its proof and its cure.\n");
	list_kind(EXPLAIN_ANOMALY, "anomalies");
	list_kind(EXPLAIN_MODEL, "models");
	for (unsigned kind = 0; kind < PART_KINDS; kind++) {
		printf("%s:\n", part_kinds[kind]);
		for (unsigned i = 0; (name = part_name(kind, i)); i++)
			printf("  %s\n", name);
	}
}

static const char *nearest(const char *name)
{
	const char *names[NAMES_MAX + 1] = { NULL };
	const struct explanation *row;
	const char *part;
	size_t count = 0;

	for (size_t i = 0; count < NAMES_MAX && (row = explanation_at(i)); i++)
		names[count++] = row->name;
	for (unsigned kind = 0; kind < PART_KINDS; kind++) {
		for (unsigned i = 0; count < NAMES_MAX &&
				     (part = part_name(kind, i));
		     i++)
			names[count++] = part;
	}
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
	struct arena arena = { 0 };
	const char *near;

	if (row)
		print_all(row->name);
	if (print_parts(name, !row) || row)
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
