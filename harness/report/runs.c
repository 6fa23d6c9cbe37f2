/* SPDX-License-Identifier: MIT */
#include "harness/report/runs.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "harness/core/clock.h"
#include "harness/report/beneath.h"
#include "harness/report/runs_private.h"

/* A run that has written nothing for so long, and has no results, is over. */
#define QUIET_NS (30 * NS_PER_S)

/* Of judged runs the newest are looked at each time, and of the others so many
 * in turn: a thousand looks are a few milliseconds. */
#define NEWEST_LOOKED_AT 1000
#define OTHERS_LOOKED_AT 1000

/* A version of the list. It goes when a newer one is there and nobody holds
 * it. */
struct version {
	struct runs runs; /* first: the pointer that is handed out */
	struct run_summary *items;
	struct arena arena;
	size_t holders;
};

struct runs_index {
	char *root;
	pthread_mutex_t lock; /* guards all below, and refreshing */
	struct version *newest;
	size_t turn; /* where those begin whose turn it is */
};

/* What is found in the store, not yet read. */
struct sighting {
	const char *path;
	const char *time;
	uint64_t stamp;
	bool has_results;
	bool is_fresh; /* written a short time ago */
};

struct scan {
	const struct version *known; /* or NULL */
	size_t turn;
	struct sighting *items;
	size_t count;
	size_t capacity;
	int64_t now_ns;
	struct arena arena;
};

static int64_t wall_ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * NS_PER_S + time->tv_nsec;
}

/* FNV-1a, over what changes when a file does. */
static uint64_t stamp_of(uint64_t stamp, const struct stat *status)
{
	const uint64_t parts[] = { (uint64_t)wall_ns(&status->st_mtim),
				   (uint64_t)status->st_size,
				   (uint64_t)status->st_ino };

	for (size_t i = 0; i < 3; i++)
		stamp = (stamp ^ parts[i]) * UINT64_C(0x100000001b3);
	return stamp;
}

/* Files whose writing shows that the run is alive. */
static bool look_at(struct scan *scan, int group, const char *name,
		    struct sighting *seen)
{
	static const char *const files[] = {
		"history.jsonl",     "ordeal.log",	 "config.json",
		"history.jsonl.zst", "history.jsonl.gz", "history.edn"
	};
	bool is_run = false;
	struct stat status;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *path =
			arena_printf(&scan->arena, "%s/%s", name, files[i]);

		if (fstatat(group, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		is_run = true;
		if (wall_ns(&status.st_mtim) > scan->now_ns - QUIET_NS)
			seen->is_fresh = true;
		if (strcmp(files[i], "config.json") == 0)
			seen->stamp = stamp_of(seen->stamp, &status);
	}
	return is_run;
}

/* Newest first; names of folders sort by time. */
static int compare(const char *time_a, const char *path_a, const char *time_b,
		   const char *path_b)
{
	int order = strcmp(time_b, time_a);

	return order ? order : strcmp(path_a, path_b);
}

static int compare_to_run(const void *key, const void *item)
{
	const struct sighting *seen = key;
	const struct run_summary *run = item;

	return compare(seen->time, seen->path, run->time, run->path);
}

/* A run that was judged, and whose turn to be looked at it is not. */
static bool is_believed(const struct scan *scan, struct sighting *seen)
{
	const struct version *known = scan->known;
	const struct run_summary *run;
	size_t place;

	if (!known || known->runs.count <= NEWEST_LOOKED_AT)
		return false;
	run = bsearch(seen, known->items, known->runs.count,
		      sizeof(*known->items), compare_to_run);
	if (!run || run->state == RUN_GOING || run->state == RUN_UNJUDGED)
		return false;
	place = (size_t)(run - known->items);
	if (place < NEWEST_LOOKED_AT ||
	    (place >= scan->turn && place < scan->turn + OTHERS_LOOKED_AT))
		return false;
	seen->stamp = run->stamp;
	seen->has_results = true;
	return true;
}

/* True when it is a run. */
static bool look(struct scan *scan, int group, const char *name,
		 struct sighting *seen)
{
	struct stat status;

	seen->stamp = UINT64_C(0xcbf29ce484222325);
	if (fstatat(group, arena_printf(&scan->arena, "%s/results.json", name),
		    &status, AT_SYMLINK_NOFOLLOW) != 0)
		return look_at(scan, group, name, seen);
	seen->stamp = stamp_of(seen->stamp, &status);
	seen->has_results = true;
	return true;
}

static void see_run(struct scan *scan, int group, const char *group_name,
		    const char *name)
{
	struct sighting seen = { 0 };

	seen.path = arena_printf(&scan->arena, "%s/%s", group_name, name);
	seen.time = seen.path + strlen(group_name) + 1;
	if (!is_believed(scan, &seen) && !look(scan, group, name, &seen))
		return;
	scan->items = array_reserve(scan->items, &scan->capacity,
				    scan->count + 1, sizeof(*scan->items));
	scan->items[scan->count++] = seen;
}

static bool may_be_folder(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN);
}

