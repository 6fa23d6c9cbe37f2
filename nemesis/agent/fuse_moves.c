/* SPDX-License-Identifier: MIT */
/* Requests about names: they go, and change. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "nemesis/agent/disk_undo.h"
#include "nemesis/agent/fuse_reply.h"

/* Keeps what stands there under a number, so that it can come back. `moves`:
 * a folder is moved there. */
static int keep(struct layer *layer, const struct fuse_node *folder,
		const char *name, bool moves, struct undo *undo)
{
	char slot[SLOT_NAME_MAX];

	undo->slot = undo_new_slot(layer);
	undo_slot_name(undo->slot, slot);
	if (moves)
		return renameat(folder->fd, name, layer->kept, slot) ? errno :
								       0;
	return linkat(folder->fd, name, layer->kept, slot, 0) ? errno : 0;
}

static void drop_kept(struct layer *layer, const struct undo *undo)
{
	char slot[SLOT_NAME_MAX];

	undo_slot_name(undo->slot, slot);
	unlinkat(layer->kept, slot, 0);
}

static int remove_file(struct layer *layer, struct fuse_node *folder,
		       const char *name, struct undo *undo)
{
	int code = undo ? keep(layer, folder, name, false, undo) : 0;

	if (code == 0 && unlinkat(folder->fd, name, 0)) {
		code = errno;
		if (undo)
			drop_kept(layer, undo);
	}
	return code;
}

static int remove_folder(struct layer *layer, struct fuse_node *folder,
			 const char *name, struct undo *undo)
{
	int code;

	if (!undo)
		return unlinkat(folder->fd, name, AT_REMOVEDIR) ? errno : 0;
	code = fuse_folder_is_empty(folder->fd, name);
	return code ? code : keep(layer, folder, name, true, undo);
}

static void answer_remove(struct layer *layer,
			  const struct fuse_request *request)
{
	struct fuse_node *folder = layer_node(layer, request->header->nodeid);
	const char *name = request->body;
	struct fuse_node *node = NULL;
	struct undo *undo = NULL;
	int code = layer_hides(layer, folder, name, false) ?
			   ENOENT :
			   layer_rule(layer, folder, name, CALL_NAMES, 0);

	if (code) {
		fuse_reply_error(request, code);
		return;
	}
	pthread_rwlock_rdlock(&layer->gate);
	node = layer_take_name(layer, folder, name);
	if (!node)
		code = errno;
	else
		undo = undo_of_names(layer, UNDO_REMOVED, folder, name, &code);
	if (code == 0)
		code = request->header->opcode == FUSE_RMDIR ?
			       remove_folder(layer, folder, name, undo) :
			       remove_file(layer, folder, name, undo);
	if (code == 0) {
		undo_set_file(layer, undo, node);
		undo_done(layer, undo);
	} else {
		undo_forget(layer, undo);
	}
	if (node)
		layer_give_back(layer, node);
	pthread_rwlock_unlock(&layer->gate);
	fuse_reply_error(request, code);
}

struct renaming {
	struct fuse_node *from, *to;
	const char *name, *other;
	unsigned int flags;
};

/* What it overwrites is kept; a folder has to be out of the way for that. */
static int rename_there(struct layer *layer, const struct renaming *renaming,
			struct undo *undo)
{
	struct stat there;
	int code = 0;

	if (undo && !(renaming->flags & RENAME_NOREPLACE) &&
	    fstatat(renaming->to->fd, renaming->other, &there,
		    AT_SYMLINK_NOFOLLOW) == 0) {
		bool is_folder = S_ISDIR(there.st_mode);

		if (is_folder)
			code = fuse_folder_is_empty(renaming->to->fd,
						    renaming->other);
		if (code == 0)
			code = keep(layer, renaming->to, renaming->other,
				    is_folder, undo);
	}
	/* Not every libc has a function for it. */
	if (code == 0 &&
	    syscall(SYS_renameat2, renaming->from->fd, renaming->name,
		    renaming->to->fd, renaming->other, renaming->flags)) {
		code = errno;
		if (undo && undo->slot)
			drop_kept(layer, undo);
	}
	return code;
}

static void do_rename(struct layer *layer, const struct fuse_request *request,
		      const struct renaming *renaming)
{
	struct fuse_node *node = NULL;
	struct undo *undo = NULL;
	int code = layer_rule(layer, renaming->from, renaming->name, CALL_NAMES,
			      0);

	if (code || (renaming->flags & ~(unsigned int)RENAME_NOREPLACE) ||
	    layer_hides(layer, renaming->from, renaming->name, false) ||
	    layer_hides(layer, renaming->to, renaming->other, false)) {
		fuse_reply_error(request, code ? code : EINVAL);
		return;
	}
	pthread_rwlock_rdlock(&layer->gate);
	node = layer_take_name(layer, renaming->from, renaming->name);
	if (!node)
		code = errno;
	else
		undo = undo_of_names(layer, UNDO_MOVED, renaming->from,
				     renaming->name, &code);
	if (code == 0 && undo)
		code = undo_set_target(layer, undo, renaming->to,
				       renaming->other);
	if (code == 0)
		code = rename_there(layer, renaming, undo);
	if (code == 0) {
		undo_set_file(layer, undo, node);
		undo_done(layer, undo);
	} else {
		undo_forget(layer, undo);
	}
	if (node)
		layer_give_back(layer, node);
	pthread_rwlock_unlock(&layer->gate);
	fuse_reply_error(request, code);
}

static void answer_rename(struct layer *layer,
			  const struct fuse_request *request)
{
	bool is_second = request->header->opcode == FUSE_RENAME2;
	const struct fuse_rename2_in *in = (void *)request->body;
	const char *name = request->body +
			   (is_second ? sizeof(struct fuse_rename2_in) :
					sizeof(struct fuse_rename_in));
	struct renaming renaming = {
		.from = layer_node(layer, request->header->nodeid),
		.to = layer_node(layer, in->newdir),
		.name = name,
		.other = name + strlen(name) + 1,
		.flags = is_second ? in->flags : 0,
	};

	do_rename(layer, request, &renaming);
}

const struct layer_answer moves_answers[] = {
	{ FUSE_UNLINK, answer_remove },
	{ FUSE_RMDIR, answer_remove },
	{ FUSE_RENAME, answer_rename },
	{ FUSE_RENAME2, answer_rename },
	{ .answer = NULL },
};
