/* SPDX-License-Identifier: MIT */
/* Requests about one file: its bytes, its size, its attributes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "nemesis/agent/disk_undo.h"
#include "nemesis/agent/fuse_reply.h"

static void answer_getattr(struct layer *layer,
			   const struct fuse_request *request)
{
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	struct fuse_attr_out out;

	if (fuse_fill_attributes(node, &out))
		fuse_reply_error(request, errno);
	else
		fuse_reply(request, &out, sizeof(out));
}

/* Through the open file if there is one: its mode may forbid to open it. */
static int file_to_write(const struct fuse_node *node, bool has_handle,
			 uint64_t fh)
{
	return has_handle ? fcntl(layer_handle_of(fh)->fd, F_DUPFD_CLOEXEC, 0) :
			    node_reopen(node, O_RDWR);
}

static int64_t size_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) ? 0 : status.st_size;
}

static int resize(struct layer *layer, struct fuse_node *node, int fd,
		  int64_t size)
{
	struct undo *undo;
	int code = layer_rule(layer, node, NULL, CALL_WRITE,
			      size > size_of(fd) ? 1 : 0);

	if (code)
		return code;
	pthread_rwlock_rdlock(&layer->gate);
	undo = undo_of_resize(layer, node, fd, size, &code);
	if (code == 0 && ftruncate(fd, size)) {
		code = errno;
		undo_forget(layer, undo);
	} else if (code == 0) {
		undo_done(layer, undo);
	}
	pthread_rwlock_unlock(&layer->gate);
	return code;
}

static struct timespec moment(bool is_set, bool is_now, uint64_t seconds,
			      uint32_t nanoseconds)
{
	if (!is_set)
		return (struct timespec){ .tv_nsec = UTIME_OMIT };
	if (is_now)
		return (struct timespec){ .tv_nsec = UTIME_NOW };
	return (struct timespec){ .tv_sec = (time_t)seconds,
				  .tv_nsec = nanoseconds };
}

/* Modes, owners and times are not logged: they count as written at once. */
static int set_attributes(const struct fuse_node *node,
			  const struct fuse_setattr_in *in)
{
	struct timespec times[2] = {
		moment(in->valid & FATTR_ATIME, in->valid & FATTR_ATIME_NOW,
		       in->atime, in->atimensec),
		moment(in->valid & FATTR_MTIME, in->valid & FATTR_MTIME_NOW,
		       in->mtime, in->mtimensec),
	};
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", node->fd);
	if ((in->valid & FATTR_MODE) && chmod(path, in->mode & 07777))
		return errno;
	if ((in->valid & (FATTR_UID | FATTR_GID)) &&
	    fchownat(node->fd, "",
		     in->valid & FATTR_UID ? in->uid : (uid_t)-1,
		     in->valid & FATTR_GID ? in->gid : (gid_t)-1,
		     AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW))
		return errno;
	if ((in->valid & (FATTR_ATIME | FATTR_MTIME)) &&
	    utimensat(AT_FDCWD, path, times, 0))
		return errno;
	return 0;
}

static void answer_setattr(struct layer *layer,
			   const struct fuse_request *request)
{
	const struct fuse_setattr_in *in = (void *)request->body;
	struct fuse_node *node = layer_node(layer, request->header->nodeid);
	int code = 0;

	if (in->valid & FATTR_SIZE) {
		int fd = file_to_write(node, in->valid & FATTR_FH, in->fh);

		code = fd < 0 ? errno : resize(layer, node, fd,
					       (int64_t)in->size);
		if (fd >= 0)
			close(fd);
	}
	if (code == 0)
		code = set_attributes(node, in);
	if (code)
		fuse_reply_error(request, code);
	else
		answer_getattr(layer, request);
}

