/* SPDX-License-Identifier: MIT */
#include "harness/serve/archive.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/core/arena.h"
#include "harness/report/beneath.h"

#define TAR_BLOCK 512
#define PIECE 65536
#define FILES_MAX 100000
#define LEVEL 3 /* histories shrink to a tenth at any */

/* A file to come: below the run's folder. */
struct member {
	const char *path;
};

struct archive {
	struct arena arena;
	int folder; /* of the run */
	const char *name;
	struct member *members;
	size_t capacity;
	size_t count;
	size_t next;
	int file;      /* that is being read, or -1 */
	uint64_t left; /* bytes of it, and then of its padding */
	uint64_t padding;
	bool is_ended;	  /* the two empty blocks are out */
	bool is_finished; /* so is all that zlib had */
	z_stream zlib;
	char piece[PIECE];
};

static void add_member(struct archive *archive, const char *path)
{
	archive->members =
		array_reserve(archive->members, &archive->capacity,
			      archive->count + 1, sizeof(*archive->members));
	archive->members[archive->count++].path = path;
}

/* Adds the files of a folder, and its folders to the list of those to be looked
 * at. */
static void find_members(struct archive *archive, const char *folder,
			 struct member **folders, size_t *count,
			 size_t *capacity)
{
	DIR *entries = beneath_opendir(archive->folder, folder);
	struct dirent *entry;
	struct stat status;

	while (entries && archive->count < FILES_MAX &&
	       (entry = readdir(entries))) {
		const char *path =
			arena_printf(&archive->arena, "%s%s%s", folder,
				     *folder ? "/" : "", entry->d_name);

		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(entries), entry->d_name, &status,
			    AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(status.st_mode))
			add_member(archive, path);
		if (!S_ISDIR(status.st_mode) || *count >= FILES_MAX)
			continue;
		*folders = array_reserve(*folders, capacity, *count + 1,
					 sizeof(**folders));
		(*folders)[(*count)++].path = path;
	}
	if (entries)
		closedir(entries);
}

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a;
	const struct member *y = b;

	return strcmp(x->path, y->path);
}

static void find_all(struct archive *archive)
{
	struct member *folders = NULL;
	size_t count = 0, capacity = 0;

	find_members(archive, "", &folders, &count, &capacity);
	for (size_t i = 0; i < count; i++) {
		const char *folder = folders[i].path;

		find_members(archive, folder, &folders, &count, &capacity);
	}
	free(folders);
	if (archive->count > 0)
		qsort(archive->members, archive->count,
		      sizeof(*archive->members), compare_members);
}

struct archive *archive_open(int root, const char *path, const char *name)
{
	struct stat status;
	int fd = beneath_open(root, path, &status);
	struct archive *archive;

