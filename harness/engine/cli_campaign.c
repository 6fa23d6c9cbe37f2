/* SPDX-License-Identifier: MIT */
/* ordeal campaign: a matrix of runs. */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/engine/arguments.h"
#include "harness/engine/campaign_private.h"
#include "harness/engine/cli.h"
#include "harness/engine/stop.h"
#include "harness/report/text.h"

static void print_help(void)
{
	puts("usage: ordeal campaign CAMPAIGN.json [--resume] [--jobs N] "
	     "[OPTIONS]\n\n"
	     "Runs every combination of the options that CAMPAIGN.json lists, "
	     "each as a run of\nits own, and tells which came as expected. "
	     "After Ctrl-C, a crash or a reboot\n--resume goes on where it "
	     "ended. Exit code: 0 all as expected, 1 a verdict that\nwas not "
	     "expected, 2 unknown or not all were run, 3 trouble, 64 usage. "
	     "The form of\nCAMPAIGN.json: doc/campaign.md, and as examples "
	     "doc/campaign-*.json.\n");
	options_print(stdout, campaign_options, 2);
	puts("\nAll but resume and plan are members of CAMPAIGN.json as "
	     "well.");
}

/* The run of a cell: told to end when the campaign dies, and holding its lock
 * until then, so that a campaign that is resumed waits for it. Programs that
 * the run starts do not hold it. */
static int run_cell(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (fcntl(CELL_LOCK_FD, F_SETFD, FD_CLOEXEC) < 0)
		return EXIT_USAGE;
	return cli_run(argc, argv);
}

static int tell(const struct error *err, int code)
{
	struct arena arena = { 0 };

	fprintf(stderr, "ordeal campaign: %s\n",
		text_shown(&arena, err->text, false));
	arena_release(&arena);
	return code;
}

static int carry_out(struct campaign *campaign, struct error *err)
{
	const atomic_bool *stop = stop_on_signals();
	struct console console;
	int code;

	console_init(&console, stdout);
	if (campaign_open(campaign, stop, &console, err)) {
		console_close(&console);
		return tell(err, EXIT_TROUBLE);
	}
	console_say(&console, "campaign %s, seed %" PRIu64 ", %zu cells; %s",
		    campaign->name, campaign->seed, campaign->cell_count,
		    campaign->folder);
	code = campaign_carry_out(campaign, &console, stop, err) ?
		       tell(err, EXIT_TROUBLE) : campaign->exit;
	console_close(&console);
	campaign_print(campaign, stdout);
	if (campaign_write_outputs(campaign, err)) {
		tell(err, EXIT_TROUBLE);
		code = code == EXIT_INVALID ? code : EXIT_TROUBLE;
	}
	return code;
}

static int plan_and_run(struct campaign *campaign, const char *path,
			struct error *err)
{
	bool is_usage;

	if (campaign_read(campaign, path, &is_usage, err))
		return tell(err, is_usage ? EXIT_USAGE : EXIT_TROUBLE);
	if (options_bool(campaign->options, "resume") &&
	    campaign_find(campaign, err))
		return tell(err, EXIT_USAGE);
	if (campaign_plan(campaign, err))
		return tell(err, EXIT_USAGE);
	if (options_bool(campaign->options, "plan")) {
		campaign_print_plan(campaign, stdout);
		return EXIT_VALID;
	}
	return carry_out(campaign, err);
}

int cli_campaign(int argc, char **argv)
{
	struct campaign campaign = { .lock = -1 };
	struct arguments arguments = { 0 };
	struct error err = { "" };
	int code;

	if (argc > 2 && strcmp(argv[1], "--cell") == 0)
		return run_cell(argc - 1, argv + 1);
	campaign.options = options_new(&campaign.arena, campaign_options);
	code = arguments_read(&arguments, argc, argv, campaign_options, false,
			      &campaign.arena, &err);
	for (const struct argument *a = arguments.first; a && !code;
	     a = a->next)
		code = options_set(campaign.options, &campaign.arena, a->name,
				   a->value, &err);
	if (!code && arguments.wants_help) {
		print_help();
	} else if (!code && arguments.operand_count != 1) {
		error_set(&err, "name one CAMPAIGN.json; `ordeal campaign "
				"--help` tells more");
		code = -1;
	} else if (!code) {
		code = plan_and_run(&campaign, arguments.operands[0], &err);
	}
	if (code < 0)
		code = tell(&err, EXIT_USAGE);
	campaign_release(&campaign);
	return code;
}
