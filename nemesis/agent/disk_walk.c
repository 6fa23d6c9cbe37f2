/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_walk.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OURS ".ordeal-"

static int add(struct walked *list, const char *path)
{
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		char **paths = realloc(list->paths, room * sizeof(*paths));

		if (!paths)
			return -1;
		list->paths = paths;
		list->room = room;
	}
	list->paths[list->count] = strdup(path);
	return list->paths[list->count++] ? 0 : -1;
}

static int look(const char *path, size_t root, const char *pattern,
		struct walked *files, struct walked *folders)
{
	struct stat status;

	/* Another process may have removed it meanwhile. */
	if (lstat(path, &status))
		return 0;
	if (S_ISDIR(status.st_mode))
		return add(folders, path);
	if (!S_ISREG(status.st_mode) || status.st_size == 0 ||
	    fnmatch(pattern, path + root + 1, 0) != 0)
		return 0;
	return add(files, path);
}

static int list(const char *folder, size_t root, const char *pattern,
		struct walked *files, struct walked *folders)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;
	char path[4096];
	int result = 0;

	if (!stream)
		return errno == ENOENT && folder[root] ? 0 : -1;
	while (result == 0 && (entry = readdir(stream))) {
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    strncmp(entry->d_name, OURS, strlen(OURS)) == 0)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", folder,
			     entry->d_name) < (int)sizeof(path))
			result = look(path, root, pattern, files, folders);
	}
	closedir(stream);
	return result;
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

int walk_files(const char *folder, const char *pattern, struct walked *files)
{
	struct walked folders = { 0 };
	int result = add(&folders, folder);

	*files = (struct walked){ 0 };
	for (size_t i = 0; result == 0 && i < folders.count; i++)
		result = list(folders.paths[i], strlen(folder), pattern, files,
			      &folders);
	walk_free(&folders);
	if (files->count > 0)
		qsort(files->paths, files->count, sizeof(*files->paths),
		      by_name);
	return result;
}

void walk_free(struct walked *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct walked){ 0 };
}
