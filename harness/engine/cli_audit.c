/* SPDX-License-Identifier: MIT */
/* ordeal audit: is a run's record what was recorded? */
#include <inttypes.h>
#include <stdio.h>

#include "harness/engine/arguments.h"
#include "harness/engine/cli.h"
#include "harness/report/seal.h"
#include "harness/report/store.h"
#include "harness/report/text.h"

static const struct option audit_options[] = {
	{ "store", OPTION_TEXT, NULL, "where runs are kept", NULL },
	{ 0 },
};

static void print_help(void)
{
	puts("usage: ordeal audit RUN ... [--store DIR]\n\n"
	     "Compares each line of the history with the seal that the run "
	     "left in its\nresults.json. Exit code: 0 as it was, 1 changed, "
	     "2 not sealed. A seal tells\naccidents and edits; who can write "
	     "the folder could seal anew.\n");
	options_print(stdout, audit_options, 2);
}

static int say(const char *run, const struct audit *audit)
{
	uint64_t line = audit->line;

	switch (audit->finding) {
	case AUDIT_INTACT:
		printf("%s: intact: %" PRIu64 " lines, sha256 %s\n", run,
		       audit->found.lines, audit->found.sha256);
		return EXIT_VALID;
	case AUDIT_CHANGED:
		printf("%s: history.jsonl:%" PRIu64 ": this line was changed\n",
		       run, line);
		return EXIT_INVALID;
	case AUDIT_DROPPED:
		printf("%s: history.jsonl:%" PRIu64 ": a line that was here "
		       "is missing\n",
		       run, line);
		return EXIT_INVALID;
	case AUDIT_ADDED:
		printf("%s: history.jsonl:%" PRIu64 ": this line was added\n",
		       run, line);
		return EXIT_INVALID;
	case AUDIT_BROKEN:
		printf("%s: the history or its seal was changed; where cannot "
		       "be told, for history.lines does not fit\n",
		       run);
		return EXIT_INVALID;
	case AUDIT_UNSEALED:
		break;
	}
	printf("%s: not sealed: results.json has no seal\n", run);
	return EXIT_UNKNOWN;
}

static int audit_one(const char *root, const char *name, struct arena *arena)
{
	struct audit audit;
	struct found found;
	struct error err;

	if (store_find(root, name, &found, arena, &err) != 0 ||
	    (!found.run &&
	     error_set(&err, "%s: not the folder of a run", name)) ||
	    audit_run(found.run, &audit, &err) != 0) {
		fprintf(stderr, "ordeal audit: %s\n",
			text_shown(arena, err.text, false));
		return EXIT_TROUBLE;
	}
	return say(text_shown(arena, found.run, false), &audit);
}

static int audit_all(const struct arguments *arguments, struct arena *arena)
{
	const char *root =
		store_root(arguments_find(arguments, "store"), arena);
	int worst = EXIT_VALID;

	for (size_t i = 0; i < arguments->operand_count; i++) {
		int code = audit_one(root, arguments->operands[i], arena);

		if (worst != EXIT_INVALID &&
		    (code > worst || code == EXIT_INVALID))
			worst = code;
	}
	return worst;
}

int cli_audit(int argc, char **argv)
{
	struct arguments arguments;
	struct arena arena = { 0 };
	struct error err;
	int code = EXIT_USAGE;

	if (arguments_read(&arguments, argc, argv, audit_options, false, &arena,
			   &err) != 0) {
		fprintf(stderr, "ordeal audit: %s\n",
			text_shown(&arena, err.text, false));
	} else if (arguments.wants_help) {
		print_help();
		code = EXIT_VALID;
	} else if (arguments.operand_count == 0) {
		fputs("ordeal audit: name a run\n", stderr);
	} else {
		code = audit_all(&arguments, &arena);
	}
	arena_release(&arena);
	return code;
}
