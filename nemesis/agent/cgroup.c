/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define ATTEMPTS 50
#define ATTEMPT_MS 100

/* Cut where it does not fit; what is cut is found not to be there. */
__attribute__((format(printf, 2, 3))) static void path_of(char *path,
							  const char *format,
							  ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(path, CGROUP_PATH, format, args);
	va_end(args);
}

__attribute__((format(printf, 2, 3))) static int fail(char *trouble,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(trouble, CGROUP_TROUBLE, format, args);
	va_end(args);
	return -1;
}

static int put(const char *folder, const char *file, const char *text)
{
	char path[CGROUP_PATH];
	int fd;
	ssize_t written;

	path_of(path, "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	written = write(fd, text, strlen(text));
	close(fd);
	return written < 0 ? -1 : 0;
}

static bool has_word(const char *path, const char *wanted)
{
	FILE *file = fopen(path, "re");
	char word[64];
	bool is_there = false;

	while (file && !is_there && fscanf(file, "%63s", word) == 1)
		is_there = strcmp(word, wanted) == 0;
	if (file)
		fclose(file);
	return is_there;
}

static bool has_option(const char *options, const char *wanted)
{
	size_t length = strlen(wanted);

	for (const char *at = options; at; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, wanted, length) == 0 &&
		    (at[length] == ',' || !at[length]))
			return true;
	}
	return false;
}

/* Is the controller in the hierarchy of version 2 that is mounted there? */
static bool is_in_v2(struct cgroup *cgroup, const char *top)
{
	char path[CGROUP_PATH];

	path_of(path, "%s/cgroup.controllers", top);
	cgroup->is_v2 = has_word(path, cgroup->kind);
	return cgroup->is_v2;
}

static bool find_mount(struct cgroup *cgroup)
{
	FILE *file = fopen("/proc/self/mounts", "re");
	char line[1024], top[CGROUP_PATH], type[32], options[400];
	bool is_there = false;

	while (file && !is_there && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*s %399s %31s %399s", top, type, options) !=
		    3)
			continue;
		if (strcmp(type, "cgroup") == 0)
			is_there = has_option(options, cgroup->kind);
		else if (strcmp(type, "cgroup2") == 0)
			is_there = is_in_v2(cgroup, top);
		if (is_there)
			path_of(cgroup->top, "%s", top);
	}
	if (file)
		fclose(file);
	return is_there;
}

static int save(const struct cgroup *cgroup, char *trouble)
{
	FILE *file = fopen(cgroup->record, "we");

	if (!file)
		return fail(trouble, "%s: %s", cgroup->record, strerror(errno));
	fprintf(file, "%s\n%s\n%s\n%d %d %d\n", cgroup->top, cgroup->group,
		cgroup->origin, cgroup->is_v2, cgroup->is_mounted,
		cgroup->is_enabled);
	return fclose(file) ? fail(trouble, "no record can be written") : 0;
}

static int mount_own(struct cgroup *cgroup, char *trouble)
{
	if (mkdir(cgroup->top, 0700) && errno != EEXIST)
		return fail(trouble, "%s: %s", cgroup->top, strerror(errno));
	cgroup->is_mounted = true;
	if (save(cgroup, trouble))
		return -1;
	/* Version 1 would take the controller away from version 2, for good. */
	if (mount("ordeal", cgroup->top, "cgroup2", 0, NULL) == 0) {
		if (is_in_v2(cgroup, cgroup->top))
			return 0;
		umount2(cgroup->top, MNT_DETACH);
	}
	if (mount("ordeal", cgroup->top, "cgroup", 0, cgroup->kind) == 0)
		return 0;
	rmdir(cgroup->top);
	unlink(cgroup->record);
	return fail(trouble,
		    "no control group can be had for %s on this node: none is "
		    "mounted, nor can it be",
		    cgroup->kind);
}

