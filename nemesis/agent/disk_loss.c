/* SPDX-License-Identifier: MIT */
/* The power goes: what was not synced is taken back, the newest first, and
 * what survives by the plan is done again. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nemesis/agent/disk_undo.h"

static int write_all(int fd, const char *bytes, size_t size, int64_t offset)
{
	while (size > 0) {
		ssize_t put = pwrite(fd, bytes, size, offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		bytes += put;
		size -= (size_t)put;
		offset += put;
	}
	return 0;
}

/* What the write had put there: all later ones are taken back already. */
static int remember(struct undo *undo, int fd)
{
	const struct log_op *op = &undo->op;
	ssize_t got;

	undo->after = malloc(sizeof(*undo->after) + (size_t)op->size);
	if (!undo->after)
		return -1;
	undo->after->next = NULL;
	undo->after->offset = op->offset;
	got = pread(fd, undo->after->bytes, (size_t)op->size, op->offset);
	undo->after->size = got > 0 ? (size_t)got : 0;
	return got < 0 ? -1 : 0;
}

static int take_back_bytes(struct layer *layer, struct undo *undo)
{
	int64_t at = undo->op.offset;
	int64_t end;
	int64_t grown;
	int fd = node_reopen(undo->file, O_RDWR);
	int result = 0;

	if (fd < 0)
		return -1;
	if (undo->op.kind == LOG_WRITE &&
	    log_piece(&layer->log, &undo->op, &at, &end, &grown))
		result = remember(undo, fd);
	if (ftruncate(fd, undo->old_size))
		result = -1;
	for (const struct saved *saved = undo->before; saved && result == 0;
	     saved = saved->next)
		result = write_all(fd, saved->bytes, saved->size,
				   saved->offset);
	close(fd);
	return result;
}

static int move(int from, const char *name, int to, const char *other)
{
	return renameat(from, name, to, other);
}

static int take_back_names(struct layer *layer, struct undo *undo)
{
	int folder = undo->folders[0]->fd;
	char slot[SLOT_NAME_MAX];

	if (undo->kind == UNDO_ADDED)
		undo->slot = ++layer->slot;
	undo_slot_name(undo->slot, slot);
	switch (undo->kind) {
	case UNDO_ADDED:
		return move(folder, undo->names[0], layer->kept, slot);
	case UNDO_REMOVED:
		return move(layer->kept, slot, folder, undo->names[0]);
	case UNDO_MOVED:
		if (move(undo->folders[1]->fd, undo->names[1], folder,
			 undo->names[0]))
			return -1;
		return undo->slot ? move(layer->kept, slot,
					 undo->folders[1]->fd, undo->names[1]) :
				    0;
	case UNDO_BYTES:
		break;
	}
	return -1;
}

static int do_names_again(struct layer *layer, struct undo *undo)
{
	int folder = undo->folders[0]->fd;
	char slot[SLOT_NAME_MAX];

	undo_slot_name(undo->slot, slot);
	switch (undo->kind) {
	case UNDO_ADDED:
		if (move(layer->kept, slot, folder, undo->names[0]))
			return -1;
		undo->slot = 0;
		return 0;
	case UNDO_REMOVED:
		return move(folder, undo->names[0], layer->kept, slot);
	case UNDO_MOVED:
		if (undo->slot && move(undo->folders[1]->fd, undo->names[1],
				       layer->kept, slot))
			return -1;
		return move(folder, undo->names[0], undo->folders[1]->fd,
			    undo->names[1]);
	case UNDO_BYTES:
		break;
	}
	return -1;
}

/* The parts of a write that survive: how many, or -1. */
static int do_pieces_again(struct layer *layer, struct undo *undo, int fd)
{
	const struct log_op *op = &undo->op;
	int64_t at = op->offset;
	int64_t end;
	int64_t grown;
	int pieces = 0;
	struct stat status;

	while (log_piece(&layer->log, op, &at, &end, &grown)) {
		if (!undo->after || end - op->offset >
					    (int64_t)undo->after->size)
			return -1;
		if (write_all(fd, undo->after->bytes + (at - op->offset),
			      (size_t)(end - at), at) ||
		    fstat(fd, &status) ||
		    (status.st_size < grown && ftruncate(fd, grown)))
			return -1;
		at = end;
		pieces++;
	}
	return pieces;
}

