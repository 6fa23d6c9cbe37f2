/* SPDX-License-Identifier: MIT */
#include "harness/control/local_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/control/node.h"
#include "harness/control/node_open.h"
#include "harness/control/program.h"
#include "harness/core/clock.h"

#define STATE_FOLDER "/run/ordeal/clusters"
#define DISK_FOLDER "/var/lib/ordeal/clusters"

int local_shell(const struct local *local, const char *line,
		int64_t deadline_ns, struct error *err)
{
	struct command command = { .deadline_ns = deadline_ns };
	struct arena arena = { 0 };
	struct reply reply;
	char sh[] = "/bin/sh", option[] = "-c";
	char *words[] = { sh, option, arena_strdup(&arena, line), NULL };
	int result = program_run(words, &command, local->lock, -1, &arena,
				 &reply, err);

	if (result == 0 && reply.exit_status != 0)
		result = node_reply_error(&arena, &reply, err);
	arena_release(&arena);
	return result;
}

/* The number in a file that holds nothing else; -1 when there is none. */
static long read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	char text[32] = "";
	char *end;
	long number;

	if (!file)
		return -1;
	if (!fgets(text, sizeof(text), file))
		text[0] = '\0';
	fclose(file);
	number = strtol(text, &end, 10);
	return end == text || *end != '\n' ? -1 : number;
}

static int check_name(const char *name, struct error *err)
{
	size_t size = strlen(name);

	if (size == 0 || size > LOCAL_NAME_SIZE_MAX || name[0] == '-' ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789"
			 "ABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != size)
		return error_set(err,
				 "'%s' cannot be the name of a local cluster: "
				 "letters, digits, - and _, at most %d",
				 name, LOCAL_NAME_SIZE_MAX);
	return 0;
}

int local_open(struct local *local, const char *name, struct arena *arena,
	       struct error *err)
{
	long subnet, count;

	if (check_name(name, err))
		return -1;
	*local = (struct local){ .arena = arena };
	local->name = arena_strdup(arena, name);
	local->folder = arena_printf(arena, STATE_FOLDER "/%s", name);
	local->disk = arena_printf(arena, DISK_FOLDER "/%s", name);
	subnet = read_number(arena_printf(arena, "%s/subnet", local->folder));
	count = read_number(arena_printf(arena, "%s/nodes", local->folder));
	local->subnet = LOCAL_NO_SUBNET;
	if (subnet >= 0 && subnet < 512)
		local->subnet = (int)subnet;
	if (local->subnet >= 0 && count > 0 && count <= LOCAL_NODES_MAX)
		local->count = (size_t)count;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

int local_names(struct arena *arena, const char ***names, size_t *count,
		struct error *err)
{
	DIR *folder = opendir(STATE_FOLDER);
	const char **found = NULL;
	size_t capacity = 0;
	struct dirent *entry;

	*names = NULL;
	*count = 0;
	if (!folder && errno != ENOENT)
		return error_errno(err, "read %s", STATE_FOLDER);
	while (folder && (entry = readdir(folder))) {
		struct error ignored;

		if (check_name(entry->d_name, &ignored))
			continue;
		found = array_reserve(found, &capacity, *count + 1,
				      sizeof(*found));
		found[(*count)++] = arena_strdup(arena, entry->d_name);
	}
	if (folder)
		closedir(folder);
	if (*count > 0) {
		qsort(found, *count, sizeof(*found), by_name);
		*names = arena_copy(arena, found, *count * sizeof(*found));
	}
	free(found);
	return 0;
}

int local_make_folder(struct arena *arena, const char *path, int mode,
		      struct error *err)
{
	char *part = arena_strdup(arena, path);

	for (char *slash = strchr(part + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return error_errno(err, "make the folder %s", part);
		*slash = '/';
	}
	if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
		return error_errno(err, "make the folder %s", part);
	return 0;
}

static int try_lock(int fd, int64_t deadline_ns, struct error *err)
{
	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_errno(err, "lock %s", STATE_FOLDER);
		if (clock_left_ms(deadline_ns) == 0)
			return error_set(err, "another ordeal is making or "
					      "removing a local cluster");
		clock_sleep_until(clock_now_ns() + 20 * NS_PER_MS);
	}
	return 0;
}

int local_lock(int64_t deadline_ns, struct error *err)
{
	struct arena arena = { 0 };
	int result = -1;

	while (result < 0) {
		struct stat there, ours;
		int fd;

		if (local_make_folder(&arena, STATE_FOLDER, 0755, err))
			break;
		fd = open(STATE_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && clock_left_ms(deadline_ns) > 0)
			continue;
		if (fd < 0) {
			error_errno(err, "open %s", STATE_FOLDER);
			break;
		}
		if (try_lock(fd, deadline_ns, err)) {
			close(fd);
			break;
		}
		/* The one before us may have removed it: then what is locked
		 * is a folder that nobody can see. */
		if (stat(STATE_FOLDER, &there) == 0 && fstat(fd, &ours) == 0 &&
		    there.st_ino == ours.st_ino && there.st_dev == ours.st_dev)
			result = fd;
		else
			close(fd);
	}
	arena_release(&arena);
	return result;
}

void local_unlock(int fd)
{
	rmdir(STATE_FOLDER);
	rmdir("/run/ordeal");
	close(fd);
}

int local_write(const char *path, int mode, const char *text, struct error *err)
{
	struct arena arena = { 0 };
	const char *name = arena_printf(&arena, "%s.new", path);
	size_t size = strlen(text);
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		      (mode_t)mode);
	int result = 0;

	if (fd < 0 || write(fd, text, size) != (ssize_t)size ||
	    fchmod(fd, (mode_t)mode) != 0)
		result = error_errno(err, "write %s", name);
	if (fd >= 0 && close(fd) != 0 && result == 0)
		result = error_errno(err, "write %s", name);
	if (result == 0 && rename(name, path) != 0)
		result = error_errno(err, "write %s", path);
	arena_release(&arena);
	return result;
}

/* Mounts are left alone: there are none, and if there were, they would not be
 * ours to empty. */
int local_forget(const struct local *local, struct error *err)
{
	const char *line = arena_printf(
		local->arena,
		"rm -rf --one-file-system -- %s %s && "
		"{ rmdir -p --ignore-fail-on-non-empty %s 2>/dev/null || :; }",
		shell_quote(local->arena, local->disk),
		shell_quote(local->arena, local->folder), DISK_FOLDER);

	if (local_shell(local, line, clock_now_ns() + 60 * NS_PER_S, err))
		return error_wrap(err, "remove the files of local cluster %s",
				  local->name);
	return 0;
}
