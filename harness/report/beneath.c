/* SPDX-License-Identifier: MIT */
#include "harness/report/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/core/arena.h"

/* Where the first part ends: at a slash or at the end. False when it is not
 * one that names something below. */
static bool take_part(const char *path, char *part, size_t size)
{
	size_t length = strcspn(path, "/");

	if (length == 0 || length >= size ||
	    (path[length] == '/' && path[length + 1] == '\0'))
		return false;
	snprintf(part, size, "%.*s", (int)length, path);
	return strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

/* Closes what was opened on the way; errno stays what it was. */
static int step(int folder, int from, const char *part, int flags)
{
	int fd = openat(from, part,
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | flags);
	int cause = errno;

	if (from != folder)
		close(from);
	errno = cause;
	return fd;
}

static int open_path(int folder, const char *path)
{
	char part[NAME_MAX + 1];
	int fd = folder;

	if (*path == '\0')
		return step(folder, folder, ".", O_DIRECTORY);
	while (fd >= 0) {
		if (!take_part(path, part, sizeof(part))) {
			if (fd != folder)
				close(fd);
			errno = EINVAL;
			return -1;
		}
		path += strlen(part);
		if (*path == '\0')
			return step(folder, fd, part, 0);
		path++;
		fd = step(folder, fd, part, O_DIRECTORY);
	}
	return -1;
}

int beneath_open(int folder, const char *path, struct stat *status)
{
	int fd = open_path(folder, path);

	if (fd < 0)
		return -1;
	if (fstat(fd, status) != 0 ||
	    (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode))) {
		close(fd);
		errno = EACCES;
		return -1;
	}
	return fd;
}

DIR *beneath_opendir(int folder, const char *path)
{
	struct stat status;
	int fd = beneath_open(folder, path, &status);
	DIR *entries = fd >= 0 ? fdopendir(fd) : NULL;

	if (!entries && fd >= 0)
		close(fd);
	return entries;
}

/* json_loadfd asks the kernel for each byte. */
static json_t *load(int fd, size_t size)
{
	char *bytes = heap_alloc(size);
	json_t *json = NULL;
	size_t length = 0;
	ssize_t got;

	while (length < size &&
	       (got = read(fd, bytes + length, size - length)) > 0)
		length += (size_t)got;
	if (length == size)
		json = json_loadb(bytes, size, 0, NULL);
	free(bytes);
	return json;
}

json_t *beneath_json(int folder, const char *path, size_t bytes_max)
{
	struct stat status;
	int fd = beneath_open(folder, path, &status);
	json_t *json = NULL;

	if (fd < 0)
		return NULL;
	if (S_ISREG(status.st_mode) && (size_t)status.st_size <= bytes_max)
		json = load(fd, (size_t)status.st_size);
	close(fd);
	if (json && !json_is_object(json)) {
		json_decref(json);
		return NULL;
	}
	return json;
}
