/* SPDX-License-Identifier: MIT */
/*
 * A cell's run: a process of its own, so that nothing that happens in it costs
 * more than this cell.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/engine/campaign_private.h"
#include "harness/engine/cli.h"
#include "harness/report/json.h"
#include "harness/report/text.h"

extern char **environ;

const char *cell_path(const struct campaign *campaign, const struct cell *cell,
		      const char *ending, struct arena *arena)
{
	return arena_printf(arena, "%s/cells/%zu%s", campaign->folder,
			    cell->number, ending);
}

/* %j in the name of the cluster is the place that the run has. */
static int write_config(const struct campaign *campaign,
			const struct cell *cell, size_t slot,
			struct arena *arena, struct error *err)
{
	const char *cluster =
		json_string_value(json_object_get(cell->config, "cluster"));
	const char *mark = cluster ? strstr(cluster, "%j") : NULL;
	json_t *config = json_copy(cell->config);
	int result;

	if (mark)
		json_object_set_new(
			config, "cluster",
			json_text(arena_printf(arena, "%.*s%zu%s",
					       (int)(mark - cluster), cluster,
					       slot, mark + 2)));
	result = json_write_file(config,
				 cell_path(campaign, cell, ".json", arena),
				 err);
	json_decref(config);
	return result;
}

/* Its own process group, so that Ctrl-C comes through us alone; the lock as
 * CELL_LOCK_FD, so that it is held as long as the run goes on. */
static int spawn(const struct campaign *campaign, const char *log,
		 char *const *words, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
					 O_WRONLY | O_CREAT | O_TRUNC, 0666);
	posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO,
					 STDERR_FILENO);
	posix_spawn_file_actions_adddup2(&actions, campaign->lock,
					 CELL_LOCK_FD);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attributes, 0);
	result = posix_spawn(pid, "/proc/self/exe", &actions, &attributes,
			     words, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

static char *word(struct arena *arena, const char *text)
{
	return arena_strdup(arena, text);
}

int cell_start(struct campaign *campaign, struct cell *cell, size_t slot,
	       struct running *running, struct error *err)
{
	struct arena arena = { 0 };
	char *words[] = {
		word(&arena, "ordeal"),
		word(&arena, "campaign"),
		word(&arena, "--cell"),
		word(&arena, cell_path(campaign, cell, ".json", &arena)),
		word(&arena, "--store"),
		word(&arena, campaign->root),
		word(&arena, "--run-file"),
		word(&arena, cell_path(campaign, cell, ".run", &arena)),
		NULL,
	};
	const char *log = cell_path(campaign, cell, ".log", &arena);
	int result = write_config(campaign, cell, slot, &arena, err);

	*running = (struct running){ .cell = cell,
				     .start_ns = clock_now_ns() };
	running->deadline_ns = running->start_ns +
			       options_duration_ns(campaign->options,
						   "cell-timeout");
	unlink(words[7]);
	if (result == 0) {
		errno = spawn(campaign, log, words, &running->pid);
		if (errno)
			result = error_errno(err, "cannot start a run");
	}
	if (result == 0) {
		cell->state = CELL_RUNNING;
		cell->run = NULL;
		cell->reason = NULL;
		cell->exit = -1;
		cell->attempts++;
		clock_utc_text(cell->started, sizeof(cell->started));
	} else {
		running->cell = NULL;
	}
	arena_release(&arena);
	return result;
}

bool cell_look(struct campaign *campaign, struct cell *cell)
{
	struct arena arena = { 0 };
	char line[4096];
	size_t length = strlen(campaign->root);
	FILE *file;

	if (cell->run)
		return false;
	file = fopen(cell_path(campaign, cell, ".run", &arena), "re");
	arena_release(&arena);
	if (!file)
		return false;
	if (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, campaign->root, length) == 0 &&
		    line[length] == '/')
			cell->run = arena_strdup(&campaign->arena,
						 line + length + 1);
	}
	fclose(file);
	return cell->run != NULL;
}

/* The end of what the run said: why it had trouble. */
static const char *last_words(const struct campaign *campaign,
			      const struct cell *cell, struct arena *arena)
{
	const char *path = cell_path(campaign, cell, ".log", arena);
	FILE *file = fopen(path, "re");
	char line[1024];
	const char *last = NULL;

	while (file && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0])
			last = arena_strdup(arena, line);
	}
	if (file)
		fclose(file);
	return last ? text_shown(arena, last, false) : path;
}

