/* SPDX-License-Identifier: MIT */
/* ordeal export: a run's operations and faults as spans. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/core/reader.h"
#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/export.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

#define BATCH_MAX 100000

static const struct option export_options[] = {
	EXPORT_OPTIONS,
	{ "batch", OPTION_INT, "1000", "spans in a request", NULL },
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static void print_help(void)
{
	puts("usage: ordeal export RUN|FILE [--otlp URL|FILE] [--zipkin "
	     "URL|FILE] [--batch N]\n\n"
	     "Writes a run as a trace: a span for the run, its phases, its "
	     "faults and each\noperation, with what history.jsonl says of it "
	     "as attributes (ordeal.index, ...)\nand the anomaly it proves. A "
	     "URL without a path gets the usual one. `ordeal run\n--otlp URL` "
	     "does the same when a run has ended.\n");
	options_print(stdout, export_options, 2);
	puts("\n  ordeal export latest --otlp http://localhost:4318\n"
	     "  ordeal export latest --zipkin http://localhost:9411");
}

/* The trace is named by the folder itself, not by `latest`. */
static int export_found(const struct found *found, const struct export_to *to,
			struct error *err)
{
	const char *where = found->run ? found->run : found->history;
	struct history *history = history_read(found->history, NULL, NULL, err);
	char *folder = realpath(where, NULL);
	uint64_t spans = 0;
	int result = -1;

	if (history && !folder)
		error_errno(err, "%s", where);
	else if (history)
		result = export_run(folder, history,
				    export_epoch_ns(folder, history), NULL, to,
				    &spans, err);
	if (result == 0)
		printf("%" PRIu64 " spans%s%s%s%s\n", spans,
		       to->otlp ? " to " : "", to->otlp ? to->otlp : "",
		       to->zipkin ? " to " : "", to->zipkin ? to->zipkin : "");
	free(folder);
	history_free(history);
	return result;
}

/* 0, EXIT_USAGE or EXIT_TROUBLE; the sentence is in `err`. */
static int carry_out(const struct arguments *arguments, struct arena *arena,
		     struct error *err)
{
	struct options *options = options_new(arena, export_options);
	struct export_to to;
	struct found found;
	int64_t batch;

	for (const struct argument *a = arguments->first; a; a = a->next) {
		if (options_set(options, arena, a->name, a->value, err))
			return EXIT_USAGE;
	}
	to = export_to_of(options);
	batch = options_int(options, "batch");
	if (arguments->operand_count != 1 || (!to.otlp && !to.zipkin)) {
		error_set(err, "name a run, and --otlp or --zipkin");
		return EXIT_USAGE;
	}
	if (batch < 1 || batch > BATCH_MAX) {
		error_set(err, "--batch: 1 to %d make sense", BATCH_MAX);
		return EXIT_USAGE;
	}
	to.batch = (size_t)batch;
	if (store_find(store_root(options_text(options, "store"), arena),
		       arguments->operands[0], &found, arena, err) ||
	    export_found(&found, &to, err))
		return EXIT_TROUBLE;
	return EXIT_VALID;
}

int cli_export(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, export_options, false,
			   &arena, &err) == 0) {
		if (arguments.wants_help) {
			print_help();
			arena_release(&arena);
			return EXIT_VALID;
		}
		code = carry_out(&arguments, &arena, &err);
	}
	if (code != EXIT_VALID)
		fprintf(stderr, "ordeal export: %s\n",
			text_shown(&arena, err.text, false));
	arena_release(&arena);
	return code;
}