/* The group of a process, as a folder. */
static int origin_of(const struct cgroup *cgroup, pid_t pid, char *origin)
{
	char path[64], line[CGROUP_PATH], controllers[200], group[CGROUP_PATH];
	bool is_there = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/cgroup", (long)pid);
	file = fopen(path, "re");
	while (file && !is_there && fgets(line, sizeof(line), file)) {
		char *first = strchr(line, ':');
		char *second = first ? strchr(first + 1, ':') : NULL;

		if (!second)
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(controllers, sizeof(controllers), "%.*s",
			 (int)(second - first - 1), first + 1);
		path_of(group, "%s", second + 1);
		is_there = cgroup->is_v2 ? !*controllers
					 : has_option(controllers,
						      cgroup->kind);
	}
	if (file)
		fclose(file);
	if (!is_there)
		return -1;
	path_of(origin, "%s%s", cgroup->top, strcmp(group, "/") ? group : "");
	path_of(group, "%s/cgroup.procs", origin);
	return access(group, W_OK);
}

static bool read_path(FILE *file, char *path)
{
	if (!fgets(path, CGROUP_PATH, file))
		return false;
	path[strcspn(path, "\n")] = '\0';
	return *path == '/';
}

int cgroup_load(struct cgroup *cgroup, const char *kind, const char *folder)
{
	int v2 = 0, mounted = 0, enabled = 0;
	bool is_whole;
	FILE *file;

	*cgroup = (struct cgroup){ 0 };
	snprintf(cgroup->kind, sizeof(cgroup->kind), "%s", kind);
	path_of(cgroup->record, "%s/starve.%s", folder, kind);
	file = fopen(cgroup->record, "re");
	if (!file)
		return -1;
	is_whole = read_path(file, cgroup->top) &&
		   read_path(file, cgroup->group) &&
		   read_path(file, cgroup->origin) &&
		   fscanf(file, "%d %d %d", &v2, &mounted, &enabled) == 3;
	fclose(file);
	cgroup->is_v2 = v2 != 0;
	cgroup->is_mounted = mounted != 0;
	cgroup->is_enabled = enabled != 0;
	return is_whole ? 0 : -1;
}

static int make_group(struct cgroup *cgroup, char *trouble)
{
	char path[CGROUP_PATH], word[32];

	if (mkdir(cgroup->group, 0755) && errno != EEXIST)
		return fail(trouble, "no control group can be made in %s: %s",
			    cgroup->top, strerror(errno));
	snprintf(word, sizeof(word), "+%s", cgroup->kind);
	path_of(path, "%s/cgroup.subtree_control", cgroup->top);
	if (cgroup->is_enabled &&
	    put(cgroup->top, "cgroup.subtree_control", word))
		return fail(trouble,
			    "no control group with %s can be made in %s: %s",
			    cgroup->kind, cgroup->top, strerror(errno));
	return 0;
}

int cgroup_begin(struct cgroup *cgroup, const char *kind,
		 const struct clock_daemons *daemons, char *trouble)
{
	static struct clock_process found[CLOCK_PROCESSES_MAX];
	struct utsname name;
	struct stat space;
	char path[CGROUP_PATH];
	bool is_there;

	*cgroup = (struct cgroup){ 0 };
	snprintf(cgroup->kind, sizeof(cgroup->kind), "%s", kind);
	path_of(cgroup->record, "%s/starve.%s", daemons->folder, kind);
	if (clock_find(daemons, false, found) == 0)
		return fail(trouble, "the store does not run");
	if (uname(&name) || stat("/proc/self/ns/net", &space))
		return fail(trouble, "no name for a group: %s",
			    strerror(errno));
	is_there = find_mount(cgroup);
	if (!is_there)
		path_of(cgroup->top, "%s/cgroup.%s", daemons->folder, kind);
	path_of(cgroup->origin, "%s", cgroup->top);
	path_of(cgroup->group, "%s/ordeal-%s-%ju-%s", cgroup->top,
		name.nodename, (uintmax_t)space.st_ino, kind);
	if (!is_there && mount_own(cgroup, trouble))
		return -1;
	path_of(path, "%s/cgroup.subtree_control", cgroup->top);
	cgroup->is_enabled = cgroup->is_v2 && !has_word(path, kind);
	if (origin_of(cgroup, found[0].pid, cgroup->origin)) {
		fail(trouble, "the group that the store is in is out of reach");
	} else if (save(cgroup, trouble) == 0) {
		if (make_group(cgroup, trouble) == 0)
			return 0;
	}
	cgroup_end(cgroup, path);
	return -1;
}