static void answer_open(struct layer *layer, const struct fuse_request *request)
{
	const struct fuse_open_in *in = (void *)request->body;
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	bool writes = (in->flags & O_ACCMODE) != O_RDONLY;
	struct layer_handle *handle = calloc(1, sizeof(*handle));
	struct fuse_open_out out = { .fh = (uintptr_t)handle };

	if (!handle) {
		fuse_reply_error(request, ENOMEM);
		return;
	}
	/* A write reads first what it overwrites. */
	handle->fd = node_reopen(node, writes ? O_RDWR : O_RDONLY);
	if (handle->fd >= 0) {
		fuse_reply(request, &out, sizeof(out));
		return;
	}
	fuse_reply_error(request, errno);
	free(handle);
}

static void answer_release(struct layer *layer,
			   const struct fuse_request *request)
{
	const struct fuse_release_in *in = (void *)request->body;
	struct layer_handle *handle = layer_handle_of(in->fh);

	(void)layer;
	close(handle->fd);
	free(handle);
	fuse_reply_error(request, 0);
}

static void answer_read(struct layer *layer, const struct fuse_request *request)
{
	const struct fuse_read_in *in = (void *)request->body;
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	int code = layer_rule(layer, node, NULL, CALL_READ, 0);
	char *bytes = code ? NULL : malloc(in->size);
	ssize_t got = -1;

	if (bytes) {
		got = pread(layer_handle_of(in->fh)->fd, bytes, in->size,
			    (off_t)in->offset);
		code = errno;
	} else if (code == 0) {
		code = ENOMEM;
	}
	if (got < 0)
		fuse_reply_error(request, code);
	else
		fuse_reply(request, bytes, (size_t)got);
	free(bytes);
}

static void answer_write(struct layer *layer,
			 const struct fuse_request *request)
{
	const struct fuse_write_in *in = (void *)request->body;
	struct fuse_node *node = layer_node(layer, request->header->nodeid);
	int64_t offset = (int64_t)in->offset;
	int fd = layer_handle_of(in->fh)->fd;
	struct fuse_write_out out = { 0 };
	int64_t grows = 0;
	struct undo *undo;
	ssize_t put = 0;
	int code;

	if (!atomic_load(&layer->rules.is_quiet))
		grows = offset + (int64_t)in->size - size_of(fd);
	code = layer_rule(layer, node, NULL, CALL_WRITE, grows);
	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	pthread_rwlock_rdlock(&layer->gate);
	undo = undo_of_write(layer, node, fd, offset, in->size, &code);
	if (code == 0) {
		put = pwrite(fd, request->body + sizeof(*in), in->size, offset);
		code = put < 0 ? errno : 0;
	}
	if (put > 0) {
		undo_set_written(undo, put);
		undo_done(layer, undo);
	} else {
		undo_forget(layer, undo);
	}
	pthread_rwlock_unlock(&layer->gate);
	out.size = (uint32_t)put;
	if (code)
		fuse_reply_error(request, code);
	else
		fuse_reply(request, &out, sizeof(out));
}

static void answer_fsync(struct layer *layer,
			 const struct fuse_request *request)
{
	const struct fuse_fsync_in *in = (void *)request->body;
	struct fuse_node *node = layer_node(layer, request->header->nodeid);
	int fd = layer_handle_of(in->fh)->fd;
	int code = layer_rule(layer, node, NULL, CALL_FSYNC, 0);
	bool is_ignored;
	uint64_t upto;

	pthread_mutex_lock(&layer->lock);
	is_ignored = layer->ignores_fsync;
	upto = layer->log.order;
	pthread_mutex_unlock(&layer->lock);
	if (code || is_ignored) {
		fuse_reply_error(request, code);
		return;
	}
	pthread_rwlock_rdlock(&layer->gate);
	if ((in->fsync_flags & FUSE_FSYNC_FDATASYNC) ? fdatasync(fd) :
						       fsync(fd))
		code = errno;
	else
		undo_sync(layer, node, upto);
	pthread_rwlock_unlock(&layer->gate);
	fuse_reply_error(request, code);
}