/* How many anomalies of each name; figures of stats, those for a table. */
static void take_checker(struct cell *cell, const char *name, json_t *checker)
{
	static const char *const figures[] = { "count", "ok",	"fail",
					       "info",	"rate", "availability",
					       "seconds" };
	json_t *anomaly;
	size_t i;

	json_array_foreach(json_object_get(checker, "anomalies"), i, anomaly) {
		const char *kind =
			json_string_value(json_object_get(anomaly, "name"));
		const json_t *known =
			kind ? json_object_get(cell->anomalies, kind) : NULL;

		if (kind)
			json_object_set_new(
				cell->anomalies, kind,
				json_integer(json_integer_value(known) + 1));
	}
	if (strcmp(name, "stats") != 0)
		return;
	for (i = 0; i < sizeof(figures) / sizeof(*figures); i++) {
		json_t *figure = json_object_get(checker, figures[i]);

		if (figure)
			json_object_set(cell->figures, figures[i], figure);
	}
}

json_t *cell_results(const struct campaign *campaign, const struct cell *cell)
{
	struct arena arena = { 0 };
	struct error err;
	json_t *results = NULL;

	if (cell->run)
		results = json_read_file(
			arena_printf(&arena, "%s/%s/results.json",
				     campaign->root, cell->run),
			&err);
	arena_release(&arena);
	return results;
}

/* -1, and nothing taken, when they say something else than the exit code: a
 * program that crashes may end with any code. */
static int take_results(struct campaign *campaign, struct cell *cell, int code)
{
	json_t *results = cell_results(campaign, cell);
	const json_t *valid = json_object_get(results, "valid");
	json_t *checkers = json_object_get(results, "checkers");
	const char *reason =
		json_string_value(json_object_get(results, "reason"));
	const char *name;
	json_t *checker;

	if (!valid || json_is_true(valid) != (code == EXIT_VALID) ||
	    json_is_false(valid) != (code == EXIT_INVALID)) {
		json_decref(results);
		return -1;
	}
	json_decref(cell->anomalies);
	json_decref(cell->figures);
	cell->anomalies = json_object();
	cell->figures = json_object();
	json_object_foreach(checkers, name, checker) {
		take_checker(cell, name, checker);
	}
	if (reason)
		cell->reason = arena_strdup(&campaign->arena, reason);
	json_decref(results);
	return 0;
}

static void set_trouble(struct campaign *campaign,
			const struct running *running, int status)
{
	struct cell *cell = running->cell;
	struct arena *arena = &campaign->arena;

	cell->state = CELL_TROUBLE;
	if (running->is_late)
		cell->reason = "it took longer than cell-timeout";
	else if (WIFSIGNALED(status))
		cell->reason = arena_printf(arena, "its run died of signal %d "
						   "(%s); it had said: %s",
					    WTERMSIG(status),
					    strsignal(WTERMSIG(status)),
					    last_words(campaign, cell, arena));
	else
		cell->reason = last_words(campaign, cell, arena);
}

void cell_finish(struct campaign *campaign, const struct running *running,
		 int status, bool was_stopped)
{
	struct cell *cell = running->cell;
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	cell->seconds = (double)(clock_now_ns() - running->start_ns) / 1e9;
	cell->exit = code;
	cell_look(campaign, cell);
	/* A violation is one, however short the run was cut. */
	if (code != EXIT_INVALID && was_stopped) {
		cell->state = CELL_INTERRUPTED;
		return;
	}
	if (code < 0 || code > EXIT_UNKNOWN || !cell->run ||
	    (code != EXIT_INVALID && running->is_late) ||
	    take_results(campaign, cell, code)) {
		set_trouble(campaign, running, status);
		return;
	}
	cell->state = CELL_DONE;
	cell->kind = code == EXIT_VALID	  ? VERDICT_VALID :
		     code == EXIT_INVALID ? VERDICT_INVALID :
					    VERDICT_UNKNOWN;
	cell->is_expected = expectation_is_met(&cell->expect, cell->kind,
					       cell->anomalies);
}
