/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_corrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nemesis/agent/disk_change.h"
#include "nemesis/agent/disk_snapshot.h"
#include "nemesis/agent/disk_walk.h"

/* How often to look elsewhere when only zeros were hit. */
#define TRIES 32

/* What is looked at to see whether there is anything. */
#define SECTOR 512

struct spoiling {
	const struct corruption *corruption;
	const struct walked *files;
	uint64_t drawn;
	uint64_t changes;
	uint64_t bytes;
};

/* splitmix64. */
static uint64_t draw(struct spoiling *spoiling, uint64_t bound)
{
	uint64_t x = spoiling->corruption->seed +
		     ++spoiling->drawn * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return bound ? (x ^ (x >> 31)) % bound : 0;
}

static char *read_at(const char *path, int64_t offset, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *bytes = fd < 0 ? NULL : malloc(size + 1);

	if (bytes && pread(fd, bytes, size, offset) != (ssize_t)size) {
		free(bytes);
		bytes = NULL;
	}
	if (fd >= 0)
		close(fd);
	return bytes;
}

static int64_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : status.st_size;
}

static bool is_zero(const char *bytes, size_t size)
{
	return size == 0 ||
	       (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* A place of `size` bytes (at most) in some file, where something stands if
 * there is any; NULL if none was found. */
static const char *find_place(struct spoiling *spoiling, int64_t *offset,
			      size_t *size)
{
	const struct walked *files = spoiling->files;
	size_t wanted = *size;
	const char *path = NULL;

	for (int i = 0; i < TRIES; i++) {
		int64_t whole;
		char *bytes;
		bool is_empty;

		path = files->paths[draw(spoiling, files->count)];
		whole = size_of(path);
		if (whole <= 0)
			continue;
		*size = wanted < (uint64_t)whole ? wanted : (size_t)whole;
		*offset = (int64_t)draw(spoiling, (uint64_t)whole -
							  *size + 1);
		if (wanted >= SECTOR)
			*offset -= *offset % SECTOR;
		bytes = read_at(path, *offset, *size);
		is_empty = !bytes || is_zero(bytes, *size);
		free(bytes);
		if (!is_empty)
			return path;
	}
	return NULL;
}

static int make(struct spoiling *spoiling, const struct change *change)
{
	if (change_make(change))
		return -1;
	spoiling->changes++;
	spoiling->bytes += change->after_size ? change->after_size :
						change->before_size;
	return 0;
}

static int flip(struct spoiling *spoiling)
{
	size_t size = SECTOR;
	struct change change = { .before_size = 1, .after_size = 1 };
	int64_t offset = 0;
	char *bytes;
	char after;
	int result;

	change.path = find_place(spoiling, &offset, &size);
	if (!change.path)
		return 0;
	change.offset = offset + (int64_t)draw(spoiling, size);
	bytes = read_at(change.path, change.offset, 1);
	if (!bytes)
		return 0;
	after = (char)(bytes[0] ^ (1 << draw(spoiling, 8)));
	change.before = bytes;
	change.after = &after;
	result = make(spoiling, &change);
	free(bytes);
	return result;
}

static int truncate_one(struct spoiling *spoiling)
{
	const struct walked *files = spoiling->files;
	struct change change = {
		.path = files->paths[draw(spoiling, files->count)],
	};
	int64_t size = size_of(change.path);
	uint64_t cut = 1 + draw(spoiling, spoiling->corruption->bytes);
	char *bytes;
	int result;

	if (cut > (uint64_t)size)
		cut = (uint64_t)size;
	change.offset = size - (int64_t)cut;
	bytes = cut ? read_at(change.path, change.offset, cut) : NULL;
	if (!bytes)
		return 0;
	change.before = bytes;
	change.before_size = (uint32_t)cut;
	result = make(spoiling, &change);
	free(bytes);
	return result;
}

/* A write that went astray: what was meant for one place stands at another of
 * the same file too. */
static int copy_chunk(struct spoiling *spoiling)
{
	size_t size = spoiling->corruption->bytes;
	struct change change = { 0 };
	int64_t from = 0;
	int64_t room;
	char *before;
	char *after;
	int result = 0;

	change.path = find_place(spoiling, &from, &size);
	if (!change.path)
		return 0;
	room = size_of(change.path) - (int64_t)size;
	change.offset = (int64_t)draw(spoiling, (uint64_t)room + 1);
	change.offset -= change.offset % SECTOR;
	change.before_size = change.after_size = (uint32_t)size;
	before = read_at(change.path, change.offset, size);
	after = read_at(change.path, from, size);
	change.before = before;
	change.after = after;
	if (before && after && memcmp(before, after, size) != 0)
		result = make(spoiling, &change);
	free(before);
	free(after);
	return result;
}

static int spoil(struct spoiling *spoiling)
{
	const struct corruption *corruption = spoiling->corruption;
	int (*change)(struct spoiling *spoiling);
	uint64_t tries = corruption->count;

	if (strcmp(corruption->kind, "bitflip") == 0)
		change = flip;
	else if (strcmp(corruption->kind, "truncate") == 0)
		change = truncate_one;
	else if (strcmp(corruption->kind, "copy") == 0)
		change = copy_chunk;
	else
		return errno = EINVAL, -1;
	/* Some may hit what is the same before and after. */
	for (uint64_t i = 0; i < tries * TRIES &&
			     spoiling->changes < corruption->count; i++) {
		if (change(spoiling))
			return -1;
	}
	return 0;
}

int corrupt_run(const struct corruption *corruption)
{
	struct walked files = { 0 };
	struct spoiling spoiling = { .corruption = corruption,
				     .files = &files };
	int result;

	if (corruption->bytes == 0 || corruption->bytes > CHANGE_BYTES_MAX) {
		fputs("error a chunk is 1 byte to 64 MiB\n", stderr);
		return 1;
	}
	if (strcmp(corruption->kind, "restore") == 0)
		return snapshot_restore(corruption);
	result = walk_files(corruption->folder, corruption->pattern, &files);
	if (result == 0 && files.count > 0)
		result = spoil(&spoiling);
	if (result)
		fprintf(stderr, "error %s: %s\n", corruption->folder,
			strerror(errno));
	else
		printf("ok files %zu changes %" PRIu64 " bytes %" PRIu64 "\n",
		       files.count, spoiling.changes, spoiling.bytes);
	walk_free(&files);
	return result ? 1 : 0;
}

int corrupt_mend(void)
{
	struct change_counts counts;

	snapshot_remove();
	if (change_mend_all(&counts)) {
		fprintf(stderr, "error not all could be put back: %s\n",
			strerror(errno));
		return 1;
	}
	printf("ok mended %" PRIu64 " overwritten %" PRIu64 " gone %" PRIu64
	       "\n",
	       counts.mended, counts.overwritten, counts.gone);
	return 0;
}
