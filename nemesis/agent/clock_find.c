/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/clock_find.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/shell.h"

/* What /proc/PID/stat says. */
struct stat_line {
	char state;
	pid_t parent;
	pid_t session;
	uint64_t start;
};

static bool read_stat(pid_t pid, struct stat_line *stat)
{
	char path[64];
	char text[512];
	const char *rest;
	long parent;
	long session;
	FILE *file;
	bool is_read;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	is_read = fgets(text, sizeof(text), file) != NULL;
	fclose(file);
	/* The name, in brackets, may have brackets of its own. */
	rest = is_read ? strrchr(text, ')') : NULL;
	if (!rest || sscanf(rest + 1,
			    " %c %ld %*d %ld %*d %*d %*u %*u %*u %*u %*u %*u "
			    "%*u %*d %*d %*d %*d %*d %*d %" SCNu64,
			    &stat->state, &parent, &session, &stat->start) != 4)
		return false;
	stat->parent = (pid_t)parent;
	stat->session = (pid_t)session;
	return stat->state != 'Z' && stat->state != 'X';
}

static int64_t age_of(const struct stat_line *stat)
{
	return agent_now_ms() -
	       (int64_t)(stat->start * 1000 / (uint64_t)sysconf(_SC_CLK_TCK));
}

/* Its pid is 0 if it does not run. */
static struct clock_process first_of(const char *folder, const char *name)
{
	struct clock_process first = { .is_first = true };
	char path[256];
	struct stat_line stat;
	uint64_t start;
	long pid;
	FILE *file;
	int got;

	snprintf(path, sizeof(path), "%s/%s.pid", folder, name);
	file = fopen(path, "re");
	if (!file)
		return first;
	got = fscanf(file, "%ld %" SCNu64, &pid, &start);
	fclose(file);
	if (got != 2 || !read_stat((pid_t)pid, &stat) || stat.start != start)
		return first;
	first.pid = (pid_t)pid;
	first.state = stat.state;
	first.age_ms = age_of(&stat);
	return first;
}

void clock_find_all(clock_visitor *visit, void *context)
{
	const struct dirent *entry;
	DIR *folder = opendir("/proc");

	if (!folder)
		return;
	while ((entry = readdir(folder)) != NULL) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && pid != getpid())
			visit(context, pid);
	}
	closedir(folder);
}

struct crowd {
	struct clock_process *found;
	size_t count;
	size_t firsts;
	bool has_grown;
};

static void consider(void *context, pid_t pid)
{
	struct crowd *crowd = context;
	struct stat_line stat;

	if (crowd->count == CLOCK_PROCESSES_MAX || !read_stat(pid, &stat))
		return;
	for (size_t i = 0; i < crowd->count; i++) {
		if (crowd->found[i].pid == pid)
			return;
	}
	for (size_t i = 0; i < crowd->count; i++) {
		struct clock_process *of = &crowd->found[i];

		if (stat.parent != of->pid &&
		    (!of->is_first || stat.session != of->pid))
			continue;
		crowd->found[crowd->count++] = (struct clock_process){
			.pid = pid,
			.daemon = of->daemon,
			.state = stat.state,
			.age_ms = age_of(&stat),
		};
		crowd->has_grown = true;
		return;
	}
}

size_t clock_find(const struct clock_daemons *daemons, bool all,
		  struct clock_process found[CLOCK_PROCESSES_MAX])
{
	struct crowd crowd = { .found = found, .has_grown = all };

	for (size_t i = 0; i < daemons->count; i++) {
		struct clock_process first =
			first_of(daemons->folder, daemons->names[i]);

		first.daemon = i;
		if (first.pid)
			found[crowd.count++] = first;
	}
	while (crowd.count > 0 && crowd.has_grown) {
		crowd.has_grown = false;
		clock_find_all(consider, &crowd);
	}
	return crowd.count;
}