	if (fd < 0)
		return NULL;
	if (!S_ISDIR(status.st_mode)) {
		close(fd);
		return NULL;
	}
	archive = heap_zeroed(1, sizeof(*archive));
	archive->folder = fd;
	archive->file = -1;
	archive->name = arena_strdup(&archive->arena, name);
	/* 16 more than the window: a gzip header instead of zlib's. */
	if (deflateInit2(&archive->zlib, LEVEL, Z_DEFLATED, MAX_WBITS + 16, 8,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		abort(); /* as elsewhere when memory is out */
	find_all(archive);
	return archive;
}

void archive_close(struct archive *archive)
{
	if (!archive)
		return;
	deflateEnd(&archive->zlib);
	if (archive->file >= 0)
		close(archive->file);
	close(archive->folder);
	free(archive->members);
	arena_release(&archive->arena);
	free(archive);
}

/* The header of POSIX ustar; a name too long for it gets a record of GNU's
 * before it. */
static void fill_header(char *header, const char *name, char type,
			uint64_t size, int64_t time)
{
	unsigned sum = 0;

	memset(header, 0, TAR_BLOCK);
	memcpy(header, name, strnlen(name, 99));
	memcpy(header + 100, "0000644", 7);
	memcpy(header + 108, "0000000", 7);
	memcpy(header + 116, "0000000", 7);
	/* Eleven octal digits hold 8 GiB; beyond, GNU's binary form. */
	if (size >> 33 == 0) {
		snprintf(header + 124, 12, "%011" PRIo64, size);
	} else {
		header[124] = (char)0x80;
		for (int i = 0; i < 8; i++)
			header[135 - i] = (char)(size >> (8 * i) & 255);
	}
	snprintf(header + 136, 12, "%011" PRIo64,
		 (uint64_t)(time > 0 ? time : 0) & ((UINT64_C(1) << 33) - 1));
	memset(header + 148, ' ', 8);
	header[156] = type;
	memcpy(header + 257,
	       "ustar\0"
	       "00",
	       8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum & 0777777);
}

/* Opens the next file and puts its header into the piece; its length. */
static size_t begin_member(struct archive *archive)
{
	const char *path = archive->members[archive->next++].path;
	const char *name =
		arena_printf(&archive->arena, "%s/%s", archive->name, path);
	size_t name_size = strlen(name) + 1;
	struct stat status;
	int fd = beneath_open(archive->folder, path, &status);
	size_t length = 0;

	if (fd < 0 || !S_ISREG(status.st_mode) ||
	    name_size > PIECE - 4 * TAR_BLOCK) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	if (name_size > 100) {
		size_t blocks = (name_size + TAR_BLOCK - 1) / TAR_BLOCK;

		fill_header(archive->piece, "././@LongLink", 'L', name_size, 0);
		memset(archive->piece + TAR_BLOCK, 0, blocks * TAR_BLOCK);
		memcpy(archive->piece + TAR_BLOCK, name, name_size);
		length = TAR_BLOCK + blocks * TAR_BLOCK;
	}
	archive->file = fd;
	archive->left = (uint64_t)status.st_size;
	archive->padding = (TAR_BLOCK - archive->left % TAR_BLOCK) % TAR_BLOCK;
	fill_header(archive->piece + length, name, '0', archive->left,
		    status.st_mtim.tv_sec);
	return length + TAR_BLOCK;
}

/* More of the file that is open: 0 at its end, which is when the padding
 * follows; -1 on trouble. */
static ssize_t read_member(struct archive *archive)
{
	size_t wanted = archive->left < PIECE ? (size_t)archive->left : PIECE;
	ssize_t got;

	if (wanted == 0)
		return 0;
	got = read(archive->file, archive->piece, wanted);
	if (got < 0)
		return -1;
	if (got == 0) {
		memset(archive->piece, 0, wanted);
		got = (ssize_t)wanted;
	}
	archive->left -= (uint64_t)got;
	return got;
}

/* Closes the file; how much is needed to fill its last block. */
static ssize_t end_member(struct archive *archive)
{
	close(archive->file);
	archive->file = -1;
	memset(archive->piece, 0, TAR_BLOCK);
	return (ssize_t)archive->padding;
}

/* The next piece of the tar file itself; 0 at the end, -1 on trouble. */
static ssize_t next_piece(struct archive *archive)
{
	while (archive->file >= 0 || archive->next < archive->count) {
		ssize_t length = archive->file < 0
					 ? (ssize_t)begin_member(archive)
					 : read_member(archive);

		if (length == 0 && archive->file >= 0)
			length = end_member(archive);
		if (length != 0)
			return length;
	}
	if (archive->is_ended)
		return 0;
	archive->is_ended = true;
	memset(archive->piece, 0, 2 * (size_t)TAR_BLOCK);
	return 2 * (ssize_t)TAR_BLOCK;
}

ssize_t archive_read(struct archive *archive, char *bytes, size_t size)
{
	z_stream *zlib = &archive->zlib;

	if (archive->is_finished)
		return -1;
	zlib->next_out = (unsigned char *)bytes;
	zlib->avail_out = size > UINT32_MAX ? UINT32_MAX : (unsigned)size;
	size = zlib->avail_out;
	while (zlib->avail_out > 0 && !archive->is_finished) {
		int flush;

		if (zlib->avail_in == 0) {
			ssize_t length = next_piece(archive);

			if (length < 0)
				return -2;
			zlib->next_in = (unsigned char *)archive->piece;
			zlib->avail_in = (unsigned)length;
		}
		flush = zlib->avail_in == 0 ? Z_FINISH : Z_NO_FLUSH;
		if (deflate(zlib, flush) == Z_STREAM_END)
			archive->is_finished = true;
	}
	return (ssize_t)(size - zlib->avail_out);
}
