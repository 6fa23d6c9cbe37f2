/* SPDX-License-Identifier: MIT */
/* Find and end what a local cluster runs. */
#include "harness/control/local_node.h"

#include <ctype.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "harness/core/clock.h"

#define KILL_NS (30 * NS_PER_S)

/* Reads a small file of /proc/PID; its size, or -1 when it is gone. */
static ssize_t read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	FILE *file;
	size_t found;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "re");
	if (!file)
		return -1;
	found = fread(text, 1, size - 1, file);
	fclose(file);
	text[found] = '\0';
	return (ssize_t)found;
}

/*
 * How many PID namespaces below ours the process is. unshare is in ours, the
 * shell of a box one below, as its first process. What is deeper belongs to a
 * cluster that somebody has made inside a node or a container: it may have the
 * same name and the same paths.
 */
static bool is_at_our_level(pid_t pid, bool is_shell)
{
	char text[4096];
	const char *line;
	int ours, inner, deeper, count;

	if (read_proc(pid, "status", text, sizeof(text)) < 0)
		return false;
	line = strstr(text, "\nNSpid:");
	if (!line)
		return false;
	count = sscanf(line + 7, "%d%d%d", &ours, &inner, &deeper);
	if (count == 2)
		return inner == 1;
	return count == 1 && !is_shell;
}

/* Is `word` FOLDER/BOX/init (of the box `name`, unless NULL)? */
static bool is_init(const struct local *local, const char *word,
		    const char *name)
{
	size_t length = strlen(local->folder);
	const char *end;

	if (strncmp(word, local->folder, length) != 0 || word[length] != '/')
		return false;
	word += length + 1;
	end = strchr(word, '/');
	if (!end || strcmp(end, "/init") != 0)
		return false;
	return !name || (strlen(name) == (size_t)(end - word) &&
			 strncmp(name, word, strlen(name)) == 0);
}

/* Does the process run the script of a box of this cluster? */
static bool is_of_cluster(const struct local *local, pid_t pid,
			  const char *name, bool *is_shell)
{
	char text[4096];
	ssize_t size = read_proc(pid, "cmdline", text, sizeof(text));

	if (size <= 0)
		return false;
	*is_shell = strcmp(text, "/bin/sh") == 0;
	if (!*is_shell && strcmp(text, "unshare") != 0)
		return false;
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(text + at) + 1) {
		if (is_init(local, text + at, name))
			return is_at_our_level(pid, *is_shell);
	}
	return false;
}

struct pids {
	pid_t *items;
	size_t count, capacity;
};

/* Adds the cluster's processes that are not in the list; kills its shells,
 * and the rest too when `is_hard`. True when there was any. */
static bool sweep(const struct local *local, struct pids *pids, bool is_hard)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (folder && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		bool is_shell;
		size_t i = 0;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    !is_of_cluster(local, pid, NULL, &is_shell))
			continue;
		found = true;
		if (is_shell || is_hard)
			kill(pid, SIGKILL);
		while (i < pids->count && pids->items[i] != pid)
			i++;
		pids->items = array_reserve(pids->items, &pids->capacity,
					    pids->count + 1, sizeof(pid));
		pids->items[i] = pid;
		if (i == pids->count)
			pids->count++;
	}
	if (folder)
		closedir(folder);
	return found;
}

/* A zombie is gone: the kernel has ended all processes of its namespace. */
static bool is_gone(pid_t pid)
{
	char text[512];
	const char *end;

	waitpid(pid, NULL, WNOHANG); /* in case that it is our own child */
	if (read_proc(pid, "stat", text, sizeof(text)) < 0)
		return true;
	end = strrchr(text, ')');
	return !end || end[1] != ' ' || end[2] == 'Z' || end[2] == 'X';
}

int local_node_kill(const struct local *local, struct error *err)
{
	int64_t begin = clock_now_ns();
	struct pids pids = { 0 };
	int result = 0;

	for (;;) {
		/* Without its shell unshare ends by itself, and leaves no
		 * orphan for init to bury. */
		int64_t now = clock_now_ns();
		bool is_left = sweep(local, &pids, now > begin + NS_PER_S);

		for (size_t i = 0; i < pids.count; i++)
			is_left = !is_gone(pids.items[i]) || is_left;
		if (!is_left)
			break;
		if (now > begin + KILL_NS) {
			result = error_set(err,
					   "processes of local cluster %s do "
					   "not end",
					   local->name);
			break;
		}
		clock_sleep_until(now + 5 * NS_PER_MS);
	}
	free(pids.items);
	return result;
}

bool local_box_is_there(const struct local *local, const char *name)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
		bool is_shell;

		found = isdigit((unsigned char)entry->d_name[0]) &&
			is_of_cluster(local, pid, name, &is_shell) && is_shell;
	}
	if (folder)
		closedir(folder);
	return found;
}
