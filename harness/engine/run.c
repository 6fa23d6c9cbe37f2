/* SPDX-License-Identifier: MIT */
/*
 * The story of a run. One function a line of design.md section 5; whatever
 * goes wrong once there is something recorded, it is judged.
 */
#include "harness/engine/run.h"

#include <string.h>

#include "harness/core/clock.h"
#include "harness/engine/run_private.h"
#include "harness/report/json.h"
#include "harness/report/store.h"

/* Written before anything is done, so that `ordeal heal` finds the nodes of a
 * run that died, and again when the store's version is known. */
static int save_config(struct run *run, struct error *err)
{
	const char *text = config_json(run->config, run->version, run->arena);
	const char *path =
		arena_printf(run->arena, "%s/config.json", run->folder);

	return file_write_whole(path, text, strlen(text), err);
}

/* For whoever started this run and wants to know where it is. */
static int tell_folder(const struct run *run, struct error *err)
{
	const char *path = options_text(run->config->options, "run-file");
	const char *line = arena_printf(run->arena, "%s\n", run->folder);

	return path ? file_write_whole(path, line, strlen(line), err) : 0;
}

static int make_folder(struct run *run, struct error *err)
{
	const struct run_config *config = run->config;

	run->root = store_root(options_text(config->options, "store"),
			       run->arena);
	run->folder = store_create(run->root, config->target->name,
				   config->workload->name, run->arena, err);
	if (!run->folder)
		return -1;
	run->result->folder = run->folder;
	if (tell_folder(run, err))
		return -1;
	run->history_path =
		arena_printf(run->arena, "%s/history.jsonl", run->folder);
	console_open_log(run->console, arena_printf(run->arena,
						    "%s/ordeal.log",
						    run->folder));
	console_say(run->console, "%s on %s, seed %llu, %zu clients; %s",
		    config->workload->name, config->target->name,
		    (unsigned long long)config->seed, config->threads,
		    run->folder);
	return save_config(run, err);
}

static int save_schedule(struct run *run, struct error *err)
{
	const char *path =
		arena_printf(run->arena, "%s/schedule.json", run->folder);
	const char *text;

	run->schedule = schedule_make(run->config, run->arena, err);
	if (!run->schedule)
		return -1;
	text = schedule_json(run->schedule, run->config, run->arena);
	return file_write_whole(path, text, strlen(text), err);
}

static int open_nemesis(struct run *run, struct error *err)
{
	const struct run_config *config = run->config;

	if (!run->cluster && !config->target->cut_links)
		return 0;
	run->links = (struct fault_links){
		.store = run->target,
		.names = run->node_names,
		.count = config->node_count,
		.cut = config->target->cut_links,
		.see = config->target->see_links,
	};
	run->nemesis = nemesis_open(config, run->cluster,
				    run->cluster ? NULL : &run->links,
				    run->recorder, err);
	if (!run->nemesis)
		return -1;
	return run->cluster ? nemesis_prepare(run->nemesis, err) : 0;
}

static int open_record(struct run *run, struct error *err)
{
	if (save_config(run, err) || save_schedule(run, err))
		return -1;
	run->start_ns = clock_now_ns();
	run->recorder = recorder_open(run->history_path, run->start_ns, err);
	if (!run->recorder)
		return -1;
	run_open_live(run);
	run_open_spans(run);
	run->processes = arena_array(run->arena, run->config->threads,
				     sizeof(*run->processes));
	phase_processes_init(run->processes, run->config->threads);
	/* From here on there is something to judge, and to heal. */
	if (store_set_latest(run->root, run->folder, err))
		return -1;
	return open_nemesis(run, err);
}

static void close_record(struct run *run)
{
	struct error err;

	if (recorder_close(run->recorder, &err)) {
		console_say(run->console, "recording: %s", err.text);
		run->result->has_failed = true;
	}
	run->recorder = NULL;
	run_finish_live(run);
	run_close_spans(run);
}

int run_carry_out(struct run_config *config, struct console *console,
		  const atomic_bool *stop, struct arena *arena,
		  struct run_result *result, struct error *err)
{
	struct run run = {
		.config = config,
		.console = console,
		.stop = stop,
		.arena = arena,
		.result = result,
		.claim = -1,
	};
	int code;

	*result = (struct run_result){ .kind = VERDICT_UNKNOWN };
	if (make_folder(&run, err) || run_set_up(&run, err) ||
	    open_record(&run, err)) {
		result->has_failed = true;
		if (run.recorder)
			close_record(&run);
		run_tear_down(&run);
		watch_close(run.live);
		export_live_free(run.spans);
		return -1;
	}
	run_phases(&run);
	if (run.cluster)
		run_collect(&run);
	close_record(&run);
	run_tear_down(&run);
	code = run_judge(&run, err);
	watch_close(run.live);
	export_live_free(run.spans);
	return code;
}
