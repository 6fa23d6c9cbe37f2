/* SPDX-License-Identifier: MIT */
/* ordeal show: the summary of a run again, from its results.json; nothing is
 * judged. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/json.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

#define ANOMALIES_SHOWN "3"
#define REASON_POINTS 160
#define LEADERS_SHOWN 20

static const struct option show_options[] = {
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ "anomalies", OPTION_INT, ANOMALIES_SHOWN, "anomalies to show in full",
	  NULL },
	{ 0 },
};

struct showing {
	struct arena *arena;
	bool colour;
	size_t anomalies_max;
	size_t anomalies; /* so far */
};

static void print_help(void)
{
	puts("usage: ordeal show RUN ... [--anomalies N] [--store DIR]\n\n"
	     "Prints what results.json says: verdict, checkers, anomalies; "
	     "and who led the\nstore, as the history tells it. Nothing is "
	     "judged again; `ordeal check` does\nthat.\n");
	options_print(stdout, show_options, 2);
}

/* A member as text that is safe to print; "" where it is none. */
static const char *shown(const struct showing *showing, const json_t *object,
			 const char *name, bool keep_lines)
{
	const json_t *member = json_object_get(object, name);
	const char *text =
		json_is_string(member) ? json_string_value(member) : "";

	return text_shown(showing->arena, text, keep_lines);
}

/* "valid", "invalid", "unknown": whatever is neither is unknown. */
static const char *verdict_of(const json_t *object)
{
	const json_t *valid = json_object_get(object, "valid");

	if (json_is_true(valid))
		return "valid";
	return json_is_false(valid) ? "invalid" : "unknown";
}

static void print_verdict(const struct showing *showing, const char *verdict,
			  int width)
{
	int pad = width - (int)strlen(verdict);
	const char *colour = strcmp(verdict, "valid") == 0     ? "\x1b[1;32m"
			     : strcmp(verdict, "invalid") == 0 ? "\x1b[1;31m"
							       : "\x1b[1;33m";

	printf("%s%s%s%*s", showing->colour ? colour : "", verdict,
	       showing->colour ? "\x1b[0m" : "", pad > 0 ? pad : 0, "");
}

static void print_table(const struct showing *showing, json_t *checkers)
{
	const char *name;
	json_t *checker;

	json_object_foreach(checkers, name, checker)
	{
		printf("  %-14s  ", text_shown(showing->arena, name, false));
		print_verdict(showing, verdict_of(checker), 9);
		printf("%s\n",
		       text_cut(showing->arena,
				shown(showing, checker, "reason", false),
				REASON_POINTS));
	}
}

static void print_indented(const char *text)
{
	while (*text) {
		int length = (int)strcspn(text, "\n");

		printf("    %.*s\n", length, text);
		text += length + (text[length] == '\n');
	}
}

static void print_anomaly(const struct showing *showing, const json_t *anomaly,
			  const char *checker)
{
	const char *story = shown(showing, anomaly, "story", true);
	const json_t *evidence = json_object_get(anomaly, "evidence");
	size_t i;
	json_t *one;

	printf("\n%s%s%s (found by %s)\n", showing->colour ? "\x1b[1m" : "",
	       shown(showing, anomaly, "name", false),
	       showing->colour ? "\x1b[0m" : "",
	       text_shown(showing->arena, checker, false));
	print_indented(shown(showing, anomaly, "text", true));
	if (*story) {
		print_indented(story);
		return;
	}
	json_array_foreach(evidence, i, one)
	{
		json_t *index = json_object_get(one, "index");

		printf("    [%lld] %s\n", (long long)json_integer_value(index),
		       shown(showing, one, "role", false));
	}
}

static void print_anomalies(struct showing *showing, json_t *checkers)
{
	const char *name;
	json_t *checker;

	json_object_foreach(checkers, name, checker)
	{
		json_t *list = json_object_get(checker, "anomalies");
		size_t i;
		json_t *anomaly;

		json_array_foreach(list, i, anomaly)
		{
			if (showing->anomalies++ < showing->anomalies_max)
				print_anomaly(showing, anomaly, name);
		}
	}
	if (showing->anomalies > showing->anomalies_max)
		printf("\n%zu anomalies more; --anomalies N shows more\n",
		       showing->anomalies - showing->anomalies_max);
}

