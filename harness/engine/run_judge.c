/* SPDX-License-Identifier: MIT */
/* The end of a run: what was recorded is read back and judged, as `ordeal
 * check` does it later. */
#include <inttypes.h>
#include <unistd.h>

#include "harness/core/reader.h"
#include "harness/engine/run_private.h"
#include "harness/engine/stop.h"
#include "harness/report/export.h"
#include "harness/report/html.h"
#include "harness/report/outputs.h"
#include "harness/report/results.h"
#include "harness/report/summary.h"
#include "harness/report/text.h"

static struct judge_limits limits_of(const struct run_config *config)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return (struct judge_limits){
		.bytes_max = options_size(config->options, "memory"),
		.threads = cores > 0 ? (unsigned)cores : 1,
		.timeout_ns =
			options_duration_ns(config->options, "timeout"),
	};
}

/* What a pipeline asked for. */
static int write_outputs(const struct run *run,
			 const struct judgement *judgement,
			 const struct history *history, struct error *err)
{
	const struct run_config *config = run->config;
	struct output_paths paths = output_paths_of(config->options);
	struct output_case judged = {
		.name = arena_printf(run->arena, "%s-%s", config->target->name,
				     config->workload->name),
		.path = run->history_path,
		.judgement = judgement,
		.history = history,
	};

	return report_outputs(&paths, &judged, err);
}

/* A page less changes nothing about the verdict. */
static void write_report(struct run *run, const struct judgement *judgement,
			 const struct history *history)
{
	const char *config = config_json(run->config, run->version, run->arena);
	struct error err;

	if (report_html_write(judgement, history, run->folder, config, &err))
		console_say(run->console, "report.html: %s", err.text);
}

void run_open_spans(struct run *run)
{
	struct export_to to = export_to_of(run->config->options);
	struct error err = { "" };

	if (!to.otlp && !to.zipkin)
		return;
	export_trace_of(&run->trace, run->folder);
	run->is_traced = true;
	run->epoch_ns = export_epoch_of(run->start_ns);
	run->spans = export_live_start(run->folder, run->history_path,
				       run->epoch_ns, &to, &err);
	if (!run->spans && err.text[0])
		console_say(run->console, "export: %s", err.text);
}

void run_close_spans(struct run *run)
{
	struct export_told told;

	export_live_stop(run->spans, &told);
	if (told.lost > 0)
		console_say(run->console,
			    "export: %" PRIu64 " spans were not taken while "
			    "the run went on (%s); they are sent once more "
			    "at its end",
			    told.lost, told.why.text);
}

/* Nor does a trace that nobody takes. */
static void write_spans(struct run *run, const struct history *history)
{
	struct export_to to = export_to_of(run->config->options);
	uint64_t spans;
	struct error err;

	if ((to.otlp || to.zipkin) &&
	    export_run(run->folder, history, run->epoch_ns, run->spans, &to,
		       &spans, &err))
		console_say(run->console, "export: %s", err.text);
}

int run_judge(struct run *run, struct error *err)
{
	const struct run_config *config = run->config;
	struct judge_limits limits = limits_of(config);
	struct judgement judgement;
	struct history *history;
	struct summary_style style = {
		.colour = text_colour_wanted(run->console->out),
		.results = run->folder,
	};
	int result;

	console_say(run->console, "judging");
	limits.stop = stop_while_judging();
	history = history_read(run->history_path, NULL, NULL, err);
	if (!history)
		return -1;
	judge_history(history, &config->panel, &limits, run->arena,
		      &judgement);
	run->result->kind = judgement.kind;
	run->result->was_judged = true;
	run_compare_live(run, &judgement);
	result = results_write(&judgement, history, run->folder, err);
	write_report(run, &judgement, history);
	write_spans(run, history);
	if (write_outputs(run, &judgement, history, err))
		result = -1;
	summary_print(run->console->out, &judgement, history, &style);
	fflush(run->console->out);
	history_free(history);
	return result;
}
