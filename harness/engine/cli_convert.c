/* SPDX-License-Identifier: MIT */
/* ordeal convert: rewrite a history in another format. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/history_part.h"
#include "harness/core/history_write.h"
#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/json.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

static const char *const formats[] = { "jsonl", "edn", NULL };

static const struct option convert_options[] = {
	{ "to", OPTION_CHOICE, NULL, "the format to write", formats },
	{ "output", OPTION_TEXT, NULL, "the file to write [standard output]",
	  NULL },
	{ "operations", OPTION_LIST, NULL,
	  "only those that were invoked at these indexes, and who wrote what"
	  " they read: the evidence of an anomaly, to be checked alone",
	  NULL },
	{ "independent", OPTION_BOOL, NULL,
	  "each value is a pair [key, value], as in Jepsen's histories", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static int set_options(struct options *options,
		       const struct arguments *arguments, struct arena *arena,
		       struct error *err)
{
	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (options_set(options, arena, a->name, a->value, err) != 0)
			return -1;
	}
	if (arguments->operand_count != 1)
		return error_set(err, "name one history or run");
	if (!options_text(options, "to"))
		return error_set(err, "say --to jsonl|edn or --to edn");
	return 0;
}

static struct history *read_input(const struct options *options,
				  const char *name, struct arena *arena,
				  struct error *err)
{
	const char *root = store_root(options_text(options, "store"), arena);
	struct read_options how = { 0 };
	struct found found;

	if (options_is_given(options, "independent"))
		how.independent = options_bool(options, "independent")
					  ? READ_INDEPENDENT_YES
					  : READ_INDEPENDENT_NO;
	if (store_find(root, name, &found, arena, err) != 0)
		return NULL;
	return history_read(found.history, &how, NULL, err);
}

/* The operation invoked at that index, or HISTORY_NONE. */
static uint32_t find_op(const struct history *history, const char *text)
{
	char *end;
	unsigned long long index;

	errno = 0;
	index = strtoull(text, &end, 10);
	if (errno || *end || end == text)
		return HISTORY_NONE;
	for (size_t i = 0; i < history->op_count; i++) {
		if (history_index(history, history->ops[i].invoke) == index &&
		    op_is_client(&history->ops[i]))
			return (uint32_t)i;
	}
	return HISTORY_NONE;
}

/* The operations asked for, instead of the whole history, which is freed. */
static struct history *take_part(struct history *whole,
				 const struct options *options,
				 struct arena *arena, struct error *err)
{
	const char *const *names = options_list(options, "operations");
	struct history *part = NULL;
	uint32_t *ops;
	size_t count = 0;

	while (names[count])
		count++;
	if (!whole || count == 0)
		return whole;
	ops = arena_array(arena, count, sizeof(*ops));
	for (size_t i = 0; i < count; i++) {
		ops[i] = find_op(whole, names[i]);
		if (ops[i] == HISTORY_NONE) {
			error_set(err, "no operation was invoked at index %s",
				  names[i]);
			history_free(whole);
			return NULL;
		}
	}
	part = history_part(whole, ops, count, err);
	history_free(whole);
	return part;
}

/* Beside its place and then there: it may be what is converted. */
static int write_output(const struct options *options,
			const struct history *history, struct arena *arena,
			struct error *err)
{
	const char *path = options_text(options, "output");
	bool stays = !path || file_stays(path);
	const char *part = stays ? path :
				   arena_printf(arena, "%s.%ld.part", path,
						(long)getpid());
	FILE *out = path ? fopen(part, "we") : stdout;
	int result;

	if (!out)
		return error_errno(err, "%s", path);
	result = options_is(options, "to", "edn")
			 ? history_write_edn(history, out, err)
			 : history_write_jsonl(history, out, err);
	if (path ? fclose(out) : fflush(out)) {
		if (result == 0)
			result = error_errno(err, "%s",
					     path ? path : "standard output");
	}
	if (stays)
		return result;
	if (result == 0 && rename(part, path) != 0)
		result = error_errno(err, "%s", path);
	if (result != 0)
		unlink(part);
	return result;
}

static int convert(const struct arguments *arguments, struct arena *arena,
		   struct error *err)
{
	struct options *options = options_new(arena, convert_options);
	struct history *history;
	int code = EXIT_VALID;

	if (set_options(options, arguments, arena, err) != 0)
		return EXIT_USAGE;
	history = take_part(read_input(options, arguments->operands[0], arena,
				       err),
			    options, arena, err);
	if (!history || write_output(options, history, arena, err) != 0)
		code = EXIT_TROUBLE;
	history_free(history);
	return code;
}

int cli_convert(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, convert_options, false,
			   &arena, &err) == 0) {
		if (arguments.wants_help) {
			puts("usage: ordeal convert FILE|RUN --to jsonl|edn "
			     "[--output FILE] [--operations A,B,...]\n");
			options_print(stdout, convert_options, 2);
			arena_release(&arena);
			return EXIT_VALID;
		}
		code = convert(&arguments, &arena, &err);
	}
	if (code != EXIT_VALID)
		fprintf(stderr, "ordeal convert: %s\n",
			text_shown(&arena, err.text, false));
	arena_release(&arena);
	return code;
}
