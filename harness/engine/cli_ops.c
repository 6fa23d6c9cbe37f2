/* SPDX-License-Identifier: MIT */
/* ordeal ops: some operations of a history, for quick questions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/results.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

#define TEXT_POINTS 160

static const struct option ops_options[] = {
	{ "key", OPTION_TEXT, NULL, "operations on this key alone", NULL },
	{ "process", OPTION_TEXT, NULL, "of this process (or nemesis) alone",
	  NULL },
	{ "node", OPTION_TEXT, NULL, "of clients of this node alone", NULL },
	{ "f", OPTION_TEXT, NULL, "of this kind alone: read, cas, ...", NULL },
	{ "around", OPTION_INT, NULL, "those around this index", NULL },
	{ "limit", OPTION_INT, "20", "how many", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

/* What is asked. */
struct query {
	const struct history *history;
	struct options *options;
	struct arena *arena;
	size_t limit;
	bool has_process;
	int32_t process;
};

static void print_help(void)
{
	puts("usage: ordeal ops RUN|FILE [--key K] [--process P] "
	     "[--around INDEX] [OPTIONS]\n\n"
	     "Prints operations of a history: index and time of invocation and "
	     "completion,\nwho did what, and what became of it. A process is a "
	     "number or `nemesis`.\n");
	options_print(stdout, ops_options, 2);
}

/* A string is meant by its own text, all else by its JSON. */
static bool is_value(const struct query *query, struct value value,
		     const char *text)
{
	const struct values *values = query->history->values;
	struct arena arena = { 0 };
	bool is_same;

	if (value_kind(values, value) == VALUE_STRING)
		return strcmp(value_as_string(values, value, NULL), text) == 0;
	is_same = strcmp(value_text(values, value, &arena), text) == 0;
	arena_release(&arena);
	return is_same;
}

static bool has_key(const struct query *query, const struct op *op,
		    const char *key)
{
	const struct action *actions = op_actions(query->history, op);

	for (size_t i = 0; i < op->action_count; i++) {
		if (is_value(query, actions[i].key, key))
			return true;
	}
	return false;
}

static bool is_asked(const struct query *query, const struct op *op)
{
	const char *key = options_text(query->options, "key");
	const char *node = options_text(query->options, "node");
	const char *f = options_text(query->options, "f");

	return (!query->has_process || op->process == query->process) &&
	       (!f || strcmp(history_f_name(query->history, op->f), f) == 0) &&
	       (!node || is_value(query, op->node, node)) &&
	       (!key || has_key(query, op, key));
}

static const char *seconds(struct arena *arena, int64_t time_ns)
{
	if (time_ns < 0)
		return "-";
	return arena_printf(arena, "%.6f", (double)time_ns / 1e9);
}

static void print_op(const struct query *query, uint32_t number)
{
	const struct history *history = query->history;
	const struct op *op = &history->ops[number];
	struct arena arena = { 0 };
	const char *text = op_text(history, number, &arena);
	const char *last = "-";

	if (op->complete != HISTORY_NONE)
		last = arena_printf(&arena, "%" PRIu64,
				    history_index(history, op->complete));
	printf("%8" PRIu64 " %8s  %12s %12s  %s\n",
	       history_index(history, op->invoke), last,
	       seconds(&arena, op->invoke_ns), seconds(&arena, op->complete_ns),
	       text_cut(&arena, text_shown(&arena, text, false), TEXT_POINTS));
	arena_release(&arena);
}

/* Where to begin so that half of what is shown comes before the index. */
static size_t first_shown(const struct query *query, const uint32_t *asked,
			  size_t count)
{
	const struct history *history = query->history;
	size_t before = 0;
	uint64_t around;

	if (!options_is_given(query->options, "around") ||
	    count <= query->limit)
		return 0;
	around = (uint64_t)options_int(query->options, "around");
	while (before < count &&
	       history_index(history, history->ops[asked[before]].invoke) <
		       around)
		before++;
	if (before < query->limit / 2)
		return 0;
	before -= query->limit / 2;
	return before + query->limit > count ? count - query->limit : before;
}

static void print_asked(const struct query *query)
{
	const struct history *history = query->history;
	uint32_t *asked = heap_zeroed(history->op_count + 1, sizeof(*asked));
	size_t count = 0;
	size_t first;

	for (uint32_t i = 0; i < history->op_count; i++) {
		if (is_asked(query, &history->ops[i]))
			asked[count++] = i;
	}
	first = first_shown(query, asked, count);
	printf("%8s %8s  %12s %12s\n", "index", "to", "s", "to");
	for (size_t i = first; i < count && i < first + query->limit; i++)
		print_op(query, asked[i]);
	printf("%zu of %zu operations",
	       count - first < query->limit ? count - first : query->limit,
	       count);
	puts(count == history->op_count ? "" : " that fit");
	free(asked);
}

static int take_query(struct query *query, const struct arguments *arguments,
		      struct error *err)
{
	const char *process;
	int64_t number;

	query->options = options_new(query->arena, ops_options);
	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (options_set(query->options, query->arena, a->name, a->value,
				err) != 0)
			return -1;
	}
	number = options_int(query->options, "limit");
	if (number < 1)
		return error_set(err, "--limit: at least 1");
	query->limit = (size_t)number;
	process = options_text(query->options, "process");
	if (!process)
		return 0;
	query->has_process = true;
	query->process = PROCESS_NEMESIS;
	if (strcmp(process, "nemesis") == 0)
		return 0;
	if (parse_int(process, &number, err) != 0 || number < 0 ||
	    number > INT32_MAX)
		return error_set(err, "--process: a number, or nemesis");
	query->process = (int32_t)number;
	return 0;
}

static int print_ops(struct query *query, const char *name, struct error *err)
{
	const char *root =
		store_root(options_text(query->options, "store"), query->arena);
	struct history *history;
	struct found found;

	if (store_find(root, name, &found, query->arena, err) != 0)
		return -1;
	history = history_read(found.history, NULL, NULL, err);
	if (!history)
		return -1;
	query->history = history;
	print_asked(query);
	history_free(history);
	return 0;
}

int cli_ops(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct query query = { .arena = &arena };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, ops_options, false, &arena,
			   &err) != 0)
		goto out;
	if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
		goto out;
	}
	if (arguments.operand_count != 1) {
		error_set(&err, "name one run or history");
		goto out;
	}
	if (take_query(&query, &arguments, &err) != 0)
		goto out;
	code = print_ops(&query, arguments.operands[0], &err) ? EXIT_TROUBLE
							      : EXIT_VALID;
out:
	if (code != EXIT_VALID)
		fprintf(stderr, "ordeal ops: %s\n",
			text_shown(&arena, err.text, false));
	arena_release(&arena);
	return code;
}
