/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nemesis/agent/disk_change.h"
#include "nemesis/agent/disk_walk.h"

#define INDEX SNAPSHOT_FOLDER "/index"
#define BLOCK (64 * 1024)

static void copy_path(size_t number, char *path, size_t size)
{
	snprintf(path, size, SNAPSHOT_FOLDER "/%zu", number);
}

/* Zeros stay holes. */
static int copy_bytes(int from, int to, int64_t size)
{
	static const char zeros[BLOCK];
	char bytes[BLOCK];

	for (int64_t at = 0; at < size; at += BLOCK) {
		ssize_t got = pread(from, bytes, BLOCK, at);

		if (got <= 0)
			return got < 0 ? -1 : 0;
		if (memcmp(bytes, zeros, (size_t)got) != 0 &&
		    pwrite(to, bytes, (size_t)got, at) != got)
			return -1;
	}
	return 0;
}

static int copy_file(const char *path, size_t number)
{
	int from = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char copy[64];
	struct stat status;
	int result = -1;
	int to;

	/* It may be gone by now. */
	if (from < 0)
		return errno == ENOENT ? 0 : -1;
	copy_path(number, copy, sizeof(copy));
	to = open(copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to >= 0 && fstat(from, &status) == 0 &&
	    ftruncate(to, status.st_size) == 0)
		result = copy_bytes(from, to, status.st_size);
	if (to >= 0)
		close(to);
	close(from);
	return result;
}

int snapshot_remove(void)
{
	DIR *stream = opendir(SNAPSHOT_FOLDER);
	const struct dirent *entry;

	if (!stream)
		return errno == ENOENT ? 0 : -1;
	while ((entry = readdir(stream)))
		unlinkat(dirfd(stream), entry->d_name, 0);
	closedir(stream);
	return rmdir(SNAPSHOT_FOLDER);
}

int snapshot_take(const char *folder, const char *pattern)
{
	struct walked files = { 0 };
	FILE *index = NULL;
	int result = -1;

	if (snapshot_remove() == 0 && mkdir(SNAPSHOT_FOLDER, 0700) == 0 &&
	    (index = fopen(INDEX, "we")))
		result = walk_files(folder, pattern, &files);
	for (size_t i = 0; result == 0 && i < files.count; i++) {
		/* A name with a newline cannot be told from two. */
		if (strchr(files.paths[i], '\n'))
			continue;
		result = copy_file(files.paths[i], i);
		fprintf(index, "%zu %s\n", i, files.paths[i]);
	}
	if (index && fclose(index))
		result = -1;
	if (result)
		fprintf(stderr, "error snapshot: %s\n", strerror(errno));
	else
		printf("ok files %zu\n", files.count);
	walk_free(&files);
	return result ? 1 : 0;
}

/* Chunks that differ, of which some are drawn as they come (Vitter's
 * algorithm R), so that each is as likely. */
struct chunk {
	char path[4096];
	char copy[64];
	int64_t offset;
	size_t size;
};

struct reservoir {
	const struct corruption *corruption;
	struct chunk *chunks;
	uint64_t seen;
	uint64_t kept;
};

static uint64_t draw(struct reservoir *reservoir)
{
	uint64_t x = reservoir->corruption->seed +
		     reservoir->seen * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (x ^ (x >> 31)) % reservoir->seen;
}

static void consider(struct reservoir *reservoir, const char *path,
		     const char *copy, int64_t offset, size_t size)
{
	struct chunk *chunk;
	uint64_t place;

	reservoir->seen++;
	place = reservoir->kept < reservoir->corruption->count ?
			reservoir->kept++ :
			draw(reservoir);
	if (place >= reservoir->corruption->count)
		return;
	chunk = &reservoir->chunks[place];
	snprintf(chunk->path, sizeof(chunk->path), "%s", path);
	snprintf(chunk->copy, sizeof(chunk->copy), "%s", copy);
	chunk->offset = offset;
	chunk->size = size;
}

static void compare(struct reservoir *reservoir, const char *path,
		    const char *copy)
{
	size_t size = reservoir->corruption->bytes;
	int now = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int then = open(copy, O_RDONLY | O_CLOEXEC);
	char *bytes = malloc(2 * size);

	for (int64_t at = 0; bytes && now >= 0 && then >= 0;
	     at += (int64_t)size) {
		ssize_t old = pread(then, bytes, size, at);
		ssize_t new = pread(now, bytes + size, size, at);
		ssize_t both = old < new ? old : new;

		if (both <= 0)
			break;
		if (memcmp(bytes, bytes + size, (size_t)both) != 0)
			consider(reservoir, path, copy, at, (size_t)both);
	}
	free(bytes);
	if (now >= 0)
		close(now);
	if (then >= 0)
		close(then);
}

static int put_back(const struct chunk *chunk)
{
	int now = open(chunk->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int then = open(chunk->copy, O_RDONLY | O_CLOEXEC);
	char *bytes = malloc(2 * chunk->size);
	struct change change = {
		.path = chunk->path,
		.offset = chunk->offset,
		.before = bytes,
		.before_size = (uint32_t)chunk->size,
		.after = bytes ? bytes + chunk->size : NULL,
		.after_size = (uint32_t)chunk->size,
	};
	int result = -1;

	if (bytes && now >= 0 && then >= 0 &&
	    pread(now, bytes, chunk->size, chunk->offset) ==
		    (ssize_t)chunk->size &&
	    pread(then, bytes + chunk->size, chunk->size, chunk->offset) ==
		    (ssize_t)chunk->size)
		result = change_make(&change);
	free(bytes);
	if (now >= 0)
		close(now);
	if (then >= 0)
		close(then);
	return result;
}

static void compare_all(struct reservoir *reservoir, FILE *index)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&line, &room, index)) > 1) {
		char *path;
		size_t number = strtoul(line, &path, 10);
		char copy[64];

		line[size - 1] = '\0';
		copy_path(number, copy, sizeof(copy));
		if (*path == ' ')
			compare(reservoir, path + 1, copy);
	}
	free(line);
}

int snapshot_restore(const struct corruption *corruption)
{
	struct reservoir reservoir = { .corruption = corruption };
	FILE *index = fopen(INDEX, "re");
	uint64_t bytes = 0;
	int result = -1;

	if (index && corruption->count <= 100000)
		reservoir.chunks = calloc(corruption->count + 1,
					  sizeof(*reservoir.chunks));
	if (reservoir.chunks) {
		compare_all(&reservoir, index);
		result = 0;
	}
	for (uint64_t i = 0; result == 0 && i < reservoir.kept; i++) {
		result = put_back(&reservoir.chunks[i]);
		bytes += reservoir.chunks[i].size;
	}
	if (index)
		fclose(index);
	free(reservoir.chunks);
	snapshot_remove();
	if (result) {
		fprintf(stderr, "error restore: %s\n", strerror(errno));
		return 1;
	}
	printf("ok files %" PRIu64 " changes %" PRIu64 " bytes %" PRIu64 "\n",
	       reservoir.seen, reservoir.kept, bytes);
	return 0;
}