static int do_again(struct layer *layer, struct undo *undo, uint64_t *survived)
{
	int result;
	int fd;

	if (undo->op.kind == LOG_NAMES) {
		*survived += undo->op.survives;
		return undo->op.survives ? do_names_again(layer, undo) : 0;
	}
	if (undo->op.kind == LOG_WRITE && !undo->after)
		return 0;
	if (undo->op.kind == LOG_RESIZE && !undo->op.survives)
		return 0;
	fd = node_reopen(undo->file, O_RDWR);
	if (fd < 0)
		return -1;
	if (undo->op.kind == LOG_RESIZE)
		result = ftruncate(fd, undo->op.size) ? -1 : 1;
	else
		result = do_pieces_again(layer, undo, fd);
	close(fd);
	*survived += result > 0;
	return result < 0 ? -1 : 0;
}

/* The file that proves the loss, or 0: nothing of it survives. */
static uint64_t probe_id(struct layer *layer)
{
	struct fuse_node *probe = NULL;
	uint64_t id = 0;
	int fd = openat(layer->root->fd, LAYER_PROBE "-unsynced",
			O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return 0;
	probe = nodes_take(&layer->nodes, fd);
	if (probe) {
		id = probe->id;
		nodes_forget(&layer->nodes, probe, 1);
	}
	return id;
}

/* Names and files that the kernel has to ask for again. */
struct stale {
	uint64_t parent; /* 0: a file */
	uint64_t id;
	char name[256];
};

static void add_stale(struct stale *stale, size_t *count, uint64_t parent,
		      const char *name)
{
	stale[*count].parent = parent;
	snprintf(stale[*count].name, sizeof(stale->name), "%s", name);
	++*count;
}

/* Everything that is known, for sizes and times change as well. */
static struct stale *list_stale(struct layer *layer, size_t *count)
{
	struct stale *stale = calloc(
		layer->nodes.count + 2 * layer->log.count + 1, sizeof(*stale));

	*count = 0;
	if (!stale)
		return NULL;
	for (const struct log_op *op = layer->log.first; op; op = op->next) {
		const struct undo *undo = op->owner;

		for (int i = 0; i < 2; i++) {
			if (undo->folders[i])
				add_stale(stale, count, undo->folders[i]->id,
					  undo->names[i]);
		}
	}
	for (size_t i = 0; i < NODE_BUCKETS; i++) {
		for (const struct fuse_node *node = layer->nodes.by_id[i]; node;
		     node = node->next_id)
			stale[(*count)++].id = node->id;
	}
	return stale;
}

static const char *lose(struct layer *layer, enum log_loss loss, uint64_t seed,
			struct loss_counts *counts)
{
	struct log *log = &layer->log;

	log_plan(log, loss, seed, probe_id(layer));
	counts->unsynced = log->count;
	for (struct log_op *op = log->last; op; op = op->previous) {
		if (op->kind == LOG_NAMES ?
			    take_back_names(layer, op->owner) :
			    take_back_bytes(layer, op->owner))
			return "something could not be taken back";
	}
	for (struct log_op *op = log->first; op; op = op->next) {
		if (do_again(layer, op->owner, &counts->survived))
			return "something could not be done again";
	}
	return NULL;
}

const char *layer_lose(struct layer *layer, enum log_loss loss, uint64_t seed,
		       struct loss_counts *counts)
{
	const char *trouble = "nothing is logged here";
	struct stale *stale = NULL;
	size_t count = 0;

	*counts = (struct loss_counts){ 0 };
	pthread_rwlock_wrlock(&layer->gate);
	pthread_mutex_lock(&layer->lock);
	if (layer->log.rules != LOG_OFF) {
		trouble = lose(layer, loss, seed, counts);
		stale = list_stale(layer, &count);
		log_sync_all(&layer->log, undo_drop, layer);
	}
	pthread_mutex_unlock(&layer->lock);
	pthread_rwlock_unlock(&layer->gate);
	/* The kernel may wait for calls of ours while it forgets. */
	for (size_t i = 0; i < count; i++) {
		if (stale[i].parent)
			fuse_forget_name(layer->fuse, stale[i].parent,
					 stale[i].name);
		else
			fuse_forget_file(layer->fuse, stale[i].id);
	}
	if (!stale && !trouble)
		trouble = "out of memory";
	free(stale);
	return trouble;
}
