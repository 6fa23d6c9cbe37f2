/* SPDX-License-Identifier: MIT */
/* The logs of the store: fetched, scanned; what is found goes into the
 * history, so that judging needs no logs. */
#include <string.h>

#include "harness/engine/log_scan.h"
#include "harness/engine/run_private.h"
#include "harness/report/store.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *local_path(const struct run *run, const struct node *node,
			      const char *remote)
{
	return arena_printf(run->arena, "%s/nodes/%s/%s", run->folder,
			    node_name(node), base_name(remote));
}

/* Fetches all logs of one node; runs in a thread of its own. */
static int step_fetch(struct node *node, void *argument, struct error *err)
{
	const struct run *run = argument;
	const char *const *log = run->config->target->logs;
	struct arena arena = { 0 };
	int result = 0;

	for (; log && *log; log++) {
		const char *path =
			arena_printf(&arena, "%s/nodes/%s/%s", run->folder,
				     node_name(node), base_name(*log));

		if (node_download(node, *log, path, err))
			result = -1;
	}
	arena_release(&arena);
	return result;
}

static void note_finding(struct run *run, const struct log_finding *finding)
{
	struct figure value = figure_group_root();
	struct error err;

	figure_add_text(&value, run->arena, "node", finding->node);
	figure_add_text(&value, run->arena, "file", finding->file);
	figure_add_int(&value, run->arena, "line", (int64_t)finding->line);
	figure_add_text(&value, run->arena, "text", finding->text);
	console_say(run->console, "%s: %s:%llu: %s", finding->node,
		    finding->file, (unsigned long long)finding->line,
		    finding->text);
	if (nemesis_note(run->recorder,
			 run->nemesis && nemesis_excuses_crashes(run->nemesis) ?
				 "log-excused" :
				 "log-finding",
			 &value, NULL, &err))
		console_say(run->console, "%s", err.text);
}

static void note_missing(struct run *run, const char *node, const char *file,
			 const char *cause)
{
	struct figure value = figure_group_root();
	struct error err;

	figure_add_text(&value, run->arena, "node", node);
	figure_add_text(&value, run->arena, "file", file);
	console_say(run->console, "log %s of %s: %s", file, node, cause);
	if (nemesis_note(run->recorder, "log-missing", &value, cause, &err))
		console_say(run->console, "%s", err.text);
}

static void scan_node(struct run *run, struct log_scan *scan,
		      const struct node *node)
{
	const char *const *log = run->config->target->logs;

	for (; log && *log; log++) {
		struct log_findings findings = { 0 };
		struct error err;

		if (log_scan_file(scan, node_name(node),
				  local_path(run, node, *log), run->arena,
				  &findings, &err)) {
			note_missing(run, node_name(node), base_name(*log),
				     err.text);
			continue;
		}
		for (struct log_finding *f = findings.first; f; f = f->next)
			note_finding(run, f);
	}
}

void run_collect(struct run *run)
{
	static const char *const none[] = { NULL };
	const struct target *target = run->config->target;
	struct log_scan *scan;
	struct error err;

	if (!target->logs)
		return;
	console_say(run->console, "collecting logs");
	for (size_t i = 0; i < cluster_count(run->cluster); i++) {
		struct node *node = cluster_node(run->cluster, i);

		if (make_folders(arena_printf(run->arena, "%s/nodes/%s",
					      run->folder, node_name(node)),
				 &err))
			console_say(run->console, "%s", err.text);
	}
	/* A log that is missing here is told when it is scanned. */
	if (cluster_each(run->cluster, NULL, step_fetch, run, &err))
		console_say(run->console, "logs: %s", err.text);
	scan = log_scan_new(target->crash_patterns ? target->crash_patterns :
						     none,
			    &err);
	if (!scan) {
		error_wrap(&err, "crash patterns of %s", target->name);
		run_note_trouble(run, &err);
		return;
	}
	for (size_t i = 0; i < cluster_count(run->cluster); i++)
		scan_node(run, scan, cluster_node(run->cluster, i));
	log_scan_free(scan);
}