static void see_group(struct scan *scan, int root, const char *name)
{
	DIR *entries = beneath_opendir(root, name);
	struct dirent *entry;

	if (!entries)
		return;
	while ((entry = readdir(entries))) {
		if (may_be_folder(entry))
			see_run(scan, dirfd(entries), name, entry->d_name);
	}
	closedir(entries);
}

static int compare_sightings(const void *a, const void *b)
{
	const struct sighting *x = a;
	const struct sighting *y = b;

	return compare(x->time, x->path, y->time, y->path);
}

static void scan_store(struct scan *scan, int root)
{
	DIR *entries = beneath_opendir(root, "");
	struct timespec now;
	struct dirent *entry;

	clock_gettime(CLOCK_REALTIME, &now);
	scan->now_ns = wall_ns(&now);
	if (!entries)
		return;
	while ((entry = readdir(entries))) {
		if (may_be_folder(entry))
			see_group(scan, root, entry->d_name);
	}
	closedir(entries);
	if (scan->count > 0)
		qsort(scan->items, scan->count, sizeof(*scan->items),
		      compare_sightings);
}

static enum run_state state_of(const struct sighting *seen)
{
	return seen->is_fresh ? RUN_GOING : RUN_UNJUDGED;
}

static bool is_same(const struct sighting *seen, const struct run_summary *run)
{
	return seen->stamp == run->stamp &&
	       strcmp(seen->path, run->path) == 0 &&
	       (seen->has_results || run->state == state_of(seen));
}

static bool has_changed(const struct version *version, const struct scan *scan)
{
	if (!version || version->runs.count != scan->count)
		return true;
	for (size_t i = 0; i < scan->count; i++) {
		if (!is_same(&scan->items[i], &version->items[i]))
			return true;
	}
	return false;
}

/* The summary of that run in the list, from `*at` on, which moves there. */
static const struct run_summary *known(const struct version *version,
				       size_t *at, const struct sighting *seen)
{
	while (version && *at < version->runs.count) {
		const struct run_summary *run = &version->items[*at];
		int order =
			compare(run->time, run->path, seen->time, seen->path);

		if (order > 0)
			return NULL;
		(*at)++;
		if (order == 0)
			return run;
	}
	return NULL;
}

static struct version *next_version(const struct version *old,
				    const struct scan *scan, int root)
{
	struct version *version = heap_zeroed(1, sizeof(*version));
	size_t at = 0;

	version->items = arena_array(&version->arena, scan->count + 1,
				     sizeof(*version->items));
	for (size_t i = 0; i < scan->count; i++) {
		const struct sighting *seen = &scan->items[i];
		const struct run_summary *before = known(old, &at, seen);
		struct run_summary *run = &version->items[i];

		if (before && before->stamp == seen->stamp) {
			run_summary_copy(run, before, &version->arena);
		} else {
			run->path = arena_strdup(&version->arena, seen->path);
			run->time = run->path + (seen->time - seen->path);
			run->stamp = seen->stamp;
			run_summary_read(run, root, &version->arena);
		}
		if (!seen->has_results)
			run->state = state_of(seen);
	}
	version->runs =
		(struct runs){ .items = version->items, .count = scan->count };
	return version;
}

static void version_free(struct version *version)
{
	if (!version)
		return;
	arena_release(&version->arena);
	free(version);
}

struct runs_index *runs_open(const char *root)
{
	struct runs_index *index = heap_zeroed(1, sizeof(*index));

	pthread_mutex_init(&index->lock, NULL);
	index->root = strdup(root);
	if (!index->root)
		abort();
	return index;
}

void runs_close(struct runs_index *index)
{
	if (!index)
		return;
	version_free(index->newest);
	pthread_mutex_destroy(&index->lock);
	free(index->root);
	free(index);
}

static void refresh(struct runs_index *index)
{
	int root = open(index->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct version *old = index->newest;
	struct scan scan = { .known = old, .turn = index->turn };

	if (root >= 0)
		scan_store(&scan, root);
	if (has_changed(old, &scan)) {
		index->newest = next_version(old, &scan, root);
		if (old && old->holders == 0)
			version_free(old);
	}
	index->turn += OTHERS_LOOKED_AT;
	if (index->turn >= scan.count)
		index->turn = NEWEST_LOOKED_AT;
	if (root >= 0)
		close(root);
	free(scan.items);
	arena_release(&scan.arena);
}

const struct runs *runs_take(struct runs_index *index)
{
	const struct runs *runs;

	pthread_mutex_lock(&index->lock);
	refresh(index);
	index->newest->holders++;
	runs = &index->newest->runs;
	pthread_mutex_unlock(&index->lock);
	return runs;
}

void runs_give_back(struct runs_index *index, const struct runs *runs)
{
	struct version *newest;

	pthread_mutex_lock(&index->lock);
	newest = index->newest;
	if (runs == &newest->runs) {
		newest->holders--;
	} else {
		/* What is handed out is the first member of its version. */
		union {
			const struct runs *given;
			struct version *version;
		} of = { .given = runs };

		if (--of.version->holders == 0)
			version_free(of.version);
	}
	pthread_mutex_unlock(&index->lock);
}
