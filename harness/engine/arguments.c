/* SPDX-License-Identifier: MIT */
#include "harness/engine/arguments.h"

#include <string.h>

#include "harness/checker.h"
#include "harness/registry.h"

#define NAMES_MAX 512

/* What is understood. */
struct grammar {
	const struct option *table;
	bool with_checkers;
};

const struct option *option_find(const struct option *table, const char *name)
{
	for (; table && table->name; table++) {
		if (strcmp(table->name, name) == 0)
			return table;
	}
	return NULL;
}

static const struct option *find(const struct grammar *grammar,
				 const char *name)
{
	const struct option *option = option_find(grammar->table, name);
	const char *dot = strchr(name, '.');
	const struct checker *checker;

	for (unsigned i = 0; !option && grammar->with_checkers &&
			     (checker = registry_checker_at(i));
	     i++) {
		size_t length = strlen(checker->name);

		if (!dot)
			option = option_find(checker->options, name);
		else if (strncmp(name, checker->name, length) == 0 &&
			 name[length] == '.')
			option = option_find(checker->options, dot + 1);
	}
	return option;
}

static int no_such_option(const struct grammar *grammar, const char *name,
			  struct error *err)
{
	const char *names[NAMES_MAX + 1] = { "help" };
	const struct checker *checker;
	const char *near;
	size_t count = 1;

	for (const struct option *o = grammar->table; o && o->name; o++)
		names[count++] = o->name;
	for (unsigned i = 0;
	     grammar->with_checkers && (checker = registry_checker_at(i));
	     i++) {
		const struct option *o = checker->options;

		for (; o && o->name && count < NAMES_MAX; o++)
			names[count++] = o->name;
	}
	near = nearest_name(name, names);
	return error_set(err, "there is no option --%s%s%s%s", name,
			 near ? "; did you mean --" : "", near ? near : "",
			 near ? "?" : "");
}

static void add(struct arguments *arguments, struct arena *arena,
		const char *name, const char *value)
{
	struct argument *argument = arena_alloc(arena, sizeof(*argument));

	argument->name = name;
	argument->value = value;
	if (arguments->last)
		arguments->last->next = argument;
	else
		arguments->first = argument;
	arguments->last = argument;
}

/* One option; *used is set when `next` was its value. */
static int read_option(struct arguments *arguments,
		       const struct grammar *grammar, const char *text,
		       const char *next, bool *used, struct arena *arena,
		       struct error *err)
{
	size_t length = strcspn(text, "=");
	const char *name = arena_strndup(arena, text, length);
	const char *value = text[length] == '=' ? text + length + 1 : NULL;
	const struct option *option = find(grammar, name);

	if (!option && strncmp(name, "no-", 3) == 0) {
		option = find(grammar, name + 3);
		if (option && option->kind == OPTION_BOOL && !value) {
			add(arguments, arena, name + 3, "false");
			return 0;
		}
		option = NULL;
	}
	if (!option)
		return no_such_option(grammar, name, err);
	if (!value && option->kind == OPTION_BOOL) {
		value = "true";
	} else if (!value) {
		if (!next)
			return error_set(err, "--%s: a value is missing", name);
		value = next;
		*used = true;
	}
	add(arguments, arena, name, value);
	return 0;
}

int arguments_read(struct arguments *arguments, int argc, char **argv,
		   const struct option *table, bool with_checkers,
		   struct arena *arena, struct error *err)
{
	struct grammar grammar = { table, with_checkers };
	bool is_over = false;

	*arguments = (struct arguments){
		.operands =
			arena_array(arena, (size_t)argc + 1, sizeof(char *)),
	};
	for (int i = 1; i < argc; i++) {
		const char *text = argv[i];
		bool used = false;

		if (is_over || text[0] != '-' || text[1] == '\0') {
			arguments->operands[arguments->operand_count++] = text;
		} else if (strcmp(text, "--") == 0) {
			is_over = true;
		} else if (strcmp(text, "--help") == 0 ||
			   strcmp(text, "-h") == 0) {
			arguments->wants_help = true;
			return 0;
		} else if (text[1] != '-') {
			return no_such_option(&grammar, text + 1, err);
		} else if (read_option(arguments, &grammar, text + 2,
				       i + 1 < argc ? argv[i + 1] : NULL, &used,
				       arena, err) != 0) {
			return -1;
		}
		i += used;
	}
	return 0;
}

const char *arguments_find(const struct arguments *arguments, const char *name)
{
	const char *value = NULL;

	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (strcmp(a->name, name) == 0)
			value = a->value;
	}
	return value;
}

static const char *value_word(const struct option *option)
{
	switch (option->kind) {
	case OPTION_BOOL:
		return "";
	case OPTION_DURATION:
		return " DURATION";
	case OPTION_SIZE:
		return " SIZE";
	case OPTION_INT:
	case OPTION_REAL:
		return " NUMBER";
	case OPTION_LIST:
	case OPTION_SETS:
		return " A,B,...";
	case OPTION_CHOICE:
		return " NAME";
	case OPTION_NONE:
	case OPTION_TEXT:
		break;
	}
	return " TEXT";
}

/* What it means, what it takes, what it is without being given. */
static const char *description(const struct option *option, struct arena *arena)
{
	const char *const *choice = option->choices;
	const char *text = option->summary;

	for (size_t i = 0; choice && choice[i]; i++)
		text = arena_printf(arena, "%s%s%s", text, i ? ", " : " (",
				    choice[i]);
	if (choice)
		text = arena_printf(arena, "%s)", text);
	if (option->fallback && *option->fallback &&
	    option->kind != OPTION_BOOL)
		text = arena_printf(arena, "%s [%s]", text, option->fallback);
	return text;
}

/* Words from column `left` on, at most 79 wide; the cursor stands there. */
static void print_wrapped(FILE *out, const char *text, int left)
{
	int column = left;

	while (*text) {
		int word = (int)strcspn(text, " ");

		if (column > left && column + 1 + word > 79) {
			fprintf(out, "\n%*s", left, "");
			column = left;
		}
		fprintf(out, "%s%.*s", column > left ? " " : "", word, text);
		column += word + (column > left);
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void options_print(FILE *out, const struct option *table, int indent)
{
	struct arena arena = { 0 };

	for (const struct option *o = table; o && o->name; o++) {
		const char *head =
			arena_printf(&arena, "--%s%s", o->name, value_word(o));

		fprintf(out, "%*s%-24s ", indent, "", head);
		if (strlen(head) > 24)
			fprintf(out, "\n%*s", indent + 25, "");
		print_wrapped(out, description(o, &arena), indent + 25);
	}
	arena_release(&arena);
}
