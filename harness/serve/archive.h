/* SPDX-License-Identifier: MIT */
/* A folder as a compressed tar archive, made as it is read. */
#ifndef ORDEAL_SERVE_ARCHIVE_H
#define ORDEAL_SERVE_ARCHIVE_H

#include <stddef.h>
#include <sys/types.h>

struct archive;

/*
 * All regular files below `path` (itself below the open folder `root`), in the
 * order of their names, as NAME/...; links are left out. Files that grow
 * meanwhile are cut at the size they had, those that shrink are filled with
 * zeroes. NULL when there is no such folder.
 */
struct archive *archive_open(int root, const char *path, const char *name);
void archive_close(struct archive *archive);

/* The next bytes of the .tar.gz: how many, -1 at the end, -2 when a file could
 * not be read. */
ssize_t archive_read(struct archive *archive, char *bytes, size_t size);

#endif
