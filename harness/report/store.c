/* SPDX-License-Identifier: MIT */
#include "harness/report/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/core/clock.h"

static bool exists(const char *folder, const char *name)
{
	struct arena arena = { 0 };
	bool is_there =
		access(arena_printf(&arena, "%s/%s", folder, name), F_OK) == 0;

	arena_release(&arena);
	return is_there;
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* build/release/ordeal is two below the root of the tree. */
static char *source_tree(void)
{
	char *path = realpath("/proc/self/exe", NULL);
	char *slash;

	while (path && (slash = strrchr(path, '/')) && slash != path) {
		*slash = '\0';
		if (exists(path, "harness/core/history.h") &&
		    exists(path, "Makefile"))
			return path;
	}
	free(path);
	return NULL;
}

const char *store_root(const char *given, struct arena *arena)
{
	char *tree;
	const char *root;

	if (given)
		return arena_strdup(arena, given);
	tree = source_tree();
	if (!tree)
		return "results/runs";
	root = arena_printf(arena, "%s/results/runs", tree);
	free(tree);
	return root;
}

int make_folders(const char *path, struct error *err)
{
	struct arena arena = { 0 };
	char *part = arena_strdup(&arena, path);
	int result = 0;

	for (char *c = part; result == 0 && *c; c++) {
		if (c[1] != '/' && c[1] != '\0')
			continue;
		c[1] = '\0';
		if (mkdir(part, 0777) != 0 && errno != EEXIST)
			result = error_errno(err, "%s", part);
		c[1] = path[c + 1 - part];
	}
	if (result == 0 && !is_folder(path))
		result = error_set(err, "%s: not a folder", path);
	arena_release(&arena);
	return result;
}

/* A name as one part of a path: no slashes, not hidden, not "..". */
const char *store_part(struct arena *arena, const char *name)
{
	static const char fit[] = "abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char *part = arena_strdup(arena, *name ? name : "_");

	for (char *c = part; *c; c++) {
		if (!strchr(fit, *c) || (c == part && *c == '.'))
			*c = '_';
	}
	if (strlen(part) > 100)
		part[100] = '\0';
	return part;
}

const char *store_create(const char *root, const char *target,
			 const char *workload, struct arena *arena,
			 struct error *err)
{
	return store_create_below(
		arena_printf(arena, "%s/%s-%s", root, store_part(arena, target),
			     store_part(arena, workload)),
		arena, err);
}

const char *store_create_below(const char *folder, struct arena *arena,
			       struct error *err)
{
	char utc[32];

	if (make_folders(folder, err) != 0)
		return NULL;
	/* Another run of the same millisecond: wait for the next one. */
	for (int tries = 0; tries < 1000; tries++) {
		const char *run;

		clock_utc_text(utc, sizeof(utc));
		run = arena_printf(arena, "%s/%s", folder, utc);
		if (mkdir(run, 0777) == 0)
			return run;
		if (errno != EEXIST) {
			error_errno(err, "%s", run);
			return NULL;
		}
		clock_sleep_until(clock_now_ns() + NS_PER_MS);
	}
	error_set(err, "%s: no free name for a run", folder);
	return NULL;
}

int store_set_latest(const char *root, const char *run, struct error *err)
{
	struct arena arena = { 0 };
	const char *latest = arena_printf(&arena, "%s/latest", root);
	const char *part =
		arena_printf(&arena, "%s/.latest.%ld", root, (long)getpid());
	size_t length = strlen(root);
	const char *to = run;
	int result = 0;

	/* Relative, so that the store can be moved. */
	if (strncmp(run, root, length) == 0 && run[length] == '/')
		to = run + length + 1;
	unlink(part);
	if (symlink(to, part) != 0 || rename(part, latest) != 0) {
		result = error_errno(err, "%s", latest);
		unlink(part);
	}
	arena_release(&arena);
	return result;
}

static const char *find_history(const char *run, struct arena *arena)
{
	static const char *const names[] = {
		"history.jsonl", "history.jsonl.zst", "history.jsonl.gz",
		"history.edn",	 "history.edn.zst",   "history.edn.gz",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (exists(run, names[i]))
			return arena_printf(arena, "%s/%s", run, names[i]);
	}
	return NULL;
}

bool store_is_run(const char *path)
{
	struct arena arena = { 0 };
	bool is_run = find_history(path, &arena) != NULL;

	arena_release(&arena);
	return is_run;
}

/* The newest run in a folder of runs: their names sort by time. */
static const char *find_newest(const char *folder, struct arena *arena)
{
	DIR *entries = opendir(folder);
	const char *newest = NULL;
	struct dirent *entry;

	while (entries && (entry = readdir(entries))) {
		const char *run =
			arena_printf(arena, "%s/%s", folder, entry->d_name);

		if (entry->d_name[0] == '.' || !store_is_run(run))
			continue;
		if (!newest || strcmp(run, newest) > 0)
			newest = run;
	}
	if (entries)
		closedir(entries);
	return newest;
}

/* `path` as a run or a folder of runs. */
static bool find_run(const char *path, struct found *found, struct arena *arena)
{
	const char *run = path;

	if (!is_folder(path))
		return false;
	found->history = find_history(run, arena);
	if (!found->history) {
		run = find_newest(path, arena);
		if (!run)
			return false;
		found->history = find_history(run, arena);
	}
	found->run = arena_strdup(arena, run);
	return true;
}

int store_find(const char *root, const char *what, struct found *found,
	       struct arena *arena, struct error *err)
{
	const char *below = arena_printf(arena, "%s/%s", root, what);

	*found = (struct found){ 0 };
	if (strcmp(what, "-") == 0 ||
	    (access(what, F_OK) == 0 && !is_folder(what))) {
		found->history = arena_strdup(arena, what);
		return 0;
	}
	if (find_run(what, found, arena) || find_run(below, found, arena))
		return 0;
	if (is_folder(what))
		return error_set(err, "%s: holds no history.jsonl", what);
	if (strcmp(what, "latest") == 0)
		return error_set(err, "there is no run in %s yet", root);
	return error_set(err, "%s: no such file, and no such run in %s", what,
			 root);
}
