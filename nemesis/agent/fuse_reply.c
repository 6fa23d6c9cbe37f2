/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/fuse_reply.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

static int fill(const struct fuse_node *node, struct fuse_attr *attr)
{
	struct stat status;

	if (fstat(node->fd, &status))
		return -1;
	*attr = (struct fuse_attr){
		.ino = status.st_ino,
		.size = (uint64_t)status.st_size,
		.blocks = (uint64_t)status.st_blocks,
		.atime = (uint64_t)status.st_atim.tv_sec,
		.mtime = (uint64_t)status.st_mtim.tv_sec,
		.ctime = (uint64_t)status.st_ctim.tv_sec,
		.atimensec = (uint32_t)status.st_atim.tv_nsec,
		.mtimensec = (uint32_t)status.st_mtim.tv_nsec,
		.ctimensec = (uint32_t)status.st_ctim.tv_nsec,
		.mode = status.st_mode,
		.nlink = (uint32_t)status.st_nlink,
		.uid = status.st_uid,
		.gid = status.st_gid,
		.rdev = (uint32_t)status.st_rdev,
		.blksize = (uint32_t)status.st_blksize,
	};
	return 0;
}

int fuse_fill_entry(const struct fuse_node *node, struct fuse_entry_out *out)
{
	*out = (struct fuse_entry_out){
		.nodeid = node->id,
		.entry_valid = FUSE_VALID_S,
		.attr_valid = FUSE_VALID_S,
	};
	return fill(node, &out->attr);
}

int fuse_fill_attributes(const struct fuse_node *node,
			 struct fuse_attr_out *out)
{
	*out = (struct fuse_attr_out){ .attr_valid = FUSE_VALID_S };
	return fill(node, &out->attr);
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

int fuse_folder_is_empty(int parent, const char *name)
{
	int fd = openat(parent, name,
			O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int code = 0;

	if (!stream) {
		code = errno;
		if (fd >= 0)
			close(fd);
		return code;
	}
	errno = 0;
	while ((entry = readdir(stream)) && is_dots(entry->d_name))
		;
	code = entry ? ENOTEMPTY : errno;
	closedir(stream);
	return code;
}
