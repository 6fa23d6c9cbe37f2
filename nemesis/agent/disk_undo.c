/* SPDX-License-Identifier: MIT */
#include "nemesis/agent/disk_undo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What a file is read by when its end is cut off; zeros are not kept. */
#define CHUNK (64 * 1024)

void undo_slot_name(uint64_t slot, char *name)
{
	snprintf(name, SLOT_NAME_MAX, "%" PRIu64, slot);
}

uint64_t undo_new_slot(struct layer *layer)
{
	uint64_t slot;

	pthread_mutex_lock(&layer->lock);
	slot = ++layer->slot;
	pthread_mutex_unlock(&layer->lock);
	return slot;
}

static bool is_logging(struct layer *layer)
{
	bool is_on;

	pthread_mutex_lock(&layer->lock);
	is_on = layer->log.rules != LOG_OFF;
	pthread_mutex_unlock(&layer->lock);
	return is_on;
}

static struct undo *begin(struct layer *layer, enum log_kind log_kind,
			  enum undo_kind kind, int *error)
{
	struct undo *undo;

	*error = 0;
	if (!is_logging(layer))
		return NULL;
	undo = calloc(1, sizeof(*undo));
	if (!undo) {
		*error = ENOMEM;
		return NULL;
	}
	undo->op.kind = log_kind;
	undo->op.owner = undo;
	undo->kind = kind;
	return undo;
}

static void free_saved(struct saved *saved)
{
	while (saved) {
		struct saved *next = saved->next;

		free(saved);
		saved = next;
	}
}

/* What is at `offset` now; the end of the file ends it. */
static struct saved *save(int fd, int64_t offset, size_t size)
{
	struct saved *saved = malloc(sizeof(*saved) + size);
	size_t used = 0;

	if (!saved)
		return NULL;
	while (used < size) {
		ssize_t got = pread(fd, saved->bytes + used, size - used,
				    offset + (int64_t)used);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		used += (size_t)got;
	}
	saved->next = NULL;
	saved->offset = offset;
	saved->size = used;
	return saved;
}

static bool is_zero(const struct saved *saved)
{
	for (size_t i = 0; i < saved->size; i++) {
		if (saved->bytes[i])
			return false;
	}
	return true;
}

struct undo *undo_of_write(struct layer *layer, struct fuse_node *file, int fd,
			   int64_t offset, int64_t size, int *error)
{
	struct undo *undo = begin(layer, LOG_WRITE, UNDO_BYTES, error);
	struct stat status;

	if (!undo)
		return NULL;
	if (fstat(fd, &status)) {
		*error = errno;
	} else if (offset < status.st_size) {
		int64_t there = status.st_size - offset;

		undo->before = save(fd, offset,
				    (size_t)(there < size ? there : size));
		if (!undo->before)
			*error = ENOMEM;
	}
	if (*error) {
		free(undo);
		return NULL;
	}
	undo->old_size = status.st_size;
	undo->op.offset = offset;
	undo->op.size = size;
	undo_set_file(layer, undo, file);
	return undo;
}

void undo_set_written(struct undo *undo, int64_t size)
{
	int64_t end;

	if (!undo)
		return;
	end = undo->op.offset + size;
	undo->op.size = size;
	undo->op.reached = end > undo->old_size ? end : undo->old_size;
}

static int save_tail(struct undo *undo, int fd, int64_t from, int64_t end)
{
	/* Holes are not read. */
	while (from < end && (from = lseek(fd, from, SEEK_DATA)) >= 0) {
		int64_t size = end - from < CHUNK ? end - from : CHUNK;
		struct saved *saved;

		if (from >= end)
			break;
		saved = save(fd, from, (size_t)size);
		if (!saved)
			return ENOMEM;
		from += size;
		if (is_zero(saved)) {
			free(saved);
			continue;
		}
		saved->next = undo->before;
		undo->before = saved;
	}
	return 0;
}

