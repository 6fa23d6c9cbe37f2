/* SPDX-License-Identifier: MIT */
/* Requests that list a folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "nemesis/agent/disk_layer.h"

static void answer_opendir(struct layer *layer,
			   const struct fuse_request *request)
{
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	struct layer_handle *handle = calloc(1, sizeof(*handle));
	struct fuse_open_out out = { .fh = (uintptr_t)handle };
	int code = ENOMEM;

	if (handle) {
		handle->fd = node_reopen(node, O_RDONLY | O_DIRECTORY);
		if (handle->fd >= 0)
			handle->stream = fdopendir(handle->fd);
		code = errno;
	}
	if (handle && handle->stream) {
		fuse_reply(request, &out, sizeof(out));
		return;
	}
	if (handle && handle->fd >= 0)
		close(handle->fd);
	free(handle);
	fuse_reply_error(request, code);
}

static void answer_releasedir(struct layer *layer,
			      const struct fuse_request *request)
{
	const struct fuse_release_in *in = (void *)request->body;
	struct layer_handle *handle = layer_handle_of(in->fh);

	(void)layer;
	closedir(handle->stream);
	free(handle);
	fuse_reply_error(request, 0);
}

/* One entry at the end of the reply; its size, or 0 when it does not fit. */
static size_t put_entry(char *bytes, size_t room, const struct dirent *entry,
			long next)
{
	struct fuse_dirent out = {
		.ino = entry->d_ino,
		.off = (uint64_t)next,
		.namelen = (uint32_t)strlen(entry->d_name),
		.type = entry->d_type,
	};
	size_t size = FUSE_DIRENT_ALIGN(FUSE_NAME_OFFSET + out.namelen);

	if (size > room)
		return 0;
	memset(bytes, 0, size);
	memcpy(bytes, &out, FUSE_NAME_OFFSET);
	memcpy(bytes + FUSE_NAME_OFFSET, entry->d_name, out.namelen);
	return size;
}

static void answer_readdir(struct layer *layer,
			   const struct fuse_request *request)
{
	const struct fuse_read_in *in = (void *)request->body;
	const struct fuse_node *node =
		layer_node(layer, request->header->nodeid);
	DIR *stream = layer_handle_of(in->fh)->stream;
	char *bytes = malloc(in->size);
	const struct dirent *entry;
	size_t used = 0;

	if (!bytes) {
		fuse_reply_error(request, ENOMEM);
		return;
	}
	if (in->offset == 0)
		rewinddir(stream);
	else
		seekdir(stream, (long)in->offset);
	while ((entry = readdir(stream))) {
		size_t size;

		if (layer_hides(layer, node, entry->d_name, true))
			continue;
		size = put_entry(bytes + used, in->size - used, entry,
				 telldir(stream));
		if (size == 0)
			break;
		used += size;
	}
	fuse_reply(request, bytes, used);
	free(bytes);
}

const struct layer_answer folders_answers[] = {
	{ FUSE_OPENDIR, answer_opendir },
	{ FUSE_RELEASEDIR, answer_releasedir },
	{ FUSE_READDIR, answer_readdir },
	{ .answer = NULL },
};
