/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stands in the file before path, before and after. */
struct record {
	uint32_t path_size; /* with its NUL */
	uint32_t before_size;
	uint32_t after_size;
	int64_t offset;
};

/* Its name has to be on the disk, too. */
static int sync_folder(void)
{
	int fd = open(CHANGE_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	return result;
}

static int write_down(const struct change *change)
{
	struct record record = {
		.path_size = (uint32_t)strlen(change->path) + 1,
		.before_size = change->before_size,
		.after_size = change->after_size,
		.offset = change->offset,
	};
	bool is_new = access(CHANGE_FILE, F_OK) != 0;
	bool is_good;
	FILE *file;

	mkdir(CHANGE_STATE, 0755);
	mkdir(CHANGE_FOLDER, 0700);
	file = fopen(CHANGE_FILE, "abe");
	if (!file)
		return -1;
	is_good = fwrite(&record, sizeof(record), 1, file) == 1 &&
		  fwrite(change->path, record.path_size, 1, file) == 1;
	if (record.before_size)
		is_good = fwrite(change->before, record.before_size, 1, file) ==
				  1 && is_good;
	if (record.after_size)
		is_good = fwrite(change->after, record.after_size, 1, file) ==
				  1 && is_good;
	is_good = fflush(file) == 0 && fsync(fileno(file)) == 0 && is_good;
	is_good = fclose(file) == 0 && is_good;
	return is_good && (!is_new || sync_folder() == 0) ? 0 : -1;
}

/* True if the file has these bytes there; without any: if it ends there. */
static bool has(int fd, int64_t offset, const char *bytes, uint32_t size)
{
	struct stat status;
	char *there;
	bool is_same;

	if (fstat(fd, &status))
		return false;
	if (size == 0)
		return status.st_size == offset;
	there = malloc(size);
	is_same = there && pread(fd, there, size, offset) == (ssize_t)size &&
		  memcmp(there, bytes, size) == 0;
	free(there);
	return is_same;
}

static int put(int fd, int64_t offset, const char *bytes, uint32_t size)
{
	if (size == 0)
		return ftruncate(fd, offset);
	errno = EIO;
	return pwrite(fd, bytes, size, offset) == (ssize_t)size ? 0 : -1;
}

int change_make(const struct change *change)
{
	int fd = open(change->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int result = -1;

	if (fd < 0)
		return -1;
	if (write_down(change) == 0 &&
	    put(fd, change->offset, change->after, change->after_size) == 0 &&
	    fsync(fd) == 0) {
		errno = EIO;
		if (has(fd, change->offset, change->after, change->after_size))
			result = 0;
	}
	close(fd);
	return result;
}

static int mend(const struct change *change, struct change_counts *counts)
{
	int fd = open(change->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int result = 0;

	if (fd < 0) {
		counts->gone++;
		return 0;
	}
	if (!has(fd, change->offset, change->after, change->after_size)) {
		counts->overwritten++;
	} else if (put(fd, change->offset, change->before,
		       change->before_size) ||
		   fsync(fd)) {
		result = -1;
	} else {
		counts->mended++;
	}
	close(fd);
	return result;
}

/* All of the file; NULL with errno. */
static char *read_all(size_t *size)
{
	int fd = open(CHANGE_FILE, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *bytes = NULL;

	*size = 0;
	if (fd < 0)
		return NULL;
	if (fstat(fd, &status) == 0 && status.st_size > 0)
		bytes = malloc((size_t)status.st_size);
	while (bytes && *size < (size_t)status.st_size) {
		ssize_t got = read(fd, bytes + *size,
				   (size_t)status.st_size - *size);

		if (got <= 0)
			break;
		*size += (size_t)got;
	}
	close(fd);
	return bytes;
}

/* The record at `*at`, and past it; false where it is not whole: then the
 * change it announces was never made. */
static bool next(const char *bytes, size_t size, size_t *at,
		 struct change *change)
{
	struct record record;
	size_t whole;

	if (size - *at < sizeof(record))
		return false;
	memcpy(&record, bytes + *at, sizeof(record));
	whole = sizeof(record) + record.path_size + record.before_size +
		(size_t)record.after_size;
	if (size - *at < whole || record.path_size == 0)
		return false;
	change->path = bytes + *at + sizeof(record);
	change->offset = record.offset;
	change->before = change->path + record.path_size;
	change->before_size = record.before_size;
	change->after = change->before + record.before_size;
	change->after_size = record.after_size;
	*at += whole;
	return true;
}

int change_mend_all(struct change_counts *counts)
{
	size_t size;
	char *bytes = read_all(&size);
	struct change change;
	size_t *starts;
	size_t count = 0;
	size_t at = 0;
	int result = 0;

	*counts = (struct change_counts){ 0 };
	if (!bytes)
		return 0;
	starts = calloc(size / sizeof(struct record) + 1, sizeof(*starts));
	while (starts && (starts[count] = at, next(bytes, size, &at, &change)))
		count++;
	while (starts && count > 0) {
		next(bytes, size, &starts[--count], &change);
		if (mend(&change, counts))
			result = -1;
	}
	if (!starts)
		result = -1;
	else if (result == 0 && unlink(CHANGE_FILE) == 0)
		rmdir(CHANGE_FOLDER);
	free(starts);
	free(bytes);
	return result;
}