int cgroup_set(const struct cgroup *cgroup, const char *file, const char *text,
	       char *trouble)
{
	if (put(cgroup->group, file, text))
		return fail(trouble, "%s cannot be %s: %s", file, text,
			    strerror(errno));
	return 0;
}

int64_t cgroup_number(const struct cgroup *cgroup, const char *file,
		      const char *word)
{
	char path[CGROUP_PATH], name[64];
	int64_t number = -1, value;
	FILE *stream;

	path_of(path, "%s/%s", cgroup->group, file);
	stream = fopen(path, "re");
	while (stream && fscanf(stream, "%63s %" SCNd64, name, &value) == 2) {
		if (strcmp(name, word) == 0)
			number = value;
	}
	if (stream)
		fclose(stream);
	return number;
}

static int move(const char *folder, pid_t pid)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", (long)pid);
	return put(folder, "cgroup.procs", text) && errno != ESRCH ? -1 : 0;
}

int cgroup_join(const struct cgroup *cgroup)
{
	return move(cgroup->group, getpid());
}

int cgroup_move_in(const struct cgroup *cgroup,
		   const struct clock_daemons *daemons, size_t *moved,
		   char *trouble)
{
	static struct clock_process found[CLOCK_PROCESSES_MAX];
	char origin[CGROUP_PATH];

	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		size_t count = clock_find(daemons, true, found);
		bool is_done = true;

		for (size_t i = 0; i < count; i++) {
			if (origin_of(cgroup, found[i].pid, origin) ||
			    strcmp(origin, cgroup->origin) != 0)
				continue;
			is_done = false;
			if (move(cgroup->group, found[i].pid))
				return fail(trouble,
					    "process %ld cannot be moved: %s",
					    (long)found[i].pid,
					    strerror(errno));
		}
		if (is_done)
			break;
	}
	*moved = cgroup_count(cgroup);
	return *moved ? 0 : fail(trouble, "no process was moved");
}

/* The processes in the group; those of them that were moved, unless `to` is
 * NULL. */
static size_t each_of(const struct cgroup *cgroup, const char *to)
{
	char path[CGROUP_PATH];
	size_t count = 0;
	FILE *file;
	long pid;

	path_of(path, "%s/cgroup.procs", cgroup->group);
	file = fopen(path, "re");
	while (file && fscanf(file, "%ld", &pid) == 1) {
		count++;
		if (to && pid > 0 && move(to, (pid_t)pid))
			move(cgroup->top, (pid_t)pid);
	}
	if (file)
		fclose(file);
	return count;
}

size_t cgroup_count(const struct cgroup *cgroup)
{
	return each_of(cgroup, NULL);
}

/* A process that ends is in the group for a while yet. */
static int remove_group(const struct cgroup *cgroup, char *trouble)
{
	for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
		each_of(cgroup, cgroup->origin);
		if (rmdir(cgroup->group) == 0 || errno == ENOENT)
			return 0;
		poll(NULL, 0, ATTEMPT_MS);
	}
	return fail(trouble, "%s cannot be removed: %s", cgroup->group,
		    strerror(errno));
}

int cgroup_end(const struct cgroup *cgroup, char *trouble)
{
	char word[32];

	if (remove_group(cgroup, trouble))
		return -1;
	snprintf(word, sizeof(word), "-%s", cgroup->kind);
	if (cgroup->is_enabled)
		put(cgroup->top, "cgroup.subtree_control", word);
	if (cgroup->is_mounted) {
		if (umount2(cgroup->top, MNT_DETACH) && errno != EINVAL &&
		    errno != ENOENT)
			return fail(trouble, "%s stays mounted: %s",
				    cgroup->top, strerror(errno));
		rmdir(cgroup->top);
	}
	unlink(cgroup->record);
	return 0;
}