struct undo *undo_of_resize(struct layer *layer, struct fuse_node *file,
			    int fd, int64_t size, int *error)
{
	struct undo *undo = begin(layer, LOG_RESIZE, UNDO_BYTES, error);
	struct stat status;

	if (!undo)
		return NULL;
	if (fstat(fd, &status))
		*error = errno;
	else
		*error = save_tail(undo, fd, size, status.st_size);
	if (*error) {
		free_saved(undo->before);
		free(undo);
		return NULL;
	}
	undo->old_size = status.st_size;
	undo->op.offset = status.st_size;
	undo->op.size = size;
	undo_set_file(layer, undo, file);
	return undo;
}

struct undo *undo_of_names(struct layer *layer, enum undo_kind kind,
			   struct fuse_node *folder, const char *name,
			   int *error)
{
	struct undo *undo = begin(layer, LOG_NAMES, kind, error);

	if (!undo)
		return NULL;
	undo->names[0] = strdup(name);
	if (!undo->names[0]) {
		free(undo);
		*error = ENOMEM;
		return NULL;
	}
	pthread_mutex_lock(&layer->lock);
	folder->pins++;
	pthread_mutex_unlock(&layer->lock);
	undo->folders[0] = folder;
	undo->op.folders[0] = folder->id;
	return undo;
}

void undo_set_file(struct layer *layer, struct undo *undo,
		   struct fuse_node *file)
{
	if (!undo)
		return;
	pthread_mutex_lock(&layer->lock);
	file->pins++;
	pthread_mutex_unlock(&layer->lock);
	undo->file = file;
	undo->op.file = file->id;
}

int undo_set_target(struct layer *layer, struct undo *undo,
		    struct fuse_node *folder, const char *name)
{
	undo->names[1] = strdup(name);
	if (!undo->names[1])
		return ENOMEM;
	pthread_mutex_lock(&layer->lock);
	folder->pins++;
	pthread_mutex_unlock(&layer->lock);
	undo->folders[1] = folder;
	undo->op.folders[1] = folder->id;
	return 0;
}

static int64_t weight(const struct undo *undo)
{
	int64_t bytes = (int64_t)sizeof(*undo);

	for (const struct saved *saved = undo->before; saved;
	     saved = saved->next)
		bytes += (int64_t)(sizeof(*saved) + saved->size);
	return bytes;
}

void undo_done(struct layer *layer, struct undo *undo)
{
	if (!undo)
		return;
	pthread_mutex_lock(&layer->lock);
	layer->memory += weight(undo);
	log_add(&layer->log, &undo->op);
	if (layer->memory > LAYER_MEMORY_MAX) {
		log_sync_all(&layer->log, undo_drop, layer);
		layer->written_back++;
	}
	pthread_mutex_unlock(&layer->lock);
}

/* The lock is held. */
static void release(struct layer *layer, struct undo *undo)
{
	if (undo->file)
		nodes_unpin(&layer->nodes, undo->file);
	for (int i = 0; i < 2; i++) {
		if (undo->folders[i])
			nodes_unpin(&layer->nodes, undo->folders[i]);
		free(undo->names[i]);
	}
	free_saved(undo->before);
	free_saved(undo->after);
	free(undo);
}

void undo_forget(struct layer *layer, struct undo *undo)
{
	if (!undo)
		return;
	pthread_mutex_lock(&layer->lock);
	release(layer, undo);
	pthread_mutex_unlock(&layer->lock);
}

void undo_drop(void *context, struct log_op *op)
{
	struct layer *layer = context;
	struct undo *undo = op->owner;
	char name[SLOT_NAME_MAX];

	layer->memory -= weight(undo);
	undo_slot_name(undo->slot, name);
	if (undo->slot && unlinkat(layer->kept, name, 0))
		unlinkat(layer->kept, name, AT_REMOVEDIR);
	release(layer, undo);
}

void undo_sync(struct layer *layer, const struct fuse_node *node,
	       uint64_t upto)
{
	pthread_mutex_lock(&layer->lock);
	log_sync(&layer->log, node->id, upto, undo_drop, layer);
	pthread_mutex_unlock(&layer->lock);
}

void undo_sync_all(struct layer *layer)
{
	pthread_mutex_lock(&layer->lock);
	if (layer->log.count > 0)
		layer->written_back++;
	log_sync_all(&layer->log, undo_drop, layer);
	pthread_mutex_unlock(&layer->lock);
}