/* Bytes that come to the end of the file; the other modes are not offered. */
static void answer_fallocate(struct layer *layer,
			     const struct fuse_request *request)
{
	const struct fuse_fallocate_in *in = (void *)request->body;
	struct fuse_node *node = layer_node(layer, request->header->nodeid);
	int64_t end = (int64_t)(in->offset + in->length);
	int fd = layer_handle_of(in->fh)->fd;
	int64_t grows = end - size_of(fd);
	struct undo *undo = NULL;
	int code = in->mode & ~(uint32_t)FALLOC_FL_KEEP_SIZE ? EOPNOTSUPP : 0;

	if (code == 0)
		code = layer_rule(layer, node, NULL, CALL_WRITE, grows);
	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	pthread_rwlock_rdlock(&layer->gate);
	if (in->mode == 0 && grows > 0)
		undo = undo_of_resize(layer, node, fd, end, &code);
	if (code == 0 && fallocate(fd, (int)in->mode, (off_t)in->offset,
				   (off_t)in->length))
		code = errno;
	if (code)
		undo_forget(layer, undo);
	else
		undo_done(layer, undo);
	pthread_rwlock_unlock(&layer->gate);
	fuse_reply_error(request, code);
}

static void answer_lseek(struct layer *layer,
			 const struct fuse_request *request)
{
	const struct fuse_lseek_in *in = (void *)request->body;
	off_t at = lseek(layer_handle_of(in->fh)->fd, (off_t)in->offset,
			 (int)in->whence);
	struct fuse_lseek_out out = { .offset = (uint64_t)at };

	(void)layer;
	if (at < 0)
		fuse_reply_error(request, errno);
	else
		fuse_reply(request, &out, sizeof(out));
}

static void answer_readlink(struct layer *layer,
			    const struct fuse_request *request)
{
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	char path[4096];
	ssize_t size = readlinkat(node->fd, "", path, sizeof(path));

	if (size < 0)
		fuse_reply_error(request, errno);
	else
		fuse_reply(request, path, (size_t)size);
}

static void answer_statfs(struct layer *layer,
			  const struct fuse_request *request)
{
	struct disk_rules *rules = &layer->rules;
	struct fuse_statfs_out out = { 0 };
	struct statvfs status;

	if (fstatvfs(layer->root->fd, &status)) {
		fuse_reply_error(request, errno);
		return;
	}
	out.st.blocks = status.f_blocks;
	out.st.bfree = status.f_bfree;
	out.st.bavail = status.f_bavail;
	out.st.files = status.f_files;
	out.st.ffree = status.f_ffree;
	out.st.bsize = (uint32_t)status.f_bsize;
	out.st.namelen = (uint32_t)status.f_namemax;
	out.st.frsize = (uint32_t)status.f_frsize;
	pthread_mutex_lock(&rules->lock);
	if (rules->is_full && status.f_frsize) {
		uint64_t left = (uint64_t)rules->left / status.f_frsize;

		out.st.bavail = left < out.st.bavail ? left : out.st.bavail;
		out.st.bfree = out.st.bavail;
	}
	pthread_mutex_unlock(&rules->lock);
	fuse_reply(request, &out, sizeof(out));
}

static void answer_flush(struct layer *layer,
			 const struct fuse_request *request)
{
	(void)layer;
	fuse_reply_error(request, 0);
}

const struct layer_answer files_answers[] = {
	{ FUSE_GETATTR, answer_getattr },
	{ FUSE_SETATTR, answer_setattr },
	{ FUSE_OPEN, answer_open },
	{ FUSE_RELEASE, answer_release },
	{ FUSE_READ, answer_read },
	{ FUSE_WRITE, answer_write },
	{ FUSE_FSYNC, answer_fsync },
	{ FUSE_FSYNCDIR, answer_fsync },
	{ FUSE_FALLOCATE, answer_fallocate },
	{ FUSE_LSEEK, answer_lseek },
	{ FUSE_READLINK, answer_readlink },
	{ FUSE_STATFS, answer_statfs },
	{ FUSE_FLUSH, answer_flush },
	{ .answer = NULL },
};