/* "n1", "n1, n2", "nobody"; NULL for what is no such entry. */
static const char *leaders_of(const struct showing *showing,
			      const json_t *entry)
{
	const json_t *value = json_object_get(entry, "value");
	const char *process =
		json_string_value(json_object_get(entry, "process"));
	const char *who = "nobody";
	size_t i;
	json_t *node;

	if (!process || strcmp(process, "nemesis") != 0 ||
	    !json_is_array(value))
		return NULL;
	json_array_foreach(value, i, node)
	{
		const char *name = json_string_value(node);

		who = arena_printf(showing->arena, "%s%s%s", i ? who : "",
				   i ? ", " : "",
				   text_shown(showing->arena,
					      name ? name : "?", false));
	}
	return who;
}

/* Who led, as the history tells it: results.json is of the checkers. */
static void print_leaders(const struct showing *showing, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t capacity = 0;
	size_t count = 0;

	while (file && getline(&line, &capacity, file) > 0) {
		json_t *entry;
		const char *who;

		if (!strstr(line, "\"f\":\"leader\""))
			continue;
		entry = json_loads(line, 0, NULL);
		who = leaders_of(showing, entry);
		if (who && count++ < LEADERS_SHOWN)
			printf("%s%s from %.3f s",
			       count > 1 ? ", " : "\nleader: ", who,
			       json_number_value(
				       json_object_get(entry, "time")) /
				       1e9);
		json_decref(entry);
	}
	if (count > LEADERS_SHOWN)
		printf(", %zu changes more", count - LEADERS_SHOWN);
	if (count > 0)
		puts("");
	free(line);
	if (file)
		fclose(file);
}

static int show_one(const char *root, const char *name, size_t anomalies_max,
		    struct error *err)
{
	struct arena arena = { 0 };
	struct showing showing = { .arena = &arena,
				   .colour = text_colour_wanted(stdout),
				   .anomalies_max = anomalies_max };
	struct found found;
	json_t *json = NULL;
	json_t *checkers;

	if (store_find(root, name, &found, &arena, err) == 0) {
		if (!found.run)
			error_set(err, "%s: not the folder of a run", name);
		else
			json = json_read_file(arena_printf(&arena,
							   "%s/results.json",
							   found.run),
					      err);
	}
	if (!json) {
		arena_release(&arena);
		return -1;
	}
	checkers = json_object_get(json, "checkers");
	print_verdict(&showing, verdict_of(json), 0);
	printf(": %s\n\n", shown(&showing, json, "reason", false));
	print_table(&showing, checkers);
	print_anomalies(&showing, checkers);
	print_leaders(&showing, found.history);
	printf("\nrun: %s\n", text_shown(&arena, found.run, false));
	json_decref(json);
	arena_release(&arena);
	return 0;
}

static int show_all(const struct arguments *arguments, struct arena *arena)
{
	const char *root =
		store_root(arguments_find(arguments, "store"), arena);
	const char *given = arguments_find(arguments, "anomalies");
	int code = EXIT_VALID;
	struct error err;
	int64_t anomalies;

	if (parse_int(given ? given : ANOMALIES_SHOWN, &anomalies, &err) != 0 ||
	    (anomalies < 0 && error_set(&err, "it cannot be negative"))) {
		fprintf(stderr, "ordeal show: --anomalies: %s\n",
			text_shown(arena, err.text, false));
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < arguments->operand_count; i++) {
		if (i > 0)
			puts("");
		if (show_one(root, arguments->operands[i], (size_t)anomalies,
			     &err) == 0)
			continue;
		fprintf(stderr, "ordeal show: %s\n",
			text_shown(arena, err.text, false));
		code = EXIT_TROUBLE;
	}
	return code;
}

int cli_show(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, show_options, false, &arena,
			   &err) != 0) {
		fprintf(stderr, "ordeal show: %s\n",
			text_shown(&arena, err.text, false));
	} else if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
	} else if (arguments.operand_count == 0) {
		fputs("ordeal show: name a run\n", stderr);
	} else {
		code = show_all(&arguments, &arena);
	}
	arena_release(&arena);
	return code;
}
