/* SPDX-License-Identifier: MIT */
/* Requests about names: they are looked up, and come. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nemesis/agent/disk_undo.h"
#include "nemesis/agent/fuse_reply.h"

/* A name that is to come, in the request's folder. */
struct coming {
	struct layer *layer;
	const struct fuse_request *request;
	struct fuse_node *folder;
	const char *name;
	struct undo *undo;
};

static void answer_lookup(struct layer *layer,
			  const struct fuse_request *request)
{
	struct fuse_node *folder = layer_node(layer, request->header->nodeid);
	struct fuse_entry_out out;
	struct fuse_node *node;

	if (layer_hides(layer, folder, request->body, false)) {
		fuse_reply_error(request, ENOENT);
		return;
	}
	node = layer_take_name(layer, folder, request->body);
	if (!node || fuse_fill_entry(node, &out))
		fuse_reply_error(request, errno);
	else
		fuse_reply(request, &out, sizeof(out));
}

/* Before it comes: the rules, and how to take it back. The gate is held if it
 * succeeds. */
static int begin_coming(struct coming *coming, const char *name)
{
	struct layer *layer = coming->layer;
	int error;

	coming->folder =
		layer_node(layer, coming->request->header->nodeid);
	coming->name = name;
	if (layer_hides(layer, coming->folder, name, false))
		return EPERM;
	error = layer_rule(layer, coming->folder, name, CALL_NAMES, 1);
	if (error)
		return error;
	pthread_rwlock_rdlock(&layer->gate);
	coming->undo = undo_of_names(layer, UNDO_ADDED, coming->folder, name,
				     &error);
	if (error)
		pthread_rwlock_unlock(&layer->gate);
	return error;
}

/* It is there (`code` 0) or not (errno). The node, or NULL with `code` set. */
static struct fuse_node *end_coming(struct coming *coming, int *code,
				    struct fuse_entry_out *out)
{
	struct layer *layer = coming->layer;
	const struct fuse_in_header *header = coming->request->header;
	struct fuse_node *node = NULL;

	if (*code == 0) {
		if (header->uid || header->gid)
			fchownat(coming->folder->fd, coming->name, header->uid,
				 header->gid, AT_SYMLINK_NOFOLLOW);
		node = layer_take_name(layer, coming->folder, coming->name);
		if (!node || fuse_fill_entry(node, out))
			*code = errno;
	}
	if (node && *code == 0) {
		undo_set_file(layer, coming->undo, node);
		undo_done(layer, coming->undo);
	} else {
		undo_forget(layer, coming->undo);
	}
	pthread_rwlock_unlock(&layer->gate);
	return *code ? NULL : node;
}

static void reply_coming(struct coming *coming, int code)
{
	struct fuse_entry_out out;

	if (end_coming(coming, &code, &out))
		fuse_reply(coming->request, &out, sizeof(out));
	else
		fuse_reply_error(coming->request, code);
}

static void answer_mknod(struct layer *layer,
			 const struct fuse_request *request)
{
	const struct fuse_mknod_in *in = (void *)request->body;
	struct coming coming = { .layer = layer, .request = request };
	int code = begin_coming(&coming, request->body + sizeof(*in));

	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	reply_coming(&coming, mknodat(coming.folder->fd, coming.name, in->mode,
				      in->rdev) ? errno : 0);
}

static void answer_mkdir(struct layer *layer,
			 const struct fuse_request *request)
{
	const struct fuse_mkdir_in *in = (void *)request->body;
	struct coming coming = { .layer = layer, .request = request };
	int code = begin_coming(&coming, request->body + sizeof(*in));

	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	reply_coming(&coming, mkdirat(coming.folder->fd, coming.name, in->mode)
				      ? errno : 0);
}

static void answer_symlink(struct layer *layer,
			   const struct fuse_request *request)
{
	const char *name = request->body;
	struct coming coming = { .layer = layer, .request = request };
	int code = begin_coming(&coming, name);

	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	reply_coming(&coming, symlinkat(name + strlen(name) + 1,
					coming.folder->fd, name) ? errno : 0);
}

static void answer_link(struct layer *layer, const struct fuse_request *request)
{
	const struct fuse_link_in *in = (void *)request->body;
	struct coming coming = { .layer = layer, .request = request };
	struct fuse_node *old = layer_node(layer, in->oldnodeid);
	int code = begin_coming(&coming, request->body + sizeof(*in));
	char path[64];

	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", old->fd);
	code = linkat(AT_FDCWD, path, coming.folder->fd, coming.name,
		      AT_SYMLINK_FOLLOW) ? errno : 0;
	reply_coming(&coming, code);
}

/* Opened for reading too, whatever was asked, for a write reads first what it
 * overwrites. */
static void answer_create(struct layer *layer,
			  const struct fuse_request *request)
{
	const struct fuse_create_in *in = (void *)request->body;
	struct coming coming = { .layer = layer, .request = request };
	struct layer_handle *handle = calloc(1, sizeof(*handle));
	struct {
		struct fuse_entry_out entry;
		struct fuse_open_out open;
	} out = { 0 };
	int code = handle ? begin_coming(&coming, request->body + sizeof(*in)) :
			    ENOMEM;
	struct fuse_node *node;

	if (code) {
		fuse_reply_error(request, code);
		free(handle);
		return;
	}
	handle->fd = openat(coming.folder->fd, coming.name,
			    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
			    in->mode & 07777);
	code = handle->fd < 0 ? errno : 0;
	node = end_coming(&coming, &code, &out.entry);
	if (!node) {
		if (handle->fd >= 0)
			close(handle->fd);
		free(handle);
		fuse_reply_error(request, code);
		return;
	}
	out.open.fh = (uintptr_t)handle;
	fuse_reply(request, &out, sizeof(out));
}

const struct layer_answer names_answers[] = {
	{ FUSE_LOOKUP, answer_lookup },
	{ FUSE_MKNOD, answer_mknod },
	{ FUSE_MKDIR, answer_mkdir },
	{ FUSE_SYMLINK, answer_symlink },
	{ FUSE_LINK, answer_link },
	{ FUSE_CREATE, answer_create },
	{ .answer = NULL },
};
