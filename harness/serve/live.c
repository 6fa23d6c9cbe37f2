/* SPDX-License-Identifier: MIT */
#include "harness/serve/live.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/report/beneath.h"
#include "harness/serve/live_private.h"

#define RUNS_MAX 64 /* followed at once; the one not looked at longest goes */
#define READ_SIZE ((size_t)1 << 20)
#define READ_MAX ((size_t)64 << 20) /* in one look */

/* A run that is followed. */
struct followed {
	char *path;
	uint64_t offset; /* behind the last whole line */
	ino_t inode;
	int64_t used_ns; /* when somebody looked last */
	struct live_count count;
};

struct live_set {
	int root;
	pthread_mutex_t lock; /* guards all below, and reading */
	struct followed *runs[RUNS_MAX];
	size_t run_count;
	char *buffer;
};

struct live_set *live_open(int root)
{
	struct live_set *set = heap_zeroed(1, sizeof(*set));

	set->root = root;
	pthread_mutex_init(&set->lock, NULL);
	set->buffer = heap_alloc(READ_SIZE);
	return set;
}

static void followed_free(struct followed *run)
{
	live_count_release(&run->count);
	free(run->path);
	free(run);
}

void live_close(struct live_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->run_count; i++)
		followed_free(set->runs[i]);
	pthread_mutex_destroy(&set->lock);
	free(set->buffer);
	free(set);
}

/* A place for one more. */
static size_t make_room(struct live_set *set)
{
	size_t oldest = 0;

	if (set->run_count < RUNS_MAX)
		return set->run_count++;
	for (size_t i = 1; i < set->run_count; i++) {
		if (set->runs[i]->used_ns < set->runs[oldest]->used_ns)
			oldest = i;
	}
	followed_free(set->runs[oldest]);
	return oldest;
}

static struct followed *follow(struct live_set *set, const char *path)
{
	struct followed *run;

	for (size_t i = 0; i < set->run_count; i++) {
		if (strcmp(set->runs[i]->path, path) == 0)
			return set->runs[i];
	}
	run = heap_zeroed(1, sizeof(*run));
	run->path = strdup(path);
	if (!run->path)
		abort();
	live_count_init(&run->count);
	set->runs[make_room(set)] = run;
	return run;
}

/* Takes the whole lines; how many bytes they are. A line that does not fit
 * the buffer is left out. */
static size_t take_lines(struct followed *run, const char *text, size_t length)
{
	const char *end = text + length;
	const char *line = text;
	const char *feed;

	while ((feed = memchr(line, '\n', (size_t)(end - line)))) {
		struct live_line parts;

		if (live_line_read(line, (size_t)(feed - line), &parts))
			live_count_line(&run->count, &parts);
		line = feed + 1;
	}
	if (line == text && length == READ_SIZE)
		return length;
	return (size_t)(line - text);
}

static void read_more(struct live_set *set, struct followed *run, int fd,
		      const struct stat *status)
{
	size_t total = 0;

	/* Another file, or a shorter one: all over again. */
	if (run->inode != status->st_ino ||
	    (uint64_t)status->st_size < run->offset) {
		live_count_release(&run->count);
		run->offset = 0;
		run->inode = status->st_ino;
	}
	while (total < READ_MAX) {
		ssize_t got =
			pread(fd, set->buffer, READ_SIZE, (off_t)run->offset);
		size_t used;

		if (got <= 0)
			break;
		used = take_lines(run, set->buffer, (size_t)got);
		if (used == 0)
			break;
		run->offset += used;
		total += used;
	}
	run->count.view.bytes = run->offset;
}

static int64_t since_written(const struct stat *status)
{
	struct timespec now;
	int64_t passed;

	clock_gettime(CLOCK_REALTIME, &now);
	passed = (now.tv_sec - status->st_mtim.tv_sec) * NS_PER_S +
		 (now.tv_nsec - status->st_mtim.tv_nsec);
	return passed > 0 ? passed : 0;
}

/* The end of ordeal.log, from a whole line on. */
static void read_log(const struct live_set *set, const char *path,
		     struct live_view *view, struct arena *arena)
{
	struct stat status;
	int fd = beneath_open(
		set->root, arena_printf(arena, "%s/ordeal.log", path), &status);
	size_t room = sizeof(view->log) - 1;
	off_t from;
	ssize_t got;
	char *feed;

	view->log[0] = '\0';
	if (fd < 0)
		return;
	from = status.st_size > (off_t)room ? status.st_size - (off_t)room : 0;
	got = pread(fd, view->log, room, from);
	close(fd);
	view->log[got > 0 ? got : 0] = '\0';
	feed = from > 0 ? strchr(view->log, '\n') : NULL;
	if (feed)
		memmove(view->log, feed + 1, strlen(feed + 1) + 1);
}

bool live_look(struct live_set *set, const char *path, size_t from,
	       struct live_view *view, struct arena *arena)
{
	struct stat status;
	int fd = beneath_open(set->root,
			      arena_printf(arena, "%s/history.jsonl", path),
			      &status);
	struct followed *run;
	size_t count;

	if (fd < 0)
		return false;
	pthread_mutex_lock(&set->lock);
	run = follow(set, path);
	run->used_ns = clock_now_ns();
	read_more(set, run, fd, &status);
	*view = run->count.view;
	count = view->second_count;
	from = from < count ? from : count;
	view->seconds = arena_copy(arena, run->count.seconds + from,
				   (count - from) * sizeof(*view->seconds));
	view->second_count = count - from;
	pthread_mutex_unlock(&set->lock);
	close(fd);
	if (view->entries > 0)
		view->time_ns += since_written(&status);
	read_log(set, path, view, arena);
	return true;
}
